"""A finished run as arrays over time: what replay, figures and downloads read."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from toy_models.specs import WorldSpec
from toy_models.traces import ArrayTrace, columns_of
from toy_models.two_views.run import EVIDENCE, METRICS, Recorded
from toy_models.two_views.spec import LOSSES, TwoViewsSpec


@dataclass(frozen=True, slots=True, eq=False)
class Trace(Recorded, ArrayTrace):
    """T frames of a run stacked: steps and seconds (T,), metrics of `Frame` (T, L, S), evidence (T, L, S, 2B)."""

    SPEC: ClassVar[type[WorldSpec]] = TwoViewsSpec
    SINCE_THE_FRAME_BEFORE: ClassVar[tuple[str, ...]] = ("loss",)

    spec: TwoViewsSpec
    device: str
    steps: np.ndarray
    seconds: np.ndarray

    def table(self) -> "Curves":
        """The curves, one row for each frame, loss and seed; evidence as its mean over anchors."""
        evidence = {name: getattr(self, name).mean(axis=-1, dtype=np.float64).ravel() for name in EVIDENCE}
        return Curves(**columns_of(self, LOSSES, METRICS), **evidence)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        shape = (len(self.steps), len(self.spec.losses), self.spec.seeds)
        return {**dict.fromkeys(METRICS, shape), **dict.fromkeys(EVIDENCE, (*shape, 2 * self.spec.batch_size))}


@dataclass(frozen=True, slots=True, eq=False)
class Curves(Recorded):
    """The curves of a run as columns of equal length; `loss_name` is the title, losses are in nats."""

    loss_name: np.ndarray
    seed: np.ndarray
    step: np.ndarray
    seconds: np.ndarray
