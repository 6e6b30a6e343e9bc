"""Move the vectors of every loss and seed as one program and yield what can be seen of them."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from toy_models.device import resolve
from toy_models.finite import check_finite
from toy_models.repulsion.batch import RepulsionBatch, draw_start
from toy_models.repulsion.measure import Metrics, Reading, read
from toy_models.repulsion.objectives import OBJECTIVES
from toy_models.repulsion.spec import LOSSES, RepulsionSpec
from toy_models.steps import each_step
from toy_models.threads import one_thread
from toy_models.traces import names_of


@dataclass(frozen=True, slots=True, eq=False)
class Frame(Metrics):
    """The vectors after `step` updates and `seconds` of moving alone; L losses in the spec's order, S seeds.

    loss (L, S) mean over anchors, nats; gradient_norm (L, S) root mean square over vectors of the gradient along the
    sphere, of the summed loss; the other metrics (L, S) as in `measure.Reading`. positions (L, N, D) of the first
    seed, in the run's own precision: forces computed from them are those that acted.
    """

    step: int
    seconds: float
    positions: np.ndarray


def simulate(spec: RepulsionSpec, device: str = "cpu", on_step: Callable[[int], None] | None = None) -> Iterator[Frame]:
    """Frames of a run, one after each step in `spec.frames`.

    A seed's vectors begin at the same places under every loss. Same spec and device, same numbers. `on_step(step)` is
    called before each update: a live run counts, waits or raises there. LabError where a loss leaves the finite
    numbers; the frames before it stand.
    """
    with one_thread(), torch.no_grad():
        yield from _frames(spec, _Program(spec, resolve(device)), on_step)


def _frames(spec: RepulsionSpec, program: "_Program", on_step: Callable[[int], None] | None) -> Iterator[Frame]:
    seconds, recorded = 0.0, set(spec.frames)
    for step in each_step(range(spec.steps + 1), on_step):
        began = time.perf_counter()
        if step:
            program.update()
        seconds += time.perf_counter() - began
        if step in recorded:
            yield program.frame(step, seconds)


class _Program:
    """All vectors of a run in one tensor z (L, S, N, D), with what acts on them."""

    def __init__(self, spec: RepulsionSpec, device: torch.device) -> None:
        self.spec, self.batch = spec, RepulsionBatch.of(spec, device)
        self.objectives = [OBJECTIVES[name] for name in spec.losses]
        self.roles = [objective.roles(self.batch) for objective in self.objectives]
        generators = [Generator().manual_seed(spec.seed + s) for s in range(spec.seeds)]
        start = torch.stack([draw_start(spec, generator) for generator in generators])  # (S, N, D)
        # Metal has no float64.
        wide = start.to(torch.float32 if device.type == "mps" else torch.float64)
        self.z = wide.to(device).repeat(len(spec.losses), 1, 1, 1)

    def forces(self) -> tuple[Tensor, Tensor]:
        """Cosines and d loss_i / d s_ij, both (L, S, N, N)."""
        cosines = self.z @ self.z.mT
        rows = zip(self.objectives, self.roles, cosines, strict=True)
        return cosines, torch.stack([each.forces(s, roles, self.spec) for each, roles, s in rows])

    def gradient(self, forces: Tensor) -> Tensor:
        """Of the summed loss along the sphere, (L, S, N, D): s_ij moves z_j by row i and z_i by column j.

        Where all vectors are equal it is 0, and descent stays; a direction that only rounding makes up is none. An
        anchor's forces add up to at most 2 / tau in size.
        """
        euclidean = forces @ self.z + forces.mT @ self.z
        tangent = euclidean - (euclidean * self.z).sum(-1, keepdim=True) * self.z
        rounding = 256 * torch.finfo(self.z.dtype).eps / self.spec.temperature
        return tangent.masked_fill(tangent.norm(dim=-1, keepdim=True) <= rounding, 0)

    def update(self) -> None:
        """One step of descent along the tangent, and back onto the sphere."""
        moved = self.z - self.spec.learning_rate * self.gradient(self.forces()[1])
        self.z = moved / moved.norm(dim=-1, keepdim=True)  # a tangent step never shortens a vector

    def frame(self, step: int, seconds: float) -> Frame:
        """What the vectors are now."""
        cosines, forces = self.forces()
        pairs = zip(self.objectives, cosines, strict=True)
        loss = torch.stack([each.mean_loss(s, self.batch, self.spec) for each, s in pairs]).cpu().double()
        check_finite(loss, [LOSSES[name] for name in self.spec.losses], self.spec.seed, step)
        reading = read(cosines, forces, self.batch.by_class(), self.spec.temperature)
        return Frame(
            step=step,
            seconds=seconds,
            **{name: getattr(reading, name) for name in names_of(Reading)},
            loss=loss.numpy(),
            gradient_norm=self.gradient(forces).square().sum(-1).mean(-1).sqrt().cpu().double().numpy(),
            positions=self.z[:, 0].cpu().double().numpy(),
        )
