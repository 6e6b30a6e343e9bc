"""Rows that are copies of each other, to the last bit.

A matrix product gives copies among its columns values that differ in the last bit, by where they stand in a block: so
which copy comes first must not be read off the product.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from analysis.neighbours.graph import Neighbours

_ROWS = 4096


def copy_groups(rows: np.ndarray) -> np.ndarray | None:
    """For each row (N, D) float32 the index (N,) of the first row that equals it; None where all differ."""
    marks = np.concatenate([_marks(rows[start : start + _ROWS]) for start in range(0, len(rows), _ROWS)])
    _, firsts, groups = np.unique(marks, return_index=True, return_inverse=True)
    if len(firsts) == len(rows):
        return None
    first = firsts[groups]
    again = np.flatnonzero(first != np.arange(len(rows)))
    unlike = again[[bool((rows[item] != rows[first[item]]).any()) for item in again]]
    first[unlike] = unlike  # a mark shared by chance: at worst a copy is not noticed
    return None if len(again) == len(unlike) else first


def settle(found: "Neighbours", groups: np.ndarray | None, own: np.ndarray | None = None) -> "Neighbours":
    """The same neighbours with copies in the order of their indices, the lowest of them, at one cosine.

    groups (N,): `copy_groups` of what was searched; own (M,): the index of each query there, which is left out.
    """
    if groups is None:
        return found
    copied = np.bincount(groups, minlength=len(groups)) > 1
    members = {int(first): np.flatnonzero(groups == first) for first in np.flatnonzero(copied)}
    indices, similarities = found.indices.copy(), found.similarities.copy()
    leading = groups[indices]
    for row in np.flatnonzero(copied[leading].any(axis=1)):
        for first in np.unique(leading[row][copied[leading[row]]]):
            places = np.flatnonzero(leading[row] == first)
            among = members[int(first)]
            if own is not None:
                among = among[among != own[row]]
            indices[row, places] = among[: len(places)]
            similarities[row, places] = similarities[row, places[0]]
    order = np.lexsort((indices, -similarities), axis=1)
    columns = (np.take_along_axis(array, order, axis=1) for array in (indices, similarities))
    return replace(found, indices=next(columns), similarities=next(columns))


def _marks(rows: np.ndarray) -> np.ndarray:
    """A number (N,) uint64 of each row's bits, the same for copies; -0.0 counts as 0.0."""
    bits = np.ascontiguousarray(rows + np.float32(0), dtype=np.float32).view(np.uint32).astype(np.uint64)
    weights = np.random.default_rng(0).integers(1, 2**63, size=bits.shape[1], dtype=np.uint64) | np.uint64(1)
    with np.errstate(over="ignore"):
        return (bits * weights).sum(axis=1, dtype=np.uint64)
