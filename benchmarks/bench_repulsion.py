"""World 2: what does a run cost against a plain loop over losses and seeds, and does its slowest picture still move?"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

import torch
from torch import Generator, Tensor

import losses
from toy_models.repulsion import Frame, RepulsionSpec, StudySpec, simulate, study
from toy_models.repulsion.batch import RepulsionBatch, draw_start

Row = tuple[str, float, str, float]
T = TypeVar("T")

SLOWEST = RepulsionSpec(dimensions=64, classes=8, per_class=16, seeds=2, steps=1000)
"""As many coordinates, pairs and steps as a spec may have; timed on its first frames that are 12 or more apart."""


def rows() -> Iterable[Row]:
    spec = RepulsionSpec()
    list(simulate(replace(spec, steps=10)))  # imports and first calls
    seconds, _ = _timed(lambda: list(simulate(spec)))
    yield f"World 2: {len(spec.losses)} losses x {spec.seeds} seeds x {spec.steps} steps", seconds, "s", 5.0
    spec = replace(spec, seeds=8, steps=100)
    frames = list(simulate(spec))
    loop, wanted = _timed(lambda: _plain_loop(spec))
    share = f"World 2: all losses x 8 seeds x 100 steps at once, over a plain loop ({loop:.1f} s)"
    yield share, frames[-1].seconds / loop, "x", 0.2
    yield "World 2: largest difference of a loss from that loop", _difference(frames[-1], wanted), "nats", 1e-5
    yield "World 2: seconds between two pictures of the slowest setting", _slowest_picture(), "s", 1 / 3
    yield "World 2: push to pull against class size, 10 draws", _timed(lambda: study(StudySpec()))[0], "s", 5.0


def _plain_loop(spec: RepulsionSpec) -> list[list[float]]:
    """Each loss and seed alone, by autograd: the last losses, (L, S)."""
    return [[_alone(spec, name, spec.seed + seed) for seed in range(spec.seeds)] for name in spec.losses]


def _alone(spec: RepulsionSpec, name: str, seed: int) -> float:
    z, batch = draw_start(spec, Generator().manual_seed(seed)), RepulsionBatch.of(spec)
    for _ in range(spec.steps):
        z = z.requires_grad_()
        (gradient,) = torch.autograd.grad(spec.vectors * _loss(spec, name, z, batch), z)
        tangent = gradient - (gradient * z).sum(-1, keepdim=True) * z
        z = torch.nn.functional.normalize((z - spec.learning_rate * tangent).detach(), dim=-1)
    return _loss(spec, name, z, batch).item()


def _loss(spec: RepulsionSpec, name: str, z: Tensor, batch: RepulsionBatch) -> Tensor:
    if name == "nt_xent":
        return losses.nt_xent(z[0::2], z[1::2], temperature=spec.temperature)
    if name == "eps_sup_infonce":
        return losses.eps_sup_infonce(z, batch.labels, temperature=spec.temperature, epsilon=spec.epsilon)
    return getattr(losses, name)(z, batch.labels, temperature=spec.temperature)


def _difference(frame: Frame, wanted: list[list[float]]) -> float:
    return float(abs(frame.loss - wanted).max())


def _slowest_picture() -> float:
    """The longest wait between two of ten frames as far apart as any."""
    due = SLOWEST.frames
    first = next(at for at in range(1, len(due)) if due[at] - due[at - 1] >= 12)
    moments, run = [], simulate(SLOWEST)
    for _ in range(first + 10):
        next(run)
        moments.append(time.perf_counter())
    run.close()
    return max(b - a for a, b in zip(moments[first:-1], moments[first + 1 :], strict=True))


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result
