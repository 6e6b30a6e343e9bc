"""Arrays that may be larger than the memory: beyond 256 MB their numbers lie in a file without a name.

The file stands in Python's temporary folder (the environment's TMPDIR) and is gone with its array, or with the process.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from losses.errors import LabError

LARGEST_HELD = 256 << 20  # bytes of one array in memory
_AT_ONCE = 64 << 20


def is_large(shape: Sequence[int], dtype: np.dtype) -> bool:
    """Whether such an array has its numbers in a file."""
    return int(np.prod(shape, dtype=np.int64)) * dtype.itemsize > LARGEST_HELD


def empty(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array to be filled; LabError where the disk has no room for it."""
    if not is_large(shape, dtype):
        return np.empty(shape, dtype)
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    with tempfile.TemporaryFile() as file:
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)  # else a full disk would end the process, later
            else:
                file.truncate(size)
        except OSError as error:
            found = f"has none for {size:,} bytes ({error.strerror})"
            remedy = "Set TMPDIR to a folder with more, or take fewer items with --limit."
            raise LabError(tempfile.gettempdir(), "must have room", but=found, remedy=remedy) from error
        return np.memmap(file, dtype, "r+", shape=shape)


def joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    """`np.concatenate` of parts (N, ...) of one dtype, at least one."""
    shape = (sum(map(len, parts)), *parts[0].shape[1:])
    if not is_large(shape, parts[0].dtype):
        return np.concatenate(parts)
    whole, start = empty(shape, parts[0].dtype), 0
    for part in parts:
        whole[start : start + len(part)] = part
        start += len(part)
    return whole


def by_rows(work: Callable[[np.ndarray], np.ndarray], rows: np.ndarray) -> np.ndarray:
    """work(rows) of the same shape and dtype, for a `work` that takes each row by itself."""
    if not is_large(rows.shape, rows.dtype):
        return work(rows)
    made = empty(rows.shape, rows.dtype)
    for chosen in blocks(rows):
        made[chosen] = work(rows[chosen])
    return made


def all_finite(rows: np.ndarray) -> bool:
    """Whether all numbers of (N, D) are."""
    return all(bool(np.isfinite(rows[chosen]).all()) for chosen in blocks(rows))


def blocks(rows: np.ndarray) -> Iterator[slice]:
    """Rows that are looked at together."""
    step = max(1, _AT_ONCE // max(1, rows.itemsize * int(np.prod(rows.shape[1:], dtype=np.int64))))
    return (slice(start, start + step) for start in range(0, len(rows), step))
