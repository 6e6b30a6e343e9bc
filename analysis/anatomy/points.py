"""Points on the circle, and the settings of the losses of embeddings."""

from dataclasses import dataclass

import numpy as np

from analysis.forces.views import other_views
from losses.catalog import CATALOG
from losses.errors import LabError

FEWEST, MOST = 2, 64
CLASSES = "ABCDEFGH"


@dataclass(frozen=True, slots=True)
class PointBatch:
    """N points: classes (N,) letters, degrees (N,) on the circle."""

    classes: tuple[str, ...]
    degrees: tuple[float, ...]

    def __post_init__(self) -> None:
        if not FEWEST <= len(self.classes) <= MOST:
            raise LabError("points", f"must number {FEWEST} to {MOST}", len(self.classes))
        if len(self.degrees) != len(self.classes):
            raise LabError("degrees", f"must number {len(self.classes)}, one a point", len(self.degrees))
        if not all(name in CLASSES and len(name) == 1 for name in self.classes):
            raise LabError("classes", f"must be letters {CLASSES[0]} to {CLASSES[-1]}", repr(" ".join(self.classes)))
        if wrong := [degree for degree in self.degrees if not abs(degree) <= 360]:
            raise LabError("degrees", "must be numbers from -360 to 360", but=f"one is {wrong[0]:g}")

    @property
    def names(self) -> tuple[str, ...]:
        """A1, A2, B1, ... : the class and the place in it."""
        return tuple(f"{name}{self.classes[: at + 1].count(name)}" for at, name in enumerate(self.classes))

    @property
    def labels(self) -> np.ndarray:
        return np.array([CLASSES.index(name) for name in self.classes])

    @property
    def embeddings(self) -> np.ndarray:
        """(N, 2) float64 unit rows."""
        angles = np.deg2rad(self.degrees)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)

    @property
    def other_views(self) -> np.ndarray:
        """(N,) places: a class's first and second point are one sample's views, and so on; -1 for an odd one."""
        order = np.argsort(self.labels, kind="stable")
        found = other_views(self.labels[order])
        views = np.full(len(order), -1)
        views[order] = np.where(found >= 0, order[found], -1)
        return views


@dataclass(frozen=True, slots=True)
class Settings:
    """Temperature of all that have one, epsilon of epsilon-SupInfoNCE, beta of Weibit; WEINCE is at its defaults."""

    temperature: float = 0.1
    epsilon: float = 0.25
    beta: float = 4.0

    def __post_init__(self) -> None:
        for name, value in (("temperature", self.temperature), ("beta", self.beta)):
            if not 0 < value < np.inf:
                raise LabError(name, "must be a finite number above 0", value)
        if not 0 <= self.epsilon < np.inf:
            raise LabError("epsilon", "must be a finite number from 0", self.epsilon)

    def of(self, loss: str) -> dict[str, float]:
        """The parameters of a loss of embeddings: these where it has them, else the catalogue's defaults."""
        return {name: getattr(self, name, default) for name, default in CATALOG[loss].defaults.items()}
