"""ROC and precision-recall of each class against all others, from class probabilities.

Intervals come from a stratified bootstrap: the class's items and the others are resampled apart, so both keep their
numbers. Only the classes' items part the others into groups, and the numbers that fall into these groups are
multinomial, so a resample costs as much as the class has items, however many others there are.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.statistics.bootstrap import Estimate, Unavailable

LEAST = 2  # items on either side


@dataclass(frozen=True, slots=True, eq=False)
class ClassCurve:
    """One class against the rest over all thresholds, from the highest on; rates and precision in [0, 1].

    false_positive, true_positive (P,) are the corners of the ROC curve from (0, 0) to (1, 1). recall and precision
    (T,) stand at each score that an item of the class has. auc counts a tie between a positive and a negative as a
    half; average_precision is the sum of precision times the step in recall, as in scikit-learn.
    `separated`: no negative scores as high as any positive, so that no resample makes a mistake.
    """

    label: int
    positives: int
    negatives: int
    false_positive: np.ndarray
    true_positive: np.ndarray
    recall: np.ndarray
    precision: np.ndarray
    auc: Estimate
    average_precision: Estimate
    separated: bool


def class_curves(
    probabilities: np.ndarray, labels: np.ndarray, *, resamples: int = 200, seed: int = 0
) -> tuple[ClassCurve | Unavailable, ...]:
    """A curve for each of the K classes of probabilities (M, K), labels (M,)."""
    classes = range(probabilities.shape[1])
    return tuple(
        class_curve(probabilities[:, c], labels == c, label=c, resamples=resamples, seed=seed) for c in classes
    )


def class_curve(
    score: np.ndarray, positive: np.ndarray, *, label: int = 0, resamples: int = 200, seed: int = 0
) -> ClassCurve | Unavailable:
    """The curve of score (M,) for positive (M,) bool; Unavailable with fewer than `LEAST` items on a side."""
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if positives < LEAST:
        return Unavailable(f"test has {positives or 'no'} item of this class")
    if negatives < LEAST:
        return Unavailable(f"test has {negatives or 'no'} item of any other class")
    hits, others = _groups(score, positive)
    rng = np.random.default_rng(seed)
    drawn = [rng.multinomial(n, part / n, size=resamples) for n, part in ((positives, hits), (negatives, others))]
    separated = not others[:-1].any()
    auc = _estimate(_auc, hits, others, drawn)
    if separated:
        # Each of min(P, N) disjoint pairs is in order: the exact bound for that many successes out of as many.
        auc = Estimate(1.0, 0.025 ** (1 / min(positives, negatives)), 1.0)
    found = np.cumsum(hits)
    return ClassCurve(
        label,
        positives,
        negatives,
        np.concatenate([[0], np.cumsum(others)]) / negatives,
        np.repeat(np.append(0, found), 2) / positives,
        found / positives,
        found / (found + np.cumsum(others)[1::2]),
        auc,
        _estimate(_average_precision, hits, others, drawn),
        separated,
    )


def _groups(score: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of positives (J,) at each of their J distinct scores, highest first, and of negatives (2 J + 1,).

    Negatives stand in turn between two of these scores and at one: above the highest, at it, below it, ...
    """
    at = np.unique(score[positive])
    hits = np.bincount(np.searchsorted(at, score[positive]), minlength=len(at))
    below = score[~positive]
    place = np.searchsorted(at, below, side="left") + np.searchsorted(at, below, side="right")
    return hits[::-1], np.bincount(place, minlength=2 * len(at) + 1)[::-1]


def _auc(hits: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Share of (positive, negative) pairs in order, ties a half: hits (..., J), others (..., 2 J + 1) -> (...)."""
    above = np.cumsum(others, axis=-1)[..., 0:-1:2]
    negatives = others.sum(axis=-1, keepdims=True)
    in_order = negatives - above - others[..., 1::2] / 2
    return (hits * in_order).sum(axis=-1) / (hits.sum(axis=-1) * negatives[..., 0])


def _average_precision(hits: np.ndarray, others: np.ndarray) -> np.ndarray:
    found = np.cumsum(hits, axis=-1)
    named = found + np.cumsum(others, axis=-1)[..., 1::2]
    return (hits * found / np.maximum(named, 1)).sum(axis=-1) / hits.sum(axis=-1)


def _estimate(
    statistic: Callable[..., np.ndarray], hits: np.ndarray, others: np.ndarray, drawn: list[np.ndarray]
) -> Estimate:
    low, high = np.quantile(statistic(*drawn), [0.025, 0.975])
    return Estimate(float(statistic(hits, others)), float(low), float(high))
