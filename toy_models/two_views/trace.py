"""A finished run as arrays over time: what replay, figures and downloads read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from toy_models.specs import WorldSpec
from toy_models.traces import ArrayTrace, stacked
from toy_models.two_views.run import Frame
from toy_models.two_views.spec import LOSSES, TwoViewsSpec

METRICS = ("loss", "gradient_norm", "retrieval", "view_cosine", "hardest_cosine")
EVIDENCE = ("lam", "delta_aic", "rho")


@dataclass(frozen=True, slots=True, eq=False)
class Trace(ArrayTrace):
    """T frames of a run stacked: steps and seconds (T,), metrics of `Frame` (T, L, S), evidence (T, L, S, 2B)."""

    SPEC: ClassVar[type[WorldSpec]] = TwoViewsSpec

    spec: TwoViewsSpec
    device: str
    steps: np.ndarray
    seconds: np.ndarray
    loss: np.ndarray
    gradient_norm: np.ndarray
    retrieval: np.ndarray
    view_cosine: np.ndarray
    hardest_cosine: np.ndarray
    lam: np.ndarray
    delta_aic: np.ndarray
    rho: np.ndarray

    @classmethod
    def of(cls, spec: TwoViewsSpec, frames: Sequence[Frame], device: str = "cpu") -> "Trace":
        """Stack frames, of a whole run or of one that was stopped. LabError without any."""
        return cls(spec, device, *stacked(frames, ("step", "seconds", *METRICS, *EVIDENCE)))

    def table(self) -> "Curves":
        """The curves, one row for each frame, loss and seed; evidence as its mean over anchors."""
        frames, losses, seeds = self.loss.shape
        names = np.array([LOSSES[name] for name in self.spec.losses])
        return Curves(
            np.tile(np.repeat(names, seeds), frames),
            np.tile(self.spec.seed + np.arange(seeds), frames * losses),
            np.repeat(self.steps, losses * seeds),
            np.repeat(self.seconds, losses * seeds),
            *(getattr(self, name).ravel() for name in METRICS),
            *(getattr(self, name).mean(axis=-1, dtype=np.float64).ravel() for name in EVIDENCE),
        )

    def shapes(self) -> dict[str, tuple[int, ...]]:
        shape = (len(self.steps), len(self.spec.losses), self.spec.seeds)
        return {**dict.fromkeys(METRICS, shape), **dict.fromkeys(EVIDENCE, (*shape, 2 * self.spec.batch_size))}


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The curves of a run as columns of equal length; `loss_name` is the title, losses are in nats."""

    loss_name: np.ndarray
    seed: np.ndarray
    step: np.ndarray
    seconds: np.ndarray
    loss: np.ndarray
    gradient_norm: np.ndarray
    retrieval: np.ndarray
    view_cosine: np.ndarray
    hardest_cosine: np.ndarray
    lam: np.ndarray
    delta_aic: np.ndarray
    rho: np.ndarray
