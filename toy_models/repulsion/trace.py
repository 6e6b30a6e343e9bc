"""A finished run as arrays over time: what replay, figures and downloads read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from toy_models.repulsion.measure import METRICS as READINGS
from toy_models.repulsion.run import Frame
from toy_models.repulsion.spec import LOSSES, RepulsionSpec
from toy_models.specs import WorldSpec
from toy_models.traces import ArrayTrace, stacked

METRICS = (*READINGS, "loss", "gradient_norm")


@dataclass(frozen=True, slots=True, eq=False)
class Trace(ArrayTrace):
    """T frames of a run stacked: steps and seconds (T,), the metrics of `Frame` (T, L, S), positions (T, L, N, D)."""

    SPEC: ClassVar[type[WorldSpec]] = RepulsionSpec

    spec: RepulsionSpec
    device: str
    steps: np.ndarray
    seconds: np.ndarray
    repelling_share: np.ndarray
    push_to_pull: np.ndarray
    positive_share: np.ndarray
    same_cosine: np.ndarray
    noise_cosine: np.ndarray
    margin: np.ndarray
    same_force: np.ndarray
    noise_force: np.ndarray
    loss: np.ndarray
    gradient_norm: np.ndarray
    positions: np.ndarray

    @classmethod
    def of(cls, spec: RepulsionSpec, frames: Sequence[Frame], device: str = "cpu") -> "Trace":
        """Stack frames, of a whole run or of one that was stopped. LabError without any."""
        return cls(spec, device, *stacked(frames, ("step", "seconds", *METRICS, "positions")))

    def table(self) -> "Curves":
        """The curves, one row for each frame, loss and seed."""
        frames, losses, seeds = self.loss.shape
        names = np.array([LOSSES[name] for name in self.spec.losses])
        return Curves(
            np.tile(np.repeat(names, seeds), frames),
            np.tile(self.spec.seed + np.arange(seeds), frames * losses),
            np.repeat(self.steps, losses * seeds),
            np.repeat(self.seconds, losses * seeds),
            *(getattr(self, name).ravel() for name in METRICS),
        )

    def shapes(self) -> dict[str, tuple[int, ...]]:
        shape: tuple[int, ...] = (len(self.steps), len(self.spec.losses), self.spec.seeds)
        return {**dict.fromkeys(METRICS, shape), "positions": (*shape[:2], self.spec.vectors, self.spec.dimensions)}


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The curves of a run as columns of equal length; `loss_name` is the title, metrics as in `Frame`."""

    loss_name: np.ndarray
    seed: np.ndarray
    step: np.ndarray
    seconds: np.ndarray
    repelling_share: np.ndarray
    push_to_pull: np.ndarray
    positive_share: np.ndarray
    same_cosine: np.ndarray
    noise_cosine: np.ndarray
    margin: np.ndarray
    same_force: np.ndarray
    noise_force: np.ndarray
    loss: np.ndarray
    gradient_norm: np.ndarray
