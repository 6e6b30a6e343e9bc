"""One anchor and its surroundings, as arrays: what every loss is evaluated on, point by point along a curve.

An anchor has a class of c samples, itself among them, in a batch of N. One pair is varied; all other positives have
one cosine, all other noise another. A class head scores K classes by cosines too: its own class by that of the
positives, the others by that of the noise, and each of the K - 1 other classes has (N - c) / (K - 1) samples.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from losses.errors import LabError

Role = Literal["positive", "noise"]
AXES = {
    "similarity": "similarity of the pair, cosine",
    "shortfall": "distance of the pair, 1 - cosine",
    "temperature": "temperature",
    "batch_size": "batch size N",
    "class_size": "class size",
}
"""What a curve can run along, name -> axis title with its unit."""


@dataclass(frozen=True, slots=True)
class Scene:
    """`positive` and `noise` are the cosines of all pairs; the varied one has its own where it runs along a curve.

    `softness`: a soft target has 1 - softness on its own class and the rest spread evenly over the others. `lam`
    in [0, 1], WEINCE's weight of the Weibit coordinate, is held: it carries no gradient.
    """

    batch_size: int = 64
    class_size: int = 16
    positive: float = 0.6
    noise: float = 0.1
    temperature: float = 0.1
    softness: float = 0.2
    lam: float = 0.5

    def __post_init__(self) -> None:
        if self.class_size < 2:
            remedy = "A lone sample has no positive, so no loss of its own."
            raise LabError("class size", "must be at least 2", self.class_size, remedy)
        if self.batch_size <= self.class_size:
            remedy = "Without other classes there is no noise pair: take a larger batch or a smaller class."
            raise LabError("batch size", f"must be above the class size {self.class_size}", self.batch_size, remedy)
        for name in ("positive", "noise"):
            if not -1 <= getattr(self, name) <= 1:
                raise LabError(f"{name} cosine", "must lie in -1 to 1", getattr(self, name))
        if not 0 < self.temperature < np.inf:
            raise LabError("temperature", "must be a finite number above 0", self.temperature)
        for name in ("softness", "lam"):
            if not 0 <= getattr(self, name) <= 1:
                raise LabError(name, "must lie in 0 to 1", getattr(self, name))

    @property
    def classes(self) -> int:
        """K, the classes of a head: as many of this size as the batch holds, at least two."""
        return max(2, round(self.batch_size / self.class_size))


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """A scene at M points of a curve; every array (M,). `pair` is the varied pair's cosine, of `role`."""

    scene: Scene
    role: Role
    pair: np.ndarray
    temperature: np.ndarray
    batch_size: np.ndarray
    class_size: np.ndarray

    @property
    def positives(self) -> np.ndarray:
        """|P|, the varied pair among them where it is one."""
        return self.class_size - 1

    @property
    def noise(self) -> np.ndarray:
        """|Nz|, the varied pair among them where it is one."""
        return self.batch_size - self.class_size

    @property
    def classes(self) -> np.ndarray:
        """K, (M,)."""
        return np.maximum(2, np.round(self.batch_size / self.class_size))


def log_count(counts: np.ndarray) -> np.ndarray:
    """log, with log 0 = -inf: a group of none takes no part."""
    return np.log(counts, out=np.full_like(counts, -np.inf), where=counts > 0)


def points(scene: Scene, role: Role, axis: str, values: np.ndarray) -> Points:
    """The scene with `axis`, one of `AXES`, at `values` (M,). LabError for a value outside what it can be."""
    if axis not in AXES:
        raise LabError("axis", f"must be one of {', '.join(AXES)}", repr(axis))
    if axis in ("temperature", "batch_size", "class_size"):
        for value in (values.min(), values.max()):
            replace(scene, **{axis: value})  # a value that the scene refuses is refused here
    fixed = scene.positive if role == "positive" else scene.noise
    pair = {"similarity": values, "shortfall": 1 - values}.get(axis, np.full(len(values), fixed))
    if np.abs(pair).max() > 1:
        raise LabError("similarity", "must lie in -1 to 1", float(np.abs(pair).max()))

    def along(name: str) -> np.ndarray:
        return values.astype(float) if axis == name else np.full(len(values), float(getattr(scene, name)))

    return Points(scene, role, pair.astype(float), along("temperature"), along("batch_size"), along("class_size"))
