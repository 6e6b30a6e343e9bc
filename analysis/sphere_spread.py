"""Alignment and uniformity on the unit sphere (Wang and Isola, arXiv 2005.10242, equations 4 and 5).

alignment = mean |x - y|^2 over pairs of one class, 0 where each class is a point. The authors take two augmented views
of one image as a pair; here the pairs are what labels call alike. uniformity = log mean exp(-2 |x - y|^2) over all
pairs: 0 where all rows are the same, near -4 for uniform directions in many dimensions.
"""

from dataclasses import dataclass

import numpy as np

from analysis.bootstrap import Estimate, Unavailable
from analysis.influence import influence_estimate
from analysis.neighbour_graph import similarity_blocks

MOST_ITEMS = 4_000  # pairs grow with their square: 16 million take a sixth of a second


@dataclass(frozen=True, slots=True)
class Spread:
    """Both with their interval over `items` items; alignment over `pairs` pairs of one class."""

    alignment: Estimate | Unavailable
    uniformity: Estimate | Unavailable
    items: int
    pairs: int


def spread(embeddings: np.ndarray, labels: np.ndarray) -> Spread:
    """Of unit rows (N, D) and labels (N,); uniformity over `MOST_ITEMS` of the rows where there are more."""
    items = len(embeddings)
    sizes = np.bincount(labels)
    pairs = int((sizes * (sizes - 1)).sum()) // 2
    chosen = embeddings
    if items > MOST_ITEMS:
        chosen = embeddings[np.sort(np.random.default_rng(0).choice(items, MOST_ITEMS, replace=False))]
    return Spread(_alignment(embeddings, labels, sizes), _uniformity(chosen), items, pairs)


def uniform_on_sphere(dimensions: int) -> float:
    """Uniformity of the uniform law on the sphere: log E exp(-4 + 4 s), s the cosine of two random unit vectors.

    E exp(k s) is the confluent hypergeometric limit function 0F1(D / 2, k^2 / 4).

    >>> round(uniform_on_sphere(2), 4)
    -1.575
    """
    from scipy.special import hyp0f1

    return float(np.log(hyp0f1(dimensions / 2, 4.0)) - 4)


def _alignment(embeddings: np.ndarray, labels: np.ndarray, sizes: np.ndarray) -> Estimate | Unavailable:
    """Sum over each item's partners from the sum of its class: no pair is formed."""
    partners = sizes[labels] - 1
    if not partners.any():
        return Unavailable("no class has two items")
    if len(labels) < 3:
        return Unavailable(f"an interval needs at least 3 items, here {len(labels)}")
    rows = embeddings.astype(np.float64)
    order = np.argsort(labels, kind="stable")
    sums = np.add.reduceat(rows[order], np.flatnonzero(np.diff(labels[order], prepend=-1)), axis=0)
    own = sums[np.searchsorted(np.unique(labels), labels)]
    squares = (rows * rows).sum(axis=1)
    cosines = (rows * own).sum(axis=1) - squares
    distances = 2 * partners - 2 * cosines  # sum over partners of |x - y|^2, rows of unit length
    value = float(distances.sum() / partners.sum())
    influence = 2 * (distances - value * partners) / partners.mean()
    return influence_estimate(max(value, 0.0), influence, low=0, high=4)


def _uniformity(embeddings: np.ndarray) -> Estimate | Unavailable:
    items = len(embeddings)
    if items < 3:
        return Unavailable(f"an interval needs at least 3 items, here {items}")
    means = np.empty(items)  # of exp(-2 |x - y|^2) = exp(4 s - 4) over the others
    for rows, cosines in similarity_blocks(embeddings, embeddings):
        np.exp(4 * cosines - 4, out=cosines)
        own = np.arange(len(cosines)), np.arange(rows.start, rows.stop)
        means[rows] = (cosines.sum(axis=1, dtype=np.float64) - cosines[own]) / (items - 1)
    mean = float(means.mean())
    return influence_estimate(float(np.log(mean)), 2 * (means - mean) / mean, low=-8, high=0)
