"""Classwise calibration: is each class's own probability right, also where it is not the largest?

For class k every item has the confidence p_k and the outcome "it is of class k". The classwise ECE is the mean over
classes of the binned gaps (Kull et al., arXiv 1910.12656, equation 5). Its band under calibration redraws every label
from the item's own probabilities, all classes at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.calibration import Bins, Scheme, bin_confidences, check_probabilities

RESAMPLES = 400


@dataclass(frozen=True, slots=True, eq=False)
class Classwise:
    """ece: mean of by_class (K,), the classes' own ECE; `null` and null_by_class (2, K) are where 95 % of samples of a
    calibrated model with these probabilities fall. counts (K,): items of each class among `items`."""

    ece: float
    null: tuple[float, float]
    by_class: np.ndarray
    null_by_class: np.ndarray
    counts: np.ndarray
    items: int


def class_bins(
    probabilities: np.ndarray, labels: np.ndarray, label: int, *, bins: int = 15, scheme: Scheme = "equal width"
) -> Bins:
    """The bins of one class: p_label (M,) against whether the item is of that class."""
    confidence = np.minimum(probabilities[:, label], 1.0)
    return bin_confidences(confidence, labels == label, bins=bins, scheme=scheme)


def classwise(
    probabilities: np.ndarray,
    labels: np.ndarray,
    *,
    bins: int = 15,
    scheme: Scheme = "equal width",
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Classwise:
    """Of class probabilities (M, K) against labels (M,)."""
    exact = check_probabilities(probabilities)
    place, starts = _places(exact, labels, bins, scheme)
    expected = np.bincount(place.ravel(), exact.ravel(), minlength=int(starts[-1]) + 1)
    gaps = _gaps(place, expected, starts, labels)
    drawn = np.stack([_gaps(place, expected, starts, y) for y in redrawn_labels(exact, resamples, seed)])
    low, high = np.quantile(drawn.mean(axis=1), [0.025, 0.975])
    return Classwise(
        float(gaps.mean()),
        (float(low), float(high)),
        gaps,
        np.quantile(drawn, [0.025, 0.975], axis=0),
        np.bincount(labels, minlength=len(gaps)),
        len(labels),
    )


def redrawn_labels(probabilities: np.ndarray, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Labels (M,) drawn from each row of (M, K), `resamples` times: what a calibrated model's items would be."""
    items, classes = probabilities.shape
    edges = np.cumsum(probabilities, axis=1)
    edges = (edges / edges[:, -1:] + np.arange(items)[:, None]).ravel()  # row i lies in (i, i + 1]: one sorted list
    rng = np.random.default_rng(seed)
    for _ in range(resamples):
        drawn = np.searchsorted(edges, rng.random(items) + np.arange(items), side="right")
        yield np.minimum(drawn - classes * np.arange(items), classes - 1)


def _places(probabilities: np.ndarray, labels: np.ndarray, bins: int, scheme: Scheme) -> tuple[np.ndarray, np.ndarray]:
    """Each entry's bin among all bins of all classes, (M, K), and the first bin of each class, (K,)."""
    place = np.empty(probabilities.shape, dtype=np.int32)
    starts = np.zeros(probabilities.shape[1] + 1, dtype=np.int64)
    for c in range(probabilities.shape[1]):
        found = class_bins(probabilities, labels, c, bins=bins, scheme=scheme)
        place[:, c] = starts[c] + np.searchsorted(found.upper[:-1], probabilities[:, c], side="left")
        starts[c + 1] = starts[c] + len(found.count)
    return place, starts[:-1]


def _gaps(place: np.ndarray, expected: np.ndarray, starts: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """ECE of each class, (K,): over its bins, |items expected - items of the class| as a share of all items."""
    counts = np.bincount(place[np.arange(len(labels)), labels], minlength=len(expected))
    return np.add.reduceat(np.abs(expected - counts), starts) / len(labels)
