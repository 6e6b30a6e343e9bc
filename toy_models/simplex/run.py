"""Train every loss and seed of a spec as one vectorised program and yield what can be seen of it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from toy_models.device import resolve
from toy_models.finite import check_finite
from toy_models.simplex.measure import Metrics
from toy_models.simplex.program import Program
from toy_models.simplex.spec import LOSSES, SimplexSpec
from toy_models.steps import each_step
from toy_models.threads import one_thread


@dataclass(frozen=True, slots=True, eq=False)
class Frame(Metrics):
    """The networks after `step` updates and `seconds` of training alone; L losses in the spec's order, S seeds.

    kl_density (L, S) KL(p(w|x) || implied density), kl_mean (L, S) KL(E[w|x] || softmax f), both averages over x;
    information_bound (L, S) lower bound of I(X; W) for an unlimited batch: all three exact on the grid, in nats.
    loss (L, S) mean training loss of the steps since the frame before, in nats; gradient_norm (L, S) of this step.
    logits (L, S, Q, K) float32 at the probes of the world.
    """

    step: int
    seconds: float
    logits: np.ndarray


def simulate(spec: SimplexSpec, device: str = "cpu", on_step: Callable[[int], None] | None = None) -> Iterator[Frame]:
    """Frames of a run, one after each step in `spec.frames`.

    A seed's networks begin with the same weights and see the same batches under every loss, so that curves differ by
    the loss alone. Same spec and device, same numbers. `on_step(step)` is called before each update: a live run counts,
    waits or raises there. LabError where a loss leaves the finite numbers; the frames before it stand.
    """
    with one_thread():
        yield from _frames(spec, Program(spec, resolve(device)), on_step)


def _frames(spec: SimplexSpec, program: Program, on_step: Callable[[int], None] | None) -> Iterator[Frame]:
    since: list[Tensor] = []  # losses of the steps since the last frame, on the device: looking waits for its queue
    seconds, recorded = 0.0, set(spec.frames)
    for step in each_step(range(spec.steps + 1), on_step):
        began = time.perf_counter()
        if step:
            program.update(step - 1)
        since.append(program.gradients())
        if step in recorded:
            losses = torch.stack(since).cpu().double()  # (steps, L, S)
        seconds += time.perf_counter() - began
        if step in recorded:
            check_finite(losses, [LOSSES[name] for name in spec.losses], spec.seed, step)
            yield _frame(program, step, seconds, losses.mean(dim=0))
            since = []


def _frame(program: Program, step: int, seconds: float, loss: Tensor) -> Frame:
    logits, norms = program.look()
    reading = program.meter.read(logits.at_positions)
    return Frame(
        step=step,
        seconds=seconds,
        kl_density=reading.kl_density,
        kl_mean=reading.kl_mean,
        loss=loss.numpy(),
        information_bound=reading.information_bound,
        gradient_norm=norms.double().numpy(),
        logits=logits.at_probes.numpy().copy(),
    )
