"""Recall at k, as metric learning and WEINCE's table use it: is any of the k nearest of the item's class?"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.degenerate import judged, nothing_to_read, too_few
from analysis.neighbours.graph import Neighbours
from analysis.outputs import Outputs
from analysis.statistics.bootstrap import Estimate, Unavailable, proportion

KS = (1, 2, 5, 10, 20, 50)


@dataclass(frozen=True, slots=True, eq=False)
class Recalls:
    """rates: k -> the share of `judged` test items (M,) bool with an item of their class among their k nearest.

    first (M,): the place, from 1, of the nearest item of the same class; one more than there are neighbours where none
    is among them.
    """

    rates: Mapping[int, Estimate | Unavailable]
    first: np.ndarray
    judged: np.ndarray


def recall_at(
    neighbours: Neighbours, outputs: Outputs, ks: tuple[int, ...] = KS, among: np.ndarray | None = None
) -> Recalls:
    """Of the nearest that are known. `among`: the items to judge it on where they are known, as `judged` gives them."""
    items = len(outputs.test)
    if not neighbours.k:
        reason = Unavailable(nothing_to_read(outputs))
        return Recalls(dict.fromkeys(ks, reason), np.ones(items, np.int64), np.zeros(items, bool))
    among = judged(outputs) if among is None else among
    alike = outputs.searched.labels[neighbours.indices] == outputs.test.labels[:, None]
    first = np.where(alike.any(axis=1), alike.argmax(axis=1), neighbours.k) + 1
    why = nothing_to_read(outputs) or too_few(outputs, among)
    return Recalls({k: _rate(first[among], k, neighbours.k, why) for k in ks}, first, among)


def _rate(first: np.ndarray, k: int, known: int, reason: str) -> Estimate | Unavailable:
    if reason or k > known:
        return Unavailable(reason or f"there are {known} neighbours only")
    return proportion(first <= k)
