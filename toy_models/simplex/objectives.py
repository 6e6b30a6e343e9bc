"""The losses of this world: each as it trains on a batch, and as it is in the limit. A new loss is one entry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor

from losses import label_infonce, nll, soft_target_cross_entropy, soft_target_infonce
from toy_models.simplex import population
from toy_models.simplex.population import Population
from toy_models.simplex.sampling import Batch
from toy_models.simplex.world import World


@dataclass(frozen=True, slots=True)
class Objective:
    """One loss: `loss(logits (N, K), batch, prior (K,))` -> nats, for one seed's batch; its limit in a world.

    `wrong_correction`, where the scores cannot be the true ones: what is taken from w . f, (G,) for the grid's labels.
    There the optimum depends on the batch size.
    """

    loss: Callable[[Tensor, Batch, Tensor], Tensor]
    population: Callable[[World], Population]
    wrong_correction: Callable[[World], Tensor] | None = None


def exact_noise_infonce(logits: Tensor, targets: Tensor, log_ratios: Tensor) -> Tensor:
    """InfoNCE on soft targets with scores a_ij = w_j . f_i - (log p(w_j) - log b(w_j)), in nats.

    The correction of noise contrastive estimation, with the noise that the candidates really come from; soft target
    InfoNCE has the class prior in its place. logits and targets (N, K), log_ratios (N,) -> a scalar.
    """
    scores = logits @ targets.mT - log_ratios  # (N, N)
    return (scores.logsumexp(dim=-1) - scores.diagonal()).mean()


def _of_argmax(world: World) -> Population:
    return population.of_classes(world.argmax_probs)


def _of_mean(world: World) -> Population:
    return population.of_classes(world.mean_labels)


OBJECTIVES: Mapping[str, Objective] = {
    "nll": Objective(lambda f, batch, eta: nll(f, batch.argmax_labels), _of_argmax),
    "label_infonce": Objective(lambda f, batch, eta: label_infonce(f, batch.argmax_labels, eta), _of_argmax),
    "soft_target_cross_entropy": Objective(lambda f, batch, eta: soft_target_cross_entropy(f, batch.targets), _of_mean),
    # Soft distribution InfoNCE is label InfoNCE on labels sampled from w: here by the sampler, on the CPU.
    "soft_distribution_infonce": Objective(lambda f, batch, eta: label_infonce(f, batch.sampled_labels, eta), _of_mean),
    "soft_target_infonce": Objective(
        lambda f, batch, eta: soft_target_infonce(f, batch.targets, eta),
        population.class_prior,
        population.class_prior_correction,
    ),
    "soft_target_infonce_exact_noise": Objective(
        lambda f, batch, eta: exact_noise_infonce(f, batch.targets, batch.log_ratios), population.exact_noise
    ),
}
