"""A finished run as arrays over its repetitions: what figures and downloads read."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from toy_models.noise_floor.run import BINS, METRICS, Metrics
from toy_models.noise_floor.spec import LINKS, NoiseFloorSpec
from toy_models.specs import WorldSpec
from toy_models.traces import ArrayTrace


@dataclass(frozen=True, slots=True, eq=False)
class Trace(Metrics, ArrayTrace):
    """T frames stacked: steps, seconds, repetitions (T,), the metrics of `Frame` (T, L, Q), errors (T, L, Q, BINS)."""

    SPEC: ClassVar[type[WorldSpec]] = NoiseFloorSpec

    spec: NoiseFloorSpec
    device: str
    steps: np.ndarray
    seconds: np.ndarray
    repetitions: np.ndarray
    errors: np.ndarray

    def table(self) -> "Curves":
        """The curves, one row for each frame, link and n."""
        frames, links, draws = self.bias.shape
        return Curves(
            link=np.tile(np.repeat(np.array(list(LINKS.values())), draws), frames),
            draws=np.tile(np.array(self.spec.draws), frames * links),
            repetitions=np.repeat(self.repetitions, links * draws),
            **{name: getattr(self, name).ravel() for name in METRICS},
        )

    def shapes(self) -> dict[str, tuple[int, ...]]:
        shape = (len(self.steps), len(LINKS), len(self.spec.draws))
        return {**dict.fromkeys(METRICS, shape), "errors": (*shape, BINS)}


@dataclass(frozen=True, slots=True, eq=False)
class Curves(Metrics):
    """The curves of a run as columns of equal length; `link` is the title, errors are of log-odds, in nats."""

    link: np.ndarray
    draws: np.ndarray
    repetitions: np.ndarray
