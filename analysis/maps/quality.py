"""How much of the neighbourhoods a map keeps: what stands beside every map."""

from dataclasses import dataclass

import numpy as np

from analysis.neighbours.copies import copy_groups
from analysis.neighbours.graph import similarity_blocks, top_k
from analysis.outputs import NO_EMBEDDINGS
from analysis.statistics.bootstrap import Estimate, Unavailable, mean_estimate

_ANCHORS = 2000  # each costs a sweep over all items; a share over 2,000 of them is known to about one percent
_CELLS = 25_000_000  # anchors times items: beyond 12,500 items there are fewer anchors


@dataclass(frozen=True, slots=True)
class MapQuality:
    """Both in [0, 1], means over `anchors` items and their k nearest in the map, with intervals over these items.

    trustworthiness (Venna & Kaski 2001): 1 less a penalty for neighbours in the map that are far in the embedding, by
    their rank there. overlap: share of an item's k nearest by cosine that are among its k nearest in the map.
    """

    trustworthiness: Estimate
    overlap: Estimate
    k: int
    anchors: int


def map_quality(embeddings: np.ndarray, coordinates: np.ndarray, *, k: int = 15) -> MapQuality | Unavailable:
    """Compare (N, 2) coordinates with the cosines of (N, D) unit rows; over all items or 2,000 of them."""
    items = len(embeddings)
    if not embeddings.shape[1]:
        return Unavailable(NO_EMBEDDINGS)
    k = min(k, (items - 1) // 2)
    if k < 1:
        return Unavailable(f"neighbourhoods need at least 3 items, here {items}")
    anchors = _anchors(items)
    coordinates = coordinates.astype(np.float32, copy=False)
    penalty, shared = np.empty((2, len(anchors)))
    keys, place = _once_each(embeddings)
    for rows, found in similarity_blocks(embeddings[anchors], keys, rows=256):
        own, cosines = anchors[rows], found if place is None else found[:, place]
        cosines[np.arange(len(own)), own] = -np.inf
        ranks = _ranks(cosines, top_k(_closeness(coordinates, own), k)[0])
        penalty[rows] = np.maximum(ranks - k, 0).sum(axis=1)
        shared[rows] = (ranks <= k).sum(axis=1)
    worst = k * (2 * items - 3 * k - 1) / 2
    trust, overlap = mean_estimate(1 - penalty / worst), mean_estimate(shared / k)
    assert isinstance(trust, Estimate)
    assert isinstance(overlap, Estimate)
    return MapQuality(trust, overlap, k, len(anchors))


def _anchors(items: int) -> np.ndarray:
    """All items, or a sample that is always the same."""
    most = min(_ANCHORS, max(2, _CELLS // items))
    if items <= most:
        return np.arange(items)
    return np.sort(np.random.default_rng(0).choice(items, most, replace=False))


def _once_each(embeddings: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Rows that all differ, and where among them each item's is: a product gives copies different last bits."""
    groups = copy_groups(embeddings)
    if groups is None:
        return embeddings, None
    firsts, place = np.unique(groups, return_inverse=True)
    return embeddings[firsts], place


def _closeness(coordinates: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Minus the squared distance in the map of items `own` (B,) to all: (B, N); an item itself comes last."""
    x, y = (coordinates[own, axis, None] - coordinates[:, axis] for axis in (0, 1))
    closeness = -(x * x + y * y)
    closeness[np.arange(len(own)), own] = -np.inf
    return closeness


def _ranks(cosines: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Rank from 1 of the given columns (B, k) of each row of (B, N), largest first; equal ones share the best rank.

    Sorting a row costs less than fifteen comparisons with all of it.
    """
    values = np.take_along_axis(cosines, columns, axis=1)
    ordered = np.sort(cosines, axis=1)
    below = [np.searchsorted(row, value, side="right") for row, value in zip(ordered, values, strict=True)]
    return cosines.shape[1] - np.array(below) + 1
