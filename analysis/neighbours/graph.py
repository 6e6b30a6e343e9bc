"""Exact nearest neighbours by cosine, a few hundred rows at a time, never an M x N buffer."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.neighbours.block_pool import ROWS, over_blocks
from analysis.neighbours.copies import copy_groups, settle
from analysis.neighbours.top_k import top_k
from losses.errors import LabError

__all__ = ["ROWS", "Neighbours", "join", "nearest_neighbours", "similarity_blocks", "top_k"]


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The k nearest of each query: indices (M, k) int64 and cosines (M, k) float32, nearest first.

    Equal cosines stand in the order of their indices.
    """

    indices: np.ndarray
    similarities: np.ndarray

    def __post_init__(self) -> None:
        if self.indices.shape != self.similarities.shape or self.indices.ndim != 2:
            shapes = f"{self.indices.shape} and {self.similarities.shape}"
            raise LabError("neighbours", "must be two (M, k) arrays", but=f"have the shapes {shapes}")
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

    def look(rows: slice, block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        block[np.arange(len(block)), np.arange(rows.start, rows.stop)] = -np.inf
        return top_k(block, k)

    found = join([part for _, part in over_blocks(embeddings, embeddings, look)])
    return settle(found, copy_groups(embeddings), np.arange(items))


def join(parts: list[tuple[np.ndarray, np.ndarray]]) -> Neighbours:
    """Stack the (indices, cosines) of `top_k` over blocks, clipped to [-1, 1]."""
    return Neighbours(
        np.concatenate([indices for indices, _ in parts]),
        np.clip(np.concatenate([cosines for _, cosines in parts]), -1, 1),
    )
