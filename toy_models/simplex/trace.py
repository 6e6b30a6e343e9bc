"""A finished run as arrays over time: what replay, figures and downloads read."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from toy_models.simplex.measure import METRICS, Metrics
from toy_models.simplex.spec import LOSSES, SimplexSpec
from toy_models.specs import WorldSpec
from toy_models.traces import ArrayTrace, columns_of


@dataclass(frozen=True, slots=True, eq=False)
class Trace(Metrics, ArrayTrace):
    """T frames of a run stacked: steps and seconds (T,), the metrics of `Frame` (T, L, S), logits (T, L, S, Q, K)."""

    SPEC: ClassVar[type[WorldSpec]] = SimplexSpec
    SINCE_THE_FRAME_BEFORE: ClassVar[tuple[str, ...]] = ("loss",)

    spec: SimplexSpec
    device: str
    steps: np.ndarray
    seconds: np.ndarray
    logits: np.ndarray

    def table(self) -> "Curves":
        """The curves, one row for each frame, loss and seed."""
        return Curves(**columns_of(self, LOSSES, METRICS))

    def shapes(self) -> dict[str, tuple[int, ...]]:
        shape = (len(self.steps), len(self.spec.losses), self.spec.seeds)
        return {**dict.fromkeys(METRICS, shape), "logits": (*shape, *self.logits.shape[3:5])}


@dataclass(frozen=True, slots=True, eq=False)
class Curves(Metrics):
    """The curves of a run as columns of equal length; `loss_name` is the title, metrics are in nats."""

    loss_name: np.ndarray
    seed: np.ndarray
    step: np.ndarray
    seconds: np.ndarray
