"""Is one model better calibrated than another? The difference of two expected calibration errors, paired by item.

The ECE of a finite sample is above the true one, the more so the less confident the model is: two calibrated models of
unlike confidence have unlike ECE by chance alone. A resample adds the same bias once more. So the interval is centred
at the difference itself, and a difference counts only if it also holds after each model's ECE has lost what a
calibrated model with its confidences would show: the p-value is the larger of the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.accuracy.probe import ClassProbabilities
from analysis.calibration.top_label import Bins, bin_confidences
from analysis.statistics.paired import Tested, compare_draws, resample_counts, student_p

_REDRAWS = 200


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationError:
    """ece, what a calibrated model with the same confidences shows on average, and the ECE of R resamples (R,)."""

    ece: float
    by_chance: float
    draws: np.ndarray


def calibration_errors(
    readings: Sequence[ClassProbabilities], *, bins: int = 15, seed: int = 0
) -> tuple[CalibrationError, ...]:
    """Of each model on the same items, resampled together; bins of equal width, top label."""
    items = len(readings[0].labels)
    confidences = [reading.probabilities.max(axis=1) for reading in readings]
    right = [reading.predicted == reading.labels for reading in readings]
    binned = [bin_confidences(*pair, bins=bins) for pair in zip(confidences, right, strict=True)]
    members = [_members(found, sure) for found, sure in zip(binned, confidences, strict=True)]
    gaps = np.hstack(
        [within * (hit - sure)[:, None] for within, hit, sure in zip(members, right, confidences, strict=True)]
    )
    sums = np.concatenate([counts.astype(np.float64) @ gaps for counts in resample_counts(items, seed=seed)])
    draws = np.abs(sums).reshape(len(sums), len(readings), bins).sum(axis=2) / items
    rng = np.random.default_rng((seed, 2))
    chance = [_by_chance(within, sure, rng) for within, sure in zip(members, confidences, strict=True)]
    return tuple(
        CalibrationError(found.ece, by_chance, column)
        for found, by_chance, column in zip(binned, chance, draws.T, strict=True)
    )


def compare_errors(first: CalibrationError, second: CalibrationError, items: int) -> Tested:
    """second less first."""
    value, draws = second.ece - first.ece, second.draws - first.draws
    found = compare_draws(value, draws, items, centred=True)
    beyond = value - (second.by_chance - first.by_chance)
    return Tested(found.difference, max(found.p, student_p(beyond, float(draws.std(ddof=1)), items**0.5)), items)


def _members(found: Bins, confidence: np.ndarray) -> np.ndarray:
    """(n, B) float64: 1 in the bin of each item, whose upper edge is the first that is not below it."""
    index = np.minimum(np.searchsorted(found.upper, confidence, side="left"), len(found.upper) - 1)
    return (index[:, None] == np.arange(len(found.upper))).astype(np.float64)


def _by_chance(members: np.ndarray, confidence: np.ndarray, rng: np.random.Generator) -> float:
    """Mean ECE when every outcome is redrawn from its confidence."""
    total = 0.0
    for _ in range(_REDRAWS):
        outcomes = rng.random(len(confidence)) < confidence
        total += float(np.abs((outcomes - confidence) @ members).sum())
    return total / (_REDRAWS * len(confidence))
