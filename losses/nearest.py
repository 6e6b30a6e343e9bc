"""The smallest entries of rows, or of all blocks of a batch, sorted: what tails of shortfalls are made of.

On a CPU torch's topk takes four to thirty times as long as numpy's partition, which a torch tensor's own numpy view
offers without a copy (docs/decisions.md). torch does not require numpy: without it, topk and sort.
"""

import math
from collections.abc import Iterable
from itertools import chain

import torch
from torch import Tensor

from .checks import can_look


def smallest(rows: Tensor, count: int) -> Tensor:
    """The `count` smallest entries of each row, (n, N) -> (n, count), ascending; rows may be overwritten."""
    if not can_look(rows):
        return _top(rows, count)
    try:
        view = rows.numpy()
    except RuntimeError:  # "Numpy is not available"
        return _top(rows, count)
    view.partition(count - 1, axis=1)
    nearest = view[:, :count]
    nearest.sort(axis=1)
    return rows[:, :count].clone()


def smallest_of_all(blocks: Iterable[Tensor], count: int) -> Tensor:
    """The `count` smallest numbers of all blocks, of any shapes, together, ascending; infinite ones are none.

    On a CPU so many are in memory at a time, and two blocks. Blocks may be overwritten; none is larger than the first.
    """
    blocks = iter(blocks)
    values = next(blocks).flatten()
    if not can_look(values):
        for block in blocks:
            values = torch.cat([_top(values[None], min(count, len(values)))[0], block.flatten()])
        return _top(values[None], count)[0]
    held, filled, limit = values.new_empty(count + len(values)), 0, math.inf
    for block in chain([values], blocks):
        values = block.flatten()
        below = min(count, len(values) - int((values >= limit).count_nonzero()))
        if filled + below > len(held):
            limit, filled = float(_part(held[:filled], count - 1)[count - 1]), count
        held[filled : filled + below] = _part(values, below)[:below]
        filled += below
    return smallest(held[None, :filled], min(count, filled))[0]


def places_of_largest(rows: Tensor, count: int) -> Tensor:
    """The columns of the `count` largest entries of each row, (n, N) -> (n, count), in any order."""
    if can_look(rows):
        try:
            return torch.from_numpy(rows.numpy().argpartition(rows.shape[1] - count, axis=1))[:, -count:]
        except RuntimeError:
            pass
    return rows.topk(count, dim=1, sorted=False).indices


def _part(values: Tensor, count: int) -> Tensor:
    """Values (k,) in another order, in place: none of the first `count` is above the next one, none after it below."""
    if count < len(values):
        try:
            values.numpy().partition(count)
        except RuntimeError:
            values.copy_(values.sort().values)
    return values


def _top(rows: Tensor, count: int) -> Tensor:
    return rows.topk(count, largest=False, sorted=True).values
