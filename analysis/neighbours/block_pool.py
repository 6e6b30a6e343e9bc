"""Blocks of similarities shared out over the cores: each multiplies its own block and looks at it while it is warm.

OpenBLAS's own threads would keep their cores busy, waiting, for some milliseconds after every product, just when numpy
needs them; so it has one thread while such a pass runs. That number is the process's: of two passes at once, the second
would put back what it found, one. So they run one after the other, each on all cores. torch has a BLAS of its own.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TypeVar

import numpy as np

T = TypeVar("T")
OnBlock = Callable[[slice, np.ndarray], T]

ROWS = 768  # rows of the product at once, over all cores: 150 MB against 50,000 keys
_CORES = min(4, os.cpu_count() or 1)
_ONE_PASS = threading.Lock()


def over_blocks(
    queries: np.ndarray, keys: np.ndarray, look: "OnBlock[T]", *, rows: int = ROWS
) -> list[tuple[slice, T]]:
    """(rows, look(rows, block)) for each block of cosines (B, N) float32 of unit rows (M, D) and (N, D), in order.

    `look` runs in several threads at once and may overwrite its block, which is gone after it.
    """
    share = max(1, rows // _CORES)
    buffers = threading.local()

    def work(start: int) -> tuple[slice, T]:
        chosen = slice(start, min(start + share, len(queries)))
        if not hasattr(buffers, "block"):
            buffers.block = np.empty((share, len(keys)), dtype=np.float32)
        block = np.matmul(queries[chosen], keys.T, out=buffers.block[: chosen.stop - start])
        return chosen, look(chosen, block)

    with _ONE_PASS, _one_blas_thread(), ThreadPoolExecutor(_CORES) as pool:
        return list(pool.map(work, range(0, len(queries), share)))


def _one_blas_thread() -> AbstractContextManager[object]:
    from threadpoolctl import ThreadpoolController

    limited: AbstractContextManager[object] = ThreadpoolController().select(internal_api="openblas").limit(limits=1)
    return limited
