"""The order of train items in which one sweep over their similarities gives class maxima and nearest neighbours."""

from dataclasses import dataclass

import numpy as np

from analysis.neighbours.top_k import candidates, group_maxima, pick, select

# What a group costs beside a column of the product, and what a candidate does; measured at 128 dimensions.
_GROUP, _CANDIDATE = 2.0, 6.6
_MOST_STRANDS = 64


@dataclass(frozen=True, slots=True, eq=False)
class ClassColumns:
    """Train items as the columns (P,) of a block: the groups of `top_k.group_maxima`, none of them of two classes.

    A class's last group is filled with items of its own, so a column may be a `pad`, which stands there a second time.
    classes (C,): those there are, ascending; first (C,): the first group of each.
    """

    items: np.ndarray
    pads: np.ndarray
    strands: int
    classes: np.ndarray
    first: np.ndarray

    @classmethod
    def of(cls, labels: np.ndarray, k: int) -> "ClassColumns":
        """For labels (N,) of which the k nearest are wanted."""
        order = np.argsort(labels, kind="stable")
        classes, starts, counts = np.unique(labels[order], return_index=True, return_counts=True)
        strands = _strands(counts, k)
        groups = -(-counts // strands)
        first = np.cumsum(groups) - groups
        # The place of each column within its class; beyond the last item, again from the last group's first.
        place = strands * (np.arange(groups.sum()) - np.repeat(first, groups))[:, None] + np.arange(strands)
        held = np.minimum(np.repeat(counts, groups)[:, None] - place[:, :1], strands)
        pads = np.arange(strands) >= held
        inside = place[:, :1] + np.arange(strands) % held
        items = order[np.repeat(starts, groups)[:, None] + inside]
        return cls(items.T.ravel(), pads.T.ravel(), strands, classes, first)

    def look(self, block: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of similarities (B, P) in this order: class maxima (B, C); items and similarities (B, k) of the nearest."""
        maxima = group_maxima(block, self.strands)
        of_classes = np.maximum.reduceat(maxima, self.first, axis=1)
        if maxima.shape[1] < 3 * k:
            values = np.where(self.pads, np.float32(-np.inf), block)
            return of_classes, *select(values, np.broadcast_to(self.items, block.shape), k)
        columns, tied = candidates(maxima, k, self.strands)
        return of_classes, *pick(block, columns, tied, self.items, k, self.pads)


@dataclass(frozen=True, slots=True, eq=False)
class OwnColumns:
    """Where the items of a search within themselves stand among its columns: columns (P,) in the order of their items
    (P,), an item that fills up a group more than once."""

    columns: np.ndarray
    items: np.ndarray

    @classmethod
    def of(cls, items: np.ndarray) -> "OwnColumns":
        """For the item (P,) of each column."""
        columns = np.argsort(items, kind="stable")
        return cls(columns, items[columns])

    def leave_out(self, block: np.ndarray, queries: slice) -> None:
        """Make no item of a block of similarities (B, P), the items `queries`, find itself."""
        low, high = np.searchsorted(self.items, (queries.start, queries.stop))
        block[self.items[low:high] - queries.start, self.columns[low:high]] = -np.inf


def _strands(counts: np.ndarray, k: int) -> int:
    """The size of the groups that costs least: large ones are few, small ones need little filling, few candidates."""
    sizes = np.arange(1, _MOST_STRANDS + 1)
    groups = np.array([(-(-counts // size)).sum() for size in sizes])
    return int(sizes[np.argmin(groups * sizes + _GROUP * groups + _CANDIDATE * k * sizes)])
