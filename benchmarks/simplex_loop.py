"""World 1 as one would write it first: a loop over losses and seeds, a torch network and optimiser each.

Nothing here is slowed down: the public losses on their usual path, data drawn by the same sampler, torch's own layers,
tape and AdamW, and nothing measured along the way.
"""

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from losses import continuous_categorical, label_infonce, nll, soft_target_cross_entropy, soft_target_infonce
from toy_models.network import StackedMLP
from toy_models.simplex import SimplexSpec
from toy_models.simplex.processes import world_of
from toy_models.simplex.program import WEIGHT_DECAY, widths
from toy_models.simplex.sampling import Sampler, SimplexBatch
from toy_models.simplex.world import SimplexWorld

Loss = Callable[[Tensor, SimplexBatch], Tensor]


def plain_losses(world: SimplexWorld) -> dict[str, Loss]:
    """The losses of the world by name: logits (N, K) and a batch of one seed -> a scalar in nats."""
    argmax_prior, prior = (world.mean(each).float() for each in (world.argmax_probs, world.mean_labels))
    log_ratios = (world.log_marginal - world.log_base).float()

    def exact_noise(f: Tensor, batch: SimplexBatch) -> Tensor:
        scores = f @ batch.targets[0].T - log_ratios[batch.point[0]]
        return cross_entropy(scores, torch.arange(len(f)))

    return {
        "nll": lambda f, batch: nll(f, batch.argmax_labels[0]),
        "label_infonce": lambda f, batch: label_infonce(f, batch.argmax_labels[0], argmax_prior),
        "soft_target_cross_entropy": lambda f, batch: soft_target_cross_entropy(f, batch.targets[0]),
        # Soft distribution InfoNCE is label InfoNCE on sampled labels; the sampler has drawn them.
        "soft_distribution_infonce": lambda f, batch: label_infonce(f, batch.sampled_labels[0], prior),
        "soft_target_infonce": lambda f, batch: soft_target_infonce(f, batch.targets[0], prior),
        "continuous_categorical": lambda f, batch: continuous_categorical(f, batch.targets[0]),
        "soft_target_infonce_exact_noise": exact_noise,
    }


def train_alone(spec: SimplexSpec, name: str, seed: int, steps: int | None = None) -> nn.Sequential:
    """One network of the spec after its run, or after the first `steps` of it."""
    world = world_of(spec)
    loss, sampler = plain_losses(world)[name], Sampler(world, torch.device("cpu"))
    generator = Generator().manual_seed(spec.seed + seed)
    network = as_layers(StackedMLP(widths(spec), world.process.input_gain).initial(generator), widths(spec))
    optimiser = torch.optim.AdamW(network.parameters(), lr=spec.learning_rate, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, spec.steps)
    for _ in range(spec.steps if steps is None else steps):
        batch = sampler.draw([generator], spec.batch_size)
        optimiser.zero_grad()
        loss(network(batch.inputs[0, batch.row[0]]), batch).backward()
        optimiser.step()
        schedule.step()
    return network


def as_layers(parameters: Tensor, sizes: tuple[int, ...]) -> nn.Sequential:
    """Parameters (P,) of one stacked network as torch's own layers."""
    layers: list[nn.Module] = []
    at = 0
    for into, out in pairwise(sizes):
        linear = nn.Linear(into, out)
        linear.weight.data = parameters[at : at + into * out].view(into, out).T.clone()
        linear.bias.data = parameters[at + into * out : at + (into + 1) * out].clone()
        at += (into + 1) * out
        layers += [linear, nn.Tanh()]
    return nn.Sequential(*layers[:-1])
