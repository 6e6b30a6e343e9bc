"""How near an item is to the mean of its class, and to that of the nearest other class.

Nearest train items say the same only of a model that tells its train items apart: where one train item in ten lies
among another class, every test item finds some noise beside it, whatever the classes' distance.
"""

from dataclasses import dataclass

import numpy as np

from analysis.neighbours.separation import area_estimate
from analysis.outputs import NO_EMBEDDINGS, NO_LABELS, NO_TRAIN, Outputs
from analysis.statistics.bootstrap import Estimate, Unavailable, median_difference

_RESAMPLES = 200


@dataclass(frozen=True, slots=True, eq=False)
class ClassMeans:
    """own, other (M,) cosines of the test items to the direction of their class's mean among train items, and to the
    nearest of another class's; margin: difference of the medians, auc: share of pairs of an own and an other in order,
    both with intervals over test items. train_apart: share of train items whose nearest mean is their own class's."""

    own: np.ndarray
    other: np.ndarray
    margin: Estimate
    auc: Estimate
    train_apart: float

    @property
    def medians(self) -> tuple[float, float]:
        """Of own and other."""
        return float(np.median(self.own)), float(np.median(self.other))


def class_means(outputs: Outputs) -> ClassMeans | Unavailable:
    """Over the classes that train has; test items of others are left out."""
    if reason := _reason(outputs):
        return Unavailable(reason)
    train, test = outputs.train, outputs.test
    classes, rows = np.unique(train.labels, return_inverse=True)
    sums = np.zeros((len(classes), train.embeddings.shape[1]))
    np.add.at(sums, rows, train.embeddings.astype(np.float64))
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    if len(classes) < 2 or not lengths.all():
        return Unavailable("fewer than two classes of train items have a mean direction")
    means = sums / lengths
    known = np.isin(test.labels, classes)
    own, other = _split(test.embeddings[known] @ means.T, np.searchsorted(classes, test.labels[known]))
    margin = median_difference(own, other, resamples=_RESAMPLES)
    if isinstance(margin, Unavailable):
        return margin
    first, second = _split(train.embeddings @ means.T, rows)
    return ClassMeans(own, other, margin, area_estimate(own, other), float(np.mean(first > second)))


def _reason(outputs: Outputs) -> str:
    """Why there is nothing to measure."""
    if not outputs.has_embeddings:
        return NO_EMBEDDINGS
    if not outputs.labelled:
        return NO_LABELS
    return NO_TRAIN if outputs.within else ""


def _split(cosines: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N, C) cosines -> those to the own class's mean (N,), and the largest to any other's."""
    items = np.arange(len(own))
    others = cosines.copy()
    others[items, own] = -np.inf
    return cosines[items, own], others.max(axis=1)
