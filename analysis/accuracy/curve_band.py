"""Where the ROC and precision-recall curves of many classes lie: a few chosen ones are looked at against all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.accuracy.class_curves import ClassCurve
from analysis.statistics.bootstrap import Unavailable

FEWEST = 20  # curves; of fewer, all can be drawn
MIDDLE = 0.9
_RATES = 101


@dataclass(frozen=True, slots=True, eq=False)
class CurveBand:
    """Rates `at` (G,) in [0, 1]; the low and high ends (G,) of the middle 90 % of `classes` curves: of the true
    positive rate at each false positive rate, and of the precision at each recall."""

    at: np.ndarray
    true_positive: tuple[np.ndarray, np.ndarray]
    precision: tuple[np.ndarray, np.ndarray]
    classes: int


def curve_band(curves: Sequence[ClassCurve | Unavailable]) -> CurveBand | None:
    """Over the classes that have a curve; None for fewer than `FEWEST`."""
    known = [curve for curve in curves if isinstance(curve, ClassCurve)]
    if len(known) < FEWEST:
        return None
    at = np.linspace(0, 1, _RATES)
    ends = [0.5 - MIDDLE / 2, 0.5 + MIDDLE / 2]
    rates = np.quantile([true_positive_at(curve, at) for curve in known], ends, axis=0)
    precisions = np.quantile([precision_at(curve, at) for curve in known], ends, axis=0)
    return CurveBand(at, (rates[0], rates[1]), (precisions[0], precisions[1]), len(known))


def true_positive_at(curve: ClassCurve, rates: np.ndarray) -> np.ndarray:
    """True positive rate at false positive rates (G,), as the curve is drawn: the upper end of what is vertical."""
    x, y = curve.false_positive, curve.true_positive
    left = np.searchsorted(x, rates, side="right") - 1
    right = np.minimum(left + 1, len(x) - 1)
    width = np.where(x[right] > x[left], x[right] - x[left], 1.0)
    found: np.ndarray = y[left] + (y[right] - y[left]) * np.where(right > left, (rates - x[left]) / width, 0.0)
    return found


def precision_at(curve: ClassCurve, recalls: np.ndarray) -> np.ndarray:
    """Precision where the curve first has each recall (G,)."""
    found: np.ndarray = curve.precision[np.searchsorted(curve.recall, recalls - 1e-12, side="left")]
    return found
