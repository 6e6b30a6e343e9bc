"""Blocks shared out over threads: all of them, once, in order; and BLAS has its threads back afterwards."""

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from analysis.neighbours.block_pool import over_blocks


def blas_threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["internal_api"] == "openblas"}


@pytest.mark.parametrize("rows", [1, 7, 64, 512])
def test_blocks_in_order_make_the_product(unit_rows, rows):
    queries, keys = unit_rows(130, 5), unit_rows(40, 5)
    found = over_blocks(queries, keys, lambda chosen, block: block.copy(), rows=rows)
    assert [chosen.start for chosen, _ in found][1:] == [chosen.stop for chosen, _ in found][:-1]
    np.testing.assert_allclose(np.concatenate([block for _, block in found]), queries @ keys.T, atol=1e-6)


def test_blas_has_one_thread_while_a_pass_runs(unit_rows):
    before, rows = blas_threads(), unit_rows(4, 3)
    assert [found for _, found in over_blocks(rows, rows, lambda chosen, block: blas_threads())] == [{1}]
    assert blas_threads() == before


def test_passes_of_many_sessions_at_once_give_blas_its_threads_back(unit_rows):
    before, rows, seen = blas_threads(), unit_rows(400, 3), []
    passes = [
        threading.Thread(target=lambda: seen.append(over_blocks(rows, rows, lambda _, block: float(block.sum()))))
        for _ in range(8)
    ]
    for each in passes:
        each.start()
    for each in passes:
        each.join()
    assert len(seen) == 8
    assert all(found == seen[0] for found in seen)
    assert blas_threads() == before


def test_a_pass_that_fails_gives_blas_its_threads_back(unit_rows):
    def look(chosen: slice, block: np.ndarray) -> None:
        raise ZeroDivisionError

    before = blas_threads()
    with pytest.raises(ZeroDivisionError):
        over_blocks(unit_rows(4, 3), unit_rows(4, 3), look)
    assert blas_threads() == before
