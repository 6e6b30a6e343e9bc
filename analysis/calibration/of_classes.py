"""Classwise calibration: is each class's own probability right, also where it is not the largest?

For class k every item has the confidence p_k and the outcome "it is of class k". The classwise ECE is the mean over
classes of the binned gaps (Kull et al., arXiv 1910.12656, equation 5). Its band under calibration redraws every label
from the item's own probabilities, all classes at once.
"""

from dataclasses import dataclass

import numpy as np

from analysis.calibration.top_label import Bins, Scheme, bin_confidences, check_probabilities


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
    drawn: np.ndarray | None = None,
) -> Classwise:
    """Of class probabilities (M, K) against labels (M,). `drawn`: `redrawn_labels`, which do not depend on the bins."""
    exact = check_probabilities(probabilities)
    place, starts, edges = _places(exact, labels, bins, scheme)
    expected = np.bincount(place.ravel(), exact.ravel(), minlength=edges)
    gaps = _gaps(place, expected, starts, labels)
    drawn = redrawn_labels(exact) if drawn is None else drawn
    by_chance = np.stack([_gaps(place, expected, starts, resample) for resample in drawn])
    low, high = np.quantile(by_chance.mean(axis=1), [0.025, 0.975])
    return Classwise(
        float(gaps.mean()),
        (float(low), float(high)),
        gaps,
        np.quantile(by_chance, [0.025, 0.975], axis=0),
        np.bincount(labels, minlength=len(gaps)),
        len(labels),
    )


def redrawn_labels(probabilities: np.ndarray, *, resamples: int = 200, seed: int = 0) -> np.ndarray:
    """Labels (R, M) int32 drawn from each row of (M, K): what a calibrated model's items would be."""
    items, classes = probabilities.shape
    edges = np.cumsum(probabilities, axis=1, dtype=np.float64)
    edges = (edges / edges[:, -1:] + np.arange(items)[:, None]).ravel()  # row i lies in (i, i + 1]: one sorted list
    rng, drawn = np.random.default_rng(seed), np.empty((resamples, items), dtype=np.int32)
    for resample in drawn:
        place = np.searchsorted(edges, rng.random(items) + np.arange(items), side="right")
        resample[:] = np.minimum(place - classes * np.arange(items), classes - 1)
    return drawn


def _places(
    probabilities: np.ndarray, labels: np.ndarray, bins: int, scheme: Scheme
) -> tuple[np.ndarray, np.ndarray, int]:
    """Each entry's bin among all bins of all classes, (M, K), the first bin of each class, (K,), and their number."""
    items, classes = probabilities.shape
    place, starts = np.empty((items, classes), dtype=np.int32), np.zeros(classes + 1, dtype=np.int64)
    for c in range(classes):
        found = class_bins(probabilities, labels, c, bins=bins, scheme=scheme)
        place[:, c] = starts[c] + np.searchsorted(found.upper[:-1], probabilities[:, c], side="left")
        starts[c + 1] = starts[c] + len(found.count)
    return place, starts[:-1], int(starts[-1])


def _gaps(place: np.ndarray, expected: np.ndarray, starts: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """ECE of each class, (K,): over its bins, |items expected - items of the class| as a share of all items."""
    counts = np.bincount(place[np.arange(len(labels)), labels], minlength=len(expected))
    return np.add.reduceat(np.abs(expected - counts), starts) / len(labels)
