"""Gradients of world 1 under way: how much of them is noise of the batch, and where they would take the logits."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from toy_models.device import resolve
from toy_models.simplex.exact import reference
from toy_models.simplex.processes import world_of
from toy_models.simplex.program import Program
from toy_models.simplex.sampling import Sampler
from toy_models.simplex.spec import SimplexSpec
from toy_models.threads import one_thread

BATCHES = 16
LOOKS = 20
_FAR = 2**20  # between the random numbers of training and those of looking


@dataclass(frozen=True, slots=True, eq=False)
class GradientTrace:
    """T looks at a run of L losses and S seeds: steps (T,), all else (T, L, S), over `BATCHES` fresh batches a look.

    loss (nats) and gradient_norm are means over the batches. signal_to_noise: squared length of the mean gradient,
    freed of the share that noise has in it, over the variance of one batch's gradient (its trace); below 0 where the
    mean is lost in noise. toward_optimum: cosine between what a small step against the mean gradient does to the logits
    and the way from them to the loss's exact population optimum, with the weights p(x) of the positions and without
    what a loss does not see, a constant added to all logits of an x.
    """

    spec: SimplexSpec
    steps: np.ndarray
    loss: np.ndarray
    gradient_norm: np.ndarray
    signal_to_noise: np.ndarray
    toward_optimum: np.ndarray


def gradient_trace(spec: SimplexSpec) -> GradientTrace:
    """Train as `simulate` does, on the same batches, and look at the gradients at most `LOOKS` times."""
    answer = reference(spec)
    with one_thread():
        program = Program(spec, resolve("cpu"))
        looks = list(_looks(program, torch.from_numpy(answer.optima), torch.from_numpy(answer.weights)))
    steps, readings = [step for step, _ in looks], np.stack([reading for _, reading in looks])
    return GradientTrace(spec, np.array(steps), *readings.transpose(1, 0, 2, 3))


def _looks(program: Program, optima: Tensor, weights: Tensor) -> Iterator[tuple[int, np.ndarray]]:
    spec = program.spec
    wanted = {round(spec.steps * (at / (LOOKS - 1)) ** 2) for at in range(LOOKS)}  # much happens early
    sampler = Sampler(world_of(spec), torch.device("cpu"))
    generators = [Generator().manual_seed(_FAR + spec.seed + s) for s in range(spec.seeds)]
    for step in range(spec.steps + 1):
        if step:
            program.update(step - 1)
        if step in wanted:
            yield step, _read(program, sampler, generators, optima, weights)
        program.gradients()


@torch.no_grad()
def _read(
    program: Program, sampler: Sampler, generators: list[Generator], optima: Tensor, weights: Tensor
) -> np.ndarray:
    """loss, gradient_norm, signal_to_noise, toward_optimum, (4, L, S). Leaves the batches of training alone."""
    training, program.batches = program.batches, iter(sampler.draw_many(generators, program.spec.batch_size, BATCHES))
    losses, gradients = [], []
    for _ in range(BATCHES):
        losses.append(program.gradients().double())
        assert program.parameters.grad is not None
        gradients.append(program.parameters.grad.double())
    program.batches = training
    stacked = torch.stack(gradients)  # (batches, L S, P)
    mean, variance = stacked.mean(0), stacked.var(0).sum(-1)
    ratio = (mean.square().sum(-1) - variance / BATCHES) / variance
    found = (stacked.norm(dim=-1).mean(0), ratio, _toward(program, mean, optima, weights))
    return torch.stack([torch.stack(losses).mean(0), *(each.unflatten(0, program.shape) for each in found)]).numpy()


def _toward(program: Program, gradient: Tensor, optima: Tensor, weights: Tensor) -> Tensor:
    """(L S,): the derivative of the logits along -gradient by a central difference in float64, against the way."""
    parameters, positions = program.parameters.double(), program.looked_at[: len(weights)].double()
    inputs = positions.expand(len(parameters), -1, -1)
    small = -gradient * (1e-4 * parameters.norm(dim=-1) / gradient.norm(dim=-1))[:, None]
    moved = _seen(program.network(parameters + small, inputs) - program.network(parameters - small, inputs))
    way = _seen(optima.repeat_interleave(program.shape[1], dim=0) - program.network(parameters, inputs))

    def product(one: Tensor, other: Tensor) -> Tensor:
        return (one * other).sum(-1) @ weights

    return product(moved, way) / (product(moved, moved) * product(way, way)).sqrt()


def _seen(logits: Tensor) -> Tensor:
    """Without the mean over classes, which no loss of the family sees."""
    return logits - logits.mean(-1, keepdim=True)
