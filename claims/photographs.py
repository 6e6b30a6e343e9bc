"""The shipped encoders of CIFAR-10, for claims: their outputs, and differences between two of them over test items.

Targets and noise are cosines to the means of classes, which ask where a class lies (`analysis.neighbours.class_means`),
or to the nearest train items, which also ask who lies among it. The two may answer differently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from analysis.rules.numbers import Number, resampled
from claims.code_version import ROOT

To = Literal["means", "nearest"]
RESAMPLES = 400
_FOLDER = "checkpoints/zoo/cifar10"


def file_of(name: str) -> str:
    """Of the outputs of an encoder, from the root."""
    return f"{_FOLDER}/{name}.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Apart:
    """Of encoders by name, on the same test items: the margin with its values in resamples (R,), which are drawn
    together; and the area under the ROC with how it moves with each item's weight (n,)."""

    margins: Mapping[str, float]
    draws: Mapping[str, np.ndarray]
    areas: Mapping[str, float]
    influences: Mapping[str, np.ndarray]
    items: int

    def margin_gap(self, first: str, second: str) -> Number:
        """Margin of the first less that of the second, cosines."""
        gaps = self.margins[first] - self.margins[second], self.draws[first] - self.draws[second]
        return resampled(*gaps, self.items, "test items")

    def share_of_gap(self, first: str, second: str, third: str) -> Number:
        """The gap of first and second as a share of that of first and third."""
        value = (self.margins[first] - self.margins[second]) / (self.margins[first] - self.margins[third])
        draws = (self.draws[first] - self.draws[second]) / (self.draws[first] - self.draws[third])
        return resampled(value, draws, self.items, "test items")

    def area(self, name: str) -> Number:
        """Of one encoder."""
        return self._of_influence(self.areas[name], self.influences[name])

    def area_gap(self, first: str, second: str) -> Number:
        """Area of the first less that of the second."""
        gap = self.areas[first] - self.areas[second]
        return self._of_influence(gap, self.influences[first] - self.influences[second])

    def _of_influence(self, value: float, moved: np.ndarray) -> Number:
        error = float(moved.std(ddof=1)) / self.items**0.5
        return Number(value, error, self.items - 1.0, f"{self.items:,} test items")


@lru_cache(maxsize=16)
def _cosines(name: str, to: To) -> tuple[np.ndarray, np.ndarray]:
    """(n,) to the own class's mean, (n,) to the nearest other's; or to the nearest train item of either."""
    from analysis.neighbours.class_means import ClassMeans, class_means
    from analysis.neighbours.nearest import nearest_similarity
    from checkpoints.opening import open_outputs

    outputs = open_outputs(ROOT / Path(file_of(name)))
    if to == "nearest":
        nearest = nearest_similarity(outputs, k=1)
        return nearest.target[nearest.comparable], nearest.noise[nearest.comparable]
    found = class_means(outputs)
    assert isinstance(found, ClassMeans)
    return found.own, found.other


def apart(names: Sequence[str], seed: int, to: To = "means") -> Apart:
    """Margins and areas of these encoders, test items resampled together."""
    from analysis.neighbours.separation import pairs_in_order

    sides = {name: _cosines(name, to) for name in names}
    items = len(next(iter(sides.values()))[0])
    generator = np.random.default_rng(seed)
    draws: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(RESAMPLES):
        rows = generator.integers(items, size=items)
        for name, (own, other) in sides.items():
            draws[name].append(float(np.median(own[rows]) - np.median(other[rows])))
    areas = {name: pairs_in_order(*side) for name, side in sides.items()}
    return Apart(
        {name: float(np.median(own) - np.median(other)) for name, (own, other) in sides.items()},
        {name: np.array(each) for name, each in draws.items()},
        {name: value for name, (value, _) in areas.items()},
        {name: influence for name, (_, influence) in areas.items()},
        items,
    )
