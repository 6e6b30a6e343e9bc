"""Nearest target and nearest noise similarity (SINCERE, arXiv 2309.14277, figures 2 and 3).

For each test item: the largest cosine to a train item of its class ("target") and of any other class ("noise").
The authors' script takes the lower of two middle values as the median and reports the margin's absolute value. We
take the mean of the two and keep the sign: a model whose noise is nearer than its target has a negative margin.
"""

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from analysis.degenerate import copied, nothing_near
from analysis.neighbours.block_pool import ROWS, over_blocks
from analysis.neighbours.class_columns import ClassColumns, OwnColumns
from analysis.neighbours.copies import copy_groups, settle
from analysis.neighbours.graph import Neighbours, join
from analysis.outputs import NO_LABELS, Outputs
from analysis.statistics.bootstrap import Estimate, Unavailable, median_difference
from losses.errors import LabError

_COPIED = 64 << 20
_ORDERED = 64  # rows
_MANY = 1024  # rows


@dataclass(frozen=True, eq=False)  # no slots: what is derived from the maxima is derived once
class Nearest:
    """What one pass over train x test keeps; histograms, margins and kNN all read from it.

    class_maxima (M, C) float32: the largest cosine to each class, -inf for a class that train does not have.
    neighbours: the k nearest train items of each test item. labels (M,): the test items' classes.
    copies (M,) bool: test items whose embedding is a train item's to the last bit. nothing: why no similarity says
    anything, "" where they do. within: there is no train, so the test items were searched, each left out of its own
    search; then `copies` are those of other test items.
    """

    class_maxima: np.ndarray
    neighbours: Neighbours
    labels: np.ndarray
    copies: np.ndarray
    nothing: str = ""
    within: bool = False

    def __post_init__(self) -> None:
        for array in (self.class_maxima, self.labels, self.copies):
            array.setflags(write=False)

    @cached_property
    def target(self) -> np.ndarray:
        """Largest cosine to the item's own class, (M,); -inf where train has none of it."""
        return self.class_maxima[np.arange(len(self.labels)), self.labels]

    @cached_property
    def noise(self) -> np.ndarray:
        """Largest cosine to any other class, (M,); -inf where train has no other."""
        others = self.class_maxima.copy()
        others[np.arange(len(self.labels)), self.labels] = -np.inf
        return others.max(axis=1)

    @cached_property
    def comparable(self) -> np.ndarray:
        """(M,) bool: items with a target and a noise similarity that are not copies of a train item."""
        if self.nothing:
            return np.zeros(len(self.labels), bool)
        return np.isfinite(self.target) & np.isfinite(self.noise) & ~self.copies


@dataclass(frozen=True, slots=True)
class Margin:
    """Medians of the nearest similarities over `items` test items, and their signed difference; cosines."""

    target: float
    noise: float
    margin: Estimate
    items: int


def nearest_similarity(outputs: Outputs, *, k: int = 10, rows: int | None = None) -> Nearest:
    """One exact pass: `rows` test items at a time against all of train, never an M x N buffer.

    Where there are no train items, against the test items themselves, each left out of its own search. k is cut to the
    number of items that can be found. By default 768 rows, or 1,024 where train is large: a wide product is quicker on
    more. Train items that lie on disk are searched in parts (`analysis.neighbours.large`), whatever `rows` is.
    """
    if k < 1:
        raise LabError("k", "must be at least 1", k)
    searched, nothing = outputs.searched, nothing_near(outputs) or ("" if outputs.labelled else NO_LABELS)
    k = min(k, len(searched) - outputs.within)
    if k < 1 or not (outputs.has_embeddings and outputs.labelled):
        return _nothing_near(outputs, nothing)
    if isinstance(searched.embeddings, np.memmap) and not outputs.within:
        return _in_parts(outputs, k)
    columns = ClassColumns.of(searched.labels, k)
    # Columns in the order of their classes. A large table is not copied for that; parts of the similarities are.
    in_order = searched.embeddings.nbytes <= _COPIED
    keys = searched.embeddings[columns.items] if in_order else searched.embeddings
    own = OwnColumns.of(columns.items if in_order else np.arange(len(searched))) if outputs.within else None
    look = partial(_look, columns=columns, k=k, in_order=in_order, own=own)
    maxima = np.full((len(outputs.test), len(outputs.class_names)), -np.inf, dtype=np.float32)
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for chosen, (largest, items, similarities) in over_blocks(
        outputs.test.embeddings, keys, look, rows=rows or (ROWS if in_order else _MANY)
    ):
        maxima[chosen, columns.classes] = np.where(np.isneginf(largest), largest, np.clip(largest, -1, 1))
        found.append((items, similarities))
    themselves = np.arange(len(searched)) if outputs.within else None
    neighbours = settle(join(found), copy_groups(searched.embeddings), themselves)
    return Nearest(maxima, neighbours, outputs.test.labels, copied(outputs), nothing, outputs.within)


