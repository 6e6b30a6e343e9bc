"""Weights and images by a formula of name and place: the same in every environment, without a generator."""

import math
import zlib

import numpy as np
import torch
from torch import Tensor

Shape = tuple[int, ...]


def wave(name: str, shape: Shape) -> np.ndarray:
    """Numbers in [-1, 1] that no two names share."""
    start = zlib.crc32(name.encode()) % 10_007
    places = np.arange(1, math.prod(shape) + 1, dtype=np.float64)
    return np.sin(start + places * (0.7548776662466927 + 1e-7 * places)).reshape(shape)


def tensor(name: str, shape: Shape) -> Tensor:
    """A parameter or buffer of that name: gains and variances about 1, activations of order one."""
    if name.endswith("num_batches_tracked"):
        return torch.tensor(1)
    found = wave(name, shape)
    last = name.rpartition(".")[2]
    if last == "running_var" or (len(shape) == 1 and last in ("weight", "gamma")):
        found = 1 + 0.3 * found
    elif len(shape) > 1 and last == "weight":
        found = found * math.sqrt(4 / math.prod(shape[1:]))
    else:
        found = 0.2 * found
    return torch.from_numpy(found.astype(np.float32))


def state(shapes: dict[str, Shape]) -> dict[str, Tensor]:
    return {name: tensor(name, shape) for name, shape in shapes.items()}


def images(side: int) -> Tensor:
    """(2, 3, side, side)"""
    return torch.from_numpy(wave("images", (2, 3, side, side)).astype(np.float32))


def sample(rows: Tensor) -> list[list[float]]:
    """Sixteen numbers of each row, evenly: enough to tell any two networks apart."""
    step = max(1, rows.shape[1] // 16)
    return [[round(value, 7) for value in row] for row in rows[:, ::step][:, :16].double().tolist()]
