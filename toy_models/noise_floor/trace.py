"""A finished run as arrays over its repetitions: what figures and downloads read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from toy_models.noise_floor.run import BINS, Frame
from toy_models.noise_floor.spec import LINKS, NoiseFloorSpec
from toy_models.specs import WorldSpec
from toy_models.traces import ArrayTrace, stacked

METRICS = ("squared_error", "standard_error", "bias", "infinite")


@dataclass(frozen=True, slots=True, eq=False)
class Trace(ArrayTrace):
    """T frames stacked: steps, seconds, repetitions (T,), the metrics of `Frame` (T, L, Q), errors (T, L, Q, BINS)."""

    SPEC: ClassVar[type[WorldSpec]] = NoiseFloorSpec

    spec: NoiseFloorSpec
    device: str
    steps: np.ndarray
    seconds: np.ndarray
    repetitions: np.ndarray
    squared_error: np.ndarray
    standard_error: np.ndarray
    bias: np.ndarray
    infinite: np.ndarray
    errors: np.ndarray

    @classmethod
    def of(cls, spec: NoiseFloorSpec, frames: Sequence[Frame], device: str = "cpu") -> "Trace":
        """Stack frames, of a whole run or of one that was stopped. LabError without any."""
        names = ("step", "seconds", "repetitions", *METRICS, "errors")
        return cls(spec, device, *stacked(frames, names))

    def table(self) -> "Curves":
        """The curves, one row for each frame, link and n."""
        frames, links, draws = self.bias.shape
        return Curves(
            np.tile(np.repeat(np.array(list(LINKS.values())), draws), frames),
            np.tile(np.array(self.spec.draws), frames * links),
            np.repeat(self.repetitions, links * draws),
            *(getattr(self, name).ravel() for name in METRICS),
        )

    def shapes(self) -> dict[str, tuple[int, ...]]:
        shape = (len(self.steps), len(LINKS), len(self.spec.draws))
        return {**dict.fromkeys(METRICS, shape), "errors": (*shape, BINS)}


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The curves of a run as columns of equal length; `link` is the title, errors are of log-odds, in nats."""

    link: np.ndarray
    draws: np.ndarray
    repetitions: np.ndarray
    squared_error: np.ndarray
    standard_error: np.ndarray
    bias: np.ndarray
    infinite: np.ndarray