def _in_parts(outputs: Outputs, k: int) -> Nearest:
    from analysis.neighbours.large import nearest_from, search

    train, classes = outputs.train, len(outputs.class_names)
    return nearest_from(search(outputs.test.embeddings, train.embeddings, train.labels, classes=classes, k=k), outputs)


def _nothing_near(outputs: Outputs, nothing: str) -> Nearest:
    items = len(outputs.test)
    none = Neighbours(np.empty((items, 0), np.int64), np.empty((items, 0), np.float32))
    maxima = np.full((items, len(outputs.class_names)), -np.inf, dtype=np.float32)
    return Nearest(maxima, none, outputs.test.labels, np.zeros(items, bool), nothing, outputs.within)


def _look(
    queries: slice, block: np.ndarray, *, columns: ClassColumns, k: int, in_order: bool, own: OwnColumns | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if own is not None:
        own.leave_out(block, queries)
    if in_order:
        return columns.look(block, k)
    # Into one small buffer that stays in the cache: a fresh copy of the block costs more than the order of its columns.
    ordered = np.empty((min(_ORDERED, len(block)), len(columns.items)), dtype=np.float32)
    parts = []
    for start in range(0, len(block), _ORDERED):
        rows = block[start : start + _ORDERED]
        np.take(rows, columns.items, axis=1, out=ordered[: len(rows)], mode="clip")
        parts.append(columns.look(ordered[: len(rows)], k))
    largest, items, similarities = map(np.concatenate, zip(*parts, strict=True))
    return largest, items, similarities


def margin(nearest: Nearest, label: int | None = None, *, seed: int = 0) -> Margin | Unavailable:
    """Median target minus median noise with a bootstrap interval over test items; of one class, or of all."""
    of_class = np.ones(len(nearest.labels), bool) if label is None else nearest.labels == label
    chosen = np.flatnonzero(of_class & nearest.comparable)
    if len(chosen) < 2:
        return Unavailable(_why_not(nearest, of_class))
    target, noise = nearest.target[chosen], nearest.noise[chosen]
    estimate = median_difference(target, noise, seed=seed)
    if isinstance(estimate, Unavailable):
        return estimate
    return Margin(float(np.median(target)), float(np.median(noise)), estimate, len(chosen))


def _why_not(nearest: Nearest, of_class: np.ndarray) -> str:
    """The first reason that leaves fewer than two of the chosen items to compare."""
    if of_class.sum() < 2:
        return f"a median with an interval needs at least 2 test items, here {of_class.sum()}"
    if nearest.nothing:
        return nearest.nothing
    who, other = ("there is", "another item") if nearest.within else ("train has", "a train item")
    if not np.isfinite(nearest.noise[of_class]).any():
        return f"{who} no other class, so nothing is noise"
    if not np.isfinite(nearest.target[of_class]).any():
        again = "second " if nearest.within else ""
        return f"{who} no {again}item of this class, so nothing is a target"
    same = int(nearest.copies[of_class].sum())
    return f"{same} of {of_class.sum()} test items have the embedding of {other}, and fewer than 2 are left"
