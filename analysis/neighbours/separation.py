"""How far nearest target and nearest noise cosines are apart, threshold by threshold: the area under their ROC curve.

The area is the share of pairs (target of one item, noise of any) in order, ties a half: 0.5 where the two cannot be
told apart, 1 where every target is above every noise. Unlike the margin it has no unit, so it can be compared between
encoders whose cosines fill different parts of [-1, 1].
"""

from dataclasses import dataclass

import numpy as np

from analysis.accuracy.class_curves import ClassCurve, paired_curve
from analysis.neighbours.nearest import Nearest, margin
from analysis.statistics.bootstrap import Estimate, Unavailable
from analysis.statistics.influence import influence_estimate


@dataclass(frozen=True, slots=True)
class Separation:
    """auc with its 95 % interval over `items` test items, each with a target and a noise."""

    auc: Estimate
    items: int


def separation(nearest: Nearest, label: int | None = None) -> Separation | Unavailable:
    """Of one class, or of all; Unavailable where the margin is."""
    chosen = _comparable(nearest, label)
    if chosen.sum() < 2:
        found = margin(nearest, label)
        assert isinstance(found, Unavailable)
        return found
    return Separation(area_estimate(nearest.target[chosen], nearest.noise[chosen]), int(chosen.sum()))


def separation_curves(nearest: Nearest, classes: int, *, resamples: int = 200) -> tuple[ClassCurve | Unavailable, ...]:
    """For each class the ROC and precision-recall of its items' targets against their noises."""
    return tuple(_curve(nearest, label, resamples) for label in range(classes))


def pairs_in_order(target: np.ndarray, noise: np.ndarray) -> tuple[float, np.ndarray]:
    """The area, and how it moves with the weight of each item (n,), to first order; target and noise (n,) of items.

    An item enters by its target and by its noise (Hoeffding's projection; DeLong et al. 1988).
    """
    above = _share_below(target, np.sort(noise))
    below = 1 - _share_below(noise, np.sort(target))
    value = float(above.mean())
    return value, above + below - 2 * value


def area_estimate(target: np.ndarray, noise: np.ndarray) -> Estimate:
    """The area with its 95 % interval over items; target and noise (n,), n >= 2, of the same items."""
    value, influence = pairs_in_order(target, noise)
    slack = 1 - 0.025 ** (1 / len(influence))  # no resample says how far from it the area could be
    if value in (0.0, 1.0):
        return Estimate(value, max(0.0, value - slack), min(1.0, value + slack))
    return influence_estimate(value, influence, low=0, high=1)


def _share_below(values: np.ndarray, ordered: np.ndarray) -> np.ndarray:
    """Which share of the others is below each value, ties a half."""
    sides = [np.searchsorted(ordered, values, side=side) for side in ("left", "right")]
    share: np.ndarray = (sides[0] + sides[1]) / (2 * len(ordered))
    return share


def _comparable(nearest: Nearest, label: int | None) -> np.ndarray:
    return nearest.comparable if label is None else nearest.comparable & (nearest.labels == label)


def _curve(nearest: Nearest, label: int, resamples: int) -> ClassCurve | Unavailable:
    found, chosen = separation(nearest, label), _comparable(nearest, label)
    if isinstance(found, Unavailable):
        return found
    return paired_curve(nearest.target[chosen], nearest.noise[chosen], found.auc, label=label, resamples=resamples)
