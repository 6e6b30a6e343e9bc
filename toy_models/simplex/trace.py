"""A finished run as arrays over time: what replay, figures and downloads read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from toy_models.simplex.run import Frame
from toy_models.simplex.spec import LOSSES, SimplexSpec
from toy_models.specs import WorldSpec
from toy_models.traces import ArrayTrace, stacked

METRICS = ("kl_density", "kl_mean", "loss", "information_bound", "gradient_norm")


@dataclass(frozen=True, slots=True, eq=False)
class Trace(ArrayTrace):
    """T frames of a run stacked: steps and seconds (T,), the metrics of `Frame` (T, L, S), logits (T, L, S, Q, K)."""

    SPEC: ClassVar[type[WorldSpec]] = SimplexSpec

    spec: SimplexSpec
    device: str
    steps: np.ndarray
    seconds: np.ndarray
    kl_density: np.ndarray
    kl_mean: np.ndarray
    loss: np.ndarray
    information_bound: np.ndarray
    gradient_norm: np.ndarray
    logits: np.ndarray

    @classmethod
    def of(cls, spec: SimplexSpec, frames: Sequence[Frame], device: str = "cpu") -> "Trace":
        """Stack frames, of a whole run or of one that was stopped. LabError without any."""
        return cls(spec, device, *stacked(frames, ("step", "seconds", *METRICS, "logits")))

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
        shape = (len(self.steps), len(self.spec.losses), self.spec.seeds)
        return {**dict.fromkeys(METRICS, shape), "logits": (*shape, *self.logits.shape[3:5])}


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The curves of a run as columns of equal length; `loss_name` is the title, metrics are in nats."""

    loss_name: np.ndarray
    seed: np.ndarray
    step: np.ndarray
    seconds: np.ndarray
    kl_density: np.ndarray
    kl_mean: np.ndarray
    loss: np.ndarray
    information_bound: np.ndarray
    gradient_norm: np.ndarray
