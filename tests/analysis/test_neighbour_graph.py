"""Exact neighbours against a full sort, ties included."""

import numpy as np
import pytest

from analysis.neighbours.graph import nearest_neighbours, similarity_blocks, top_k
from losses.errors import LabError


def by_full_sort(block, k, names):
    """The k largest of each row by sorting everything: value first, then lowest name."""
    order = np.lexsort((np.broadcast_to(names, block.shape), -block), axis=1)[:, :k]
    return names[order], np.take_along_axis(block, order, axis=1)


@pytest.mark.parametrize("columns", [11, 64, 777, 5000])
@pytest.mark.parametrize("k", [1, 5, 11])
@pytest.mark.parametrize("levels", [None, 3])
def test_top_k_is_a_full_sort(columns, k, levels):
    rng = np.random.default_rng(columns + k)
    block = rng.normal(size=(40, columns)).astype(np.float32)
    if levels:  # many ties, and both zeros
        block = np.copysign(np.round(block) / levels, block).astype(np.float32)
    names = rng.permutation(columns)
    expected_names, expected_values = by_full_sort(block, k, names)
    found_names, found_values = top_k(block, k, names)
    np.testing.assert_array_equal(found_names, expected_names)
    np.testing.assert_array_equal(found_values, expected_values)


def test_left_out_entries_come_last():
    block = np.array([[-np.inf, 0.5, -1.0, 1.0]], dtype=np.float32)
    indices, values = top_k(block, 4)
    assert indices.tolist() == [[3, 1, 2, 0]]
    assert values[0, -1] == -np.inf


def test_blocks_cover_every_row_once(rng, unit_rows):
    queries, keys = unit_rows(70, 8), unit_rows(30, 8)
    product = np.vstack([block.copy() for _, block in similarity_blocks(queries, keys, rows=32)])
    np.testing.assert_allclose(product, queries @ keys.T, atol=1e-6)


def test_nobody_is_its_own_neighbour(unit_rows):
    embeddings = unit_rows(60, 6)
    found = nearest_neighbours(embeddings, 7)
    cosines = embeddings.astype(np.float64) @ embeddings.T.astype(np.float64)
    np.fill_diagonal(cosines, -np.inf)
    np.testing.assert_array_equal(found.indices, np.argsort(-cosines, axis=1)[:, :7])
    assert found.k == 7


def test_equal_rows_stay_within_cosine_one(unit_rows):
    twice = np.repeat(unit_rows(200, 64), 2, axis=0)
    assert (twice @ twice.T).max() > 1  # rounding alone
    assert nearest_neighbours(twice, 1).similarities.max() == 1


def test_equally_near_items_stand_in_order():
    found = nearest_neighbours(np.tile(np.float32([[0.6, 0.8]]), (50, 1)), 3)
    assert found.indices[10].tolist() == [0, 1, 2]


@pytest.mark.parametrize("k", [0, 5, 10**9])
def test_impossible_k_is_refused_with_the_bounds(k, unit_rows):
    with pytest.raises(LabError, match="1 to 4"):
        nearest_neighbours(unit_rows(5, 3), k)
