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
    hits, others, *_ = _groups(score, positive)
    rng = np.random.default_rng(seed)
    drawn = [rng.multinomial(n, part / n, size=resamples) for n, part in ((positives, hits), (negatives, others))]
    auc = _estimate(_auc, hits, others, drawn)
    if not others[:-1].any():
        # Each of min(P, N) disjoint pairs is in order: the exact bound for that many successes out of as many.
        auc = Estimate(1.0, 0.025 ** (1 / min(positives, negatives)), 1.0)
    return _curve(label, hits, others, auc, drawn)


def paired_curve(
    positive: np.ndarray, negative: np.ndarray, auc: Estimate, *, label: int = 0, resamples: int = 200, seed: int = 0
) -> ClassCurve:
    """The curve of items (n,) that have a positive and a negative score each; an item is resampled with both."""
    items = len(positive)
    of_positives = np.arange(2 * items) < items
    hits, others, place, where = _groups(np.concatenate([positive, negative]), of_positives)
    counts = np.random.default_rng(seed).multinomial(items, np.full(items, 1 / items), size=resamples)
    drawn = [_summed(counts, place, len(hits)), _summed(counts, where, len(others))]
    return _curve(label, hits, others, auc, drawn)


def _summed(counts: np.ndarray, groups: np.ndarray, size: int) -> np.ndarray:
    """How often items of each group are drawn, (R, size): counts (R, n) of items in groups (n,)."""
    order = np.argsort(groups, kind="stable")
    present, starts = np.unique(groups[order], return_index=True)
    found = np.zeros((len(counts), size), counts.dtype)
    found[:, present] = np.add.reduceat(counts[:, order], starts, axis=1)
    return found


def _curve(label: int, hits: np.ndarray, others: np.ndarray, auc: Estimate, drawn: list[np.ndarray]) -> ClassCurve:
    positives, negatives, found = int(hits.sum()), int(others.sum()), np.cumsum(hits)
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
        not others[:-1].any(),
    )


def _groups(score: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Numbers of positives (J,) at each of their J distinct scores, highest first, and of negatives (2 J + 1,); then
    the group of each positive and of each negative.

    Negatives stand in turn between two of these scores and at one: above the highest, at it, below it, ...
    """
    at = np.unique(score[positive])
    own, below = np.searchsorted(at, score[positive]), score[~positive]
    place = np.searchsorted(at, below, side="left") + np.searchsorted(at, below, side="right")
    hits, others = np.bincount(own, minlength=len(at)), np.bincount(place, minlength=2 * len(at) + 1)
    return hits[::-1], others[::-1], len(at) - 1 - own, 2 * len(at) - place


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
