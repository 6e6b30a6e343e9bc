"""The pass of `nearest` over train items that are more than the memory holds, or that lie on several machines.

Train goes by in blocks, each searched exactly; what is kept of those before is the k nearest and the largest cosine to
each class. Time and memory a train item do not depend on how many there are (`benchmarks/bench_large.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.degenerate import copied, nothing_near
from analysis.neighbours.block_pool import over_blocks
from analysis.neighbours.class_columns import ClassColumns
from analysis.neighbours.copies import copy_groups, settle
from analysis.neighbours.graph import Neighbours, join
from analysis.neighbours.nearest import Nearest
from analysis.outputs import Outputs
from losses.errors import LabError

BLOCK, _BYTES = 1 << 15, 64 << 20  # train items at once, and the most that they may take; similarities take 100 MB


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Of M queries: maxima (M, C) float32, the largest cosine to each class, -inf where there is none of it; and the
    nearest (M, k), by their places among all train items."""

    maxima: np.ndarray
    neighbours: Neighbours


def search(queries: np.ndarray, keys: np.ndarray, labels: np.ndarray, *, classes: int, k: int, first: int = 0) -> Found:
    """Of unit rows (M, D) among unit rows (N, D) float32 of classes (N,), the first of which is train item `first`.

    keys may be a `numpy.memmap`: then a block of it is in memory at a time.
    """
    if not len(keys):
        raise LabError("train items", "must be at least 1", 0)
    parts = list[Found]()
    block = max(1, min(BLOCK, _BYTES // (4 * keys.shape[1])))
    for start in range(0, len(keys), block):
        stop = min(start + block, len(keys))
        part = _search_block(queries, _rows(keys, start, stop), labels[start:stop], classes, k, first + start)
        parts = [merged([*parts, part], k=k)]
    return parts[0]


def merged(parts: Sequence[Found], *, k: int) -> Found:
    """What the search of all their train items would have found."""
    indices = np.concatenate([part.neighbours.indices for part in parts], axis=1)
    similarities = np.concatenate([part.neighbours.similarities for part in parts], axis=1)
    order = np.lexsort((indices, -similarities), axis=1)[:, :k]
    nearest = (np.take_along_axis(array, order, axis=1) for array in (indices, similarities))
    return Found(np.maximum.reduce([part.maxima for part in parts]), Neighbours(*nearest))


def nearest_from(found: Found, outputs: Outputs) -> Nearest:
    """As `nearest_similarity` gives it, of what a search of the train items of `outputs` found."""
    neighbours = settle(found.neighbours, copy_groups(outputs.train.embeddings))
    return Nearest(found.maxima, neighbours, outputs.test.labels, copied(outputs), nothing_near(outputs))


def _search_block(queries: np.ndarray, keys: np.ndarray, labels: np.ndarray, classes: int, k: int, first: int) -> Found:
    held = min(k, len(keys))
    columns = ClassColumns.of(labels, held)
    maxima = np.full((len(queries), classes), -np.inf, dtype=np.float32)
    found = list[tuple[np.ndarray, np.ndarray]]()
    for chosen, (largest, items, similarities) in over_blocks(
        queries, keys[columns.items], lambda _, block: columns.look(block, held)
    ):
        maxima[chosen, columns.classes] = np.clip(largest, -1, 1)
        found.append((items + first, similarities))
    return Found(maxima, join(found))


def _rows(keys: np.ndarray, start: int, stop: int) -> np.ndarray:
    """A block, of a file mapped for as long as it is used: one map of all would stay in memory page by page."""
    if not isinstance(keys, np.memmap) or keys.filename is None or not keys.flags.c_contiguous:
        return keys[start:stop]
    offset = keys.offset + start * keys.strides[0]
    return np.memmap(keys.filename, keys.dtype, "r", offset, (stop - start, *keys.shape[1:]))
