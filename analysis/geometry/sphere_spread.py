"""Alignment and uniformity on the unit sphere (Wang and Isola, arXiv 2005.10242, equations 4 and 5).

alignment = mean |x - y|^2 over pairs of one class, 0 where each class is a point. The authors take two augmented views
of one image as a pair; here the pairs are what labels call alike. uniformity = log mean exp(-2 |x - y|^2) over all
pairs: 0 where all rows are the same, near -4 for uniform directions in many dimensions.
"""

from dataclasses import dataclass

import numpy as np

from analysis.geometry.item_statistics import ItemStatistic, alignment, uniformity
from analysis.statistics.bootstrap import Estimate, Unavailable
from analysis.statistics.influence import influence_estimate

_LEAST_ITEMS = 3


@dataclass(frozen=True, slots=True)
class Spread:
    """Both with their interval over `items` items; alignment over `pairs` pairs of one class."""

    alignment: Estimate | Unavailable
    uniformity: Estimate | Unavailable
    items: int
    pairs: int


def spread(embeddings: np.ndarray, labels: np.ndarray | None) -> Spread:
    """Of unit rows (N, D) and labels (N,), None where there are none.

    Uniformity is over a sample of the rows where there are many.
    """
    items = len(embeddings)
    sizes = np.bincount(np.empty(0, np.int64) if labels is None else labels)
    pairs = int((sizes * (sizes - 1)).sum()) // 2
    return Spread(
        _estimate(alignment(embeddings, labels), low=0, high=4),
        _estimate(uniformity(embeddings), low=-8, high=0),
        items,
        pairs,
    )


def uniform_on_sphere(dimensions: int) -> float:
    """Uniformity of the uniform law on the sphere: log E exp(-4 + 4 s), s the cosine of two random unit vectors.

    E exp(k s) is the confluent hypergeometric limit function 0F1(D / 2, k^2 / 4).

    >>> round(uniform_on_sphere(2), 4)
    -1.575
    """
    from scipy.special import hyp0f1

    return float(np.log(hyp0f1(dimensions / 2, 4.0)) - 4)


def _estimate(found: ItemStatistic | Unavailable, *, low: float, high: float) -> Estimate | Unavailable:
    if isinstance(found, Unavailable):
        return found
    values = found.values[~np.isnan(found.values)]
    if len(values) < _LEAST_ITEMS:
        return Unavailable(f"an interval needs at least {_LEAST_ITEMS} items, here {len(values)}")
    return influence_estimate(found.value, values - found.value, low=low, high=high)
