"""Exact nearest neighbours by cosine, a few hundred rows at a time, never an M x N buffer."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from losses.errors import LabError

ROWS = 512  # rows of the product at once: 100 MB against 50,000 keys
_STRANDS = 32  # columns per group of the pre-selection in `top_k`


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The k nearest of each query: indices (M, k) int64 and cosines (M, k) float32, nearest first.

    Equal cosines stand in the order of their indices.
    """

    indices: np.ndarray
    similarities: np.ndarray

    def __post_init__(self) -> None:
        if self.indices.shape != self.similarities.shape or self.indices.ndim != 2:
            raise LabError("neighbours", "must be two (M, k) arrays", (self.indices.shape, self.similarities.shape))
        self.indices.setflags(write=False)
        self.similarities.setflags(write=False)

    @property
    def k(self) -> int:
        return self.indices.shape[1]


def similarity_blocks(queries: np.ndarray, keys: np.ndarray, *, rows: int = ROWS) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield (rows, cosines (B, N) float32) of unit rows (M, D) and (N, D). The block is overwritten by the next one.

    Cosines may leave [-1, 1] by rounding: whoever keeps a value clips it.
    """
    buffer = np.empty((min(rows, len(queries)), len(keys)), dtype=np.float32)
    for start in range(0, len(queries), rows):
        chosen = slice(start, min(start + rows, len(queries)))
        yield chosen, np.matmul(queries[chosen], keys.T, out=buffer[: chosen.stop - start])


def nearest_neighbours(embeddings: np.ndarray, k: int) -> Neighbours:
    """The k nearest others of every row of (N, D), itself left out; k < N."""
    items = len(embeddings)
    if not 1 <= k < items:
        raise LabError("k", f"must lie in 1 to {items - 1} for {items} items", k)
    found = []
    for rows, block in similarity_blocks(embeddings, embeddings):
        block[np.arange(len(block)), np.arange(rows.start, rows.stop)] = -np.inf
        found.append(top_k(block, k))
    return join(found)


def join(parts: list[tuple[np.ndarray, np.ndarray]]) -> Neighbours:
    """Stack the (indices, cosines) of `top_k` over blocks, clipped to [-1, 1]."""
    return Neighbours(
        np.concatenate([indices for indices, _ in parts]),
        np.clip(np.concatenate([cosines for _, cosines in parts]), -1, 1),
    )


def top_k(block: np.ndarray, k: int, names: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Names (B, k) and values (B, k) of the k largest of each row of (B, N) float32; ties by lowest name.

    `names` (N,) are distinct integers under 2**32, by default the column numbers. The columns are first thinned:
    the k largest lie in the k groups with the largest maxima, unless groups tie at the border, where the whole row
    is searched.
    """
    names = np.arange(block.shape[1]) if names is None else names
    if block.shape[1] < 3 * k * _STRANDS:
        return _select(block, np.broadcast_to(names, block.shape), k)
    columns, tied = _candidates(block, k)
    chosen, values = _select(np.take_along_axis(block, columns, axis=1), names[columns], k)
    if len(tied):
        chosen[tied], values[tied] = _select(block[tied], np.broadcast_to(names, (len(tied), len(names))), k)
    return chosen, values


def _candidates(block: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns (B, C) that hold the k largest of each row, and the rows where ties between groups leave that open.

    Group g has the columns g, g + G, g + 2 G, ...: their maximum is a few contiguous sweeps over the row.
    """
    rows, width = block.shape
    groups = width // _STRANDS
    body = groups * _STRANDS
    maxima = block[:, :body].reshape(rows, _STRANDS, groups).max(axis=1)
    best = np.argpartition(maxima, -k, axis=1)[:, -k:]
    columns = (best[:, None, :] + groups * np.arange(_STRANDS)[:, None]).reshape(rows, -1)
    rest = np.broadcast_to(np.arange(body, width), (rows, width - body))
    border = np.take_along_axis(maxima, best, axis=1).min(axis=1, keepdims=True)
    return np.hstack([columns, rest]), np.flatnonzero((maxima >= border).sum(axis=1) > k)


def _select(values: np.ndarray, names: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """`top_k` on the values (B, C) themselves: value and name packed into one integer, so one partition orders both."""
    # A float's bits order like integers once the lower 31 of negative ones are flipped; + 0.0 makes -0.0 equal 0.0.
    bits = (values + np.float32(0)).view(np.int32)
    ordered = np.where(bits < 0, bits ^ np.int32(0x7FFFFFFF), bits).astype(np.int64)
    packed = (ordered << 32) | (0xFFFFFFFF - names)
    largest = -np.sort(-np.partition(packed, packed.shape[1] - k, axis=1)[:, -k:], axis=1)
    high = (largest >> 32).astype(np.int32)
    found = np.where(high < 0, high ^ np.int32(0x7FFFFFFF), high).view(np.float32)
    return 0xFFFFFFFF - (largest & 0xFFFFFFFF), found
