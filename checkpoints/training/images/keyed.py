"""Random numbers that are a function of a key and a row: the same for a sample in whatever batch, on whatever device.

A generator gives numbers in the order of asking; here each is a hash of its place (splitmix64, Steele et al. 2014), in
whole numbers, so that a CPU and a GPU agree bit by bit. Letters: N rows, R numbers a row.
"""

import numpy as np
import torch
from torch import Tensor

_GOLDEN, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_BITS = 24  # that a float32 in [0, 1) has room for


def key_of(*parts: int) -> int:
    """A key from whole numbers that are not negative, such as seed, epoch and view; neighbours share nothing."""
    return _signed(int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0]))


def uniforms(key: int, rows: Tensor, count: int) -> Tensor:
    """(N, R) float32 in [0, 1) for whole numbers rows (N,) from 0: row r's numbers depend on the key and r alone."""
    place = rows[:, None] * count + torch.arange(1, count + 1, device=rows.device)  # (N, R)
    state = place * _signed(_GOLDEN) + key  # int64 wraps around, as the hash is meant
    state = (state ^ _shifted(state, 30)) * _signed(_FIRST)
    state = (state ^ _shifted(state, 27)) * _signed(_SECOND)
    state = state ^ _shifted(state, 31)
    return _shifted(state, 64 - _BITS).to(torch.float32) / (1 << _BITS)


def _shifted(state: Tensor, by: int) -> Tensor:
    """To the right, zeros coming in."""
    return (state >> by) & ((1 << (64 - by)) - 1)


def _signed(value: int) -> int:
    """The int64 with the same bits."""
    return value - (1 << 64) if value >= 1 << 63 else value
