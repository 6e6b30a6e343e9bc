"""Numbers over pairs of items, or over all of them, written as means over items.

Alignment, uniformity and effective rank are no means: an item enters through every pair it is in, or through the
spectrum. To first order each is one all the same: the value plus the mean of every item's influence, which is the
derivative of the value in the item's weight (Hampel 1974; the infinitesimal jackknife of Jaeckel 1972). With the
influences two models can be compared item by item, whatever coordinates they use.
"""

from dataclasses import dataclass

import numpy as np

from analysis.degenerate import same_point
from analysis.maps.projection import map_sample
from analysis.neighbours.graph import similarity_blocks
from analysis.outputs import NO_EMBEDDINGS, NO_LABELS, Split
from analysis.statistics.bootstrap import Unavailable

MOST_ITEMS = 4_000  # whose pairs are all looked at: 16 million cosines take a sixth of a second
_T = 2.0
SAME = "all items have the same embedding"


@dataclass(frozen=True, slots=True, eq=False)
class ItemStatistic:
    """value: the statistic. values (M,): value + influence of each item, so that their mean over the items that take
    part is the value; NaN for an item that takes no part."""

    value: float
    values: np.ndarray

    def __post_init__(self) -> None:
        self.values.setflags(write=False)


def alignment(embeddings: np.ndarray, labels: np.ndarray | None) -> ItemStatistic | Unavailable:
    """Mean squared distance of two different items of one class, over all such pairs; unit rows (M, D), so in [0, 4].

    Wang & Isola 2020 (arXiv 2005.10242), with the pairs of a class for pairs of views. By the class's sum: no pair is
    looked at. Less is closer.
    """
    if labels is None or not embeddings.shape[1]:
        return Unavailable(NO_LABELS if labels is None else NO_EMBEDDINGS)
    rows = embeddings.astype(np.float64)
    sums = np.zeros((int(labels.max()) + 1, rows.shape[1]))
    np.add.at(sums, labels, rows)
    own = np.einsum("nd,nd->n", rows, rows)
    size, squares = np.bincount(labels), np.bincount(labels, own)
    others = size[labels] - 1
    # Sum over the others j of the class of |z_i - z_j|^2.
    away = others * own + squares[labels] - own - 2 * (np.einsum("nd,nd->n", rows, sums[labels]) - own)
    pairs = int(others.sum())
    if not pairs:
        return Unavailable("no class has two items")
    if same_point(embeddings):
        return Unavailable(SAME)
    value = float(away.sum() / pairs)
    return ItemStatistic(value, value + 2 * len(rows) * (away - value * others) / pairs)


def uniformity(embeddings: np.ndarray) -> ItemStatistic | Unavailable:
    """log of the mean of exp(-2 |z_i - z_j|^2) over pairs of different items, in nats; less is more even.

    Wang & Isola 2020; -4 at best in many dimensions, 0 where all items are one. All pairs of up to `MOST_ITEMS`, always
    the same ones.
    """
    if not embeddings.shape[1]:
        return Unavailable(NO_EMBEDDINGS)
    items = map_sample(len(embeddings), MOST_ITEMS)
    if len(items) < 2:
        return Unavailable("a pair needs 2 items")
    if same_point(embeddings):
        return Unavailable(SAME)
    rows = embeddings[items]
    kernel = np.zeros(len(items))
    for chosen, cosines in similarity_blocks(rows, rows):
        # |a - b|^2 = 2 - 2 cos of unit rows
        weights = np.exp(np.minimum(2 * _T * (cosines - 1), 0, dtype=np.float32))
        weights[np.arange(len(weights)), np.arange(chosen.start, chosen.stop)] = 0
        kernel[chosen] = weights.sum(axis=1, dtype=np.float64) / (len(items) - 1)
    mean, values = kernel.mean(), np.full(len(embeddings), np.nan)
    values[items] = np.log(mean) + 2 * (kernel - mean) / mean
    return ItemStatistic(float(np.log(mean)), values)


def effective_rank(embeddings: np.ndarray) -> ItemStatistic | Unavailable:
    """exp of the entropy of the shares of variance along the principal axes, 1 to D: how many directions are used.

    Roy & Vetterli 2007, on the eigenvalues of the centred covariance.
    """
    if not embeddings.shape[1]:
        return Unavailable(NO_EMBEDDINGS)
    centred = embeddings - embeddings.mean(axis=0, dtype=np.float64)
    variance, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    total = variance.sum()
    if total < 1e-12:
        return Unavailable(SAME)
    kept = variance > total * 1e-12  # p log p is 0 at 0
    share = variance[kept] / total
    entropy = -float(share @ np.log(share))
    # d entropy / d eigenvalue_k = (-log share_k - entropy) / total
    slopes = (-np.log(share) - entropy) / total
    rank = float(np.exp(entropy))
    return ItemStatistic(rank, rank * (1 + (centred @ axes[:, kept]) ** 2 @ slopes))


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """How the embeddings of a split lie on the sphere, item by item."""

    alignment: ItemStatistic | Unavailable
    uniformity: ItemStatistic | Unavailable
    effective_rank: ItemStatistic | Unavailable


def geometry(split: Split) -> Geometry:
    return Geometry(
        alignment(split.embeddings, split.own_labels), uniformity(split.embeddings), effective_rank(split.embeddings)
    )
