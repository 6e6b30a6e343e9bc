"""One training seen at several epochs."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analysis.calibration.top_label import Calibration
from analysis.neighbours.nearest import Margin
from analysis.neighbours.separation import Separation
from analysis.statistics.bootstrap import Estimate, Unavailable


class Readings(Protocol):
    """What is read off a snapshot's test items; see `checkpoints.inspection`."""

    @property
    def margin(self) -> Margin | Unavailable: ...
    @property
    def separation(self) -> Separation | Unavailable: ...
    @property
    def knn(self) -> Estimate | Unavailable: ...
    @property
    def probe(self) -> Estimate | Unavailable: ...
    @property
    def class_head(self) -> Estimate | Unavailable: ...
    @property
    def calibration(self) -> Calibration | Unavailable: ...
    def numbers(self) -> dict[str, object]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One snapshot's numbers on its test items; coordinates (N, 2) of them by PCA and the shares of its axes,
    None where all are one point; labels (N,) and ids (N,)."""

    epoch: int
    file: str
    numbers: Readings
    coordinates: np.ndarray | None
    explained: tuple[float, float] | None
    labels: np.ndarray
    ids: np.ndarray
