"""Copies among the rows: distance 0, the order of their indices, and no jump by where they stand in a product."""

import numpy as np
import pytest

from analysis.maps.projection import UmapSpec, umap_map
from analysis.maps.quality import map_quality
from analysis.neighbours.copies import copy_groups
from analysis.neighbours.distances import neighbour_distances
from analysis.neighbours.graph import nearest_neighbours
from analysis.neighbours.nearest import nearest_similarity
from analysis.neighbours.vote import vote
from analysis.outputs import Outputs, Split


@pytest.fixture
def with_copies(rng, unit_rows):
    """701 rows, 100 of them copies of row 5: the product's last block is narrower than the others."""
    rows = unit_rows(701, 64).copy()
    rows[np.sort(rng.choice(701, 100, replace=False))] = rows[5]
    return rows


def test_groups_are_named_by_their_first_row(with_copies):
    groups = copy_groups(with_copies)
    expected = [int(np.flatnonzero((with_copies == row).all(axis=1))[0]) for row in with_copies]
    assert groups.tolist() == expected
    assert copy_groups(with_copies[:1]) is None


def test_the_two_zeros_are_one():
    assert copy_groups(np.float32([[0.0, 1.0], [1.0, 0.0], [-0.0, 1.0]])).tolist() == [0, 1, 0]


def test_rows_that_share_a_mark_by_chance_are_no_copies(monkeypatch, unit_rows):
    monkeypatch.setattr("analysis.neighbours.copies._marks", lambda rows: np.zeros(len(rows), np.uint64))
    assert copy_groups(unit_rows(9, 4)) is None


def test_distances_are_those_of_the_rows(with_copies):
    near = with_copies + np.float32(1e-5) * np.arange(701, dtype=np.float32)[:, None] % np.float32(7e-5)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    for rows in (with_copies, near):
        indices, apart = neighbour_distances(rows, 40)
        wide = rows.astype(np.float64)
        truth = np.linalg.norm(wide[:, None] - wide[indices], axis=2)
        np.testing.assert_allclose(apart, truth, rtol=1e-5, atol=0)
        assert (np.diff(apart, axis=1) >= 0).all()
    assert (neighbour_distances(with_copies, 40)[1][5] == 0).all()


def test_copies_are_neighbours_in_the_order_of_their_indices(with_copies):
    copies = np.flatnonzero((with_copies == with_copies[5]).all(axis=1))
    found = nearest_neighbours(with_copies, 30)
    for item in copies:
        assert found.indices[item].tolist() == copies[copies != item][:30].tolist()
    assert len(set(found.similarities[copies[0]])) == 1


def test_a_vote_goes_to_the_first_of_the_copies(with_copies, rng):
    """Copies of one train item under different labels: the lowest index decides, wherever a product has it."""
    copies = np.flatnonzero((with_copies == with_copies[5]).all(axis=1))
    labels = rng.integers(0, 3, size=701)
    test = with_copies[copies] + np.float32(0.01) * rng.normal(size=(len(copies), 64)).astype(np.float32)
    test /= np.linalg.norm(test, axis=1, keepdims=True)
    outputs = Outputs(
        Split(with_copies, labels), Split(test, labels[copies]), ("a", "b", "c"), 1.0, {"digest": "copies"}
    )
    nearest = nearest_similarity(outputs, k=12)
    assert (nearest.neighbours.indices == copies[:12]).all()
    assert (vote(nearest.neighbours, outputs, 1).predicted == labels[copies[0]]).all()


def test_which_copy_is_near_in_a_map_does_not_matter(unit_rows):
    """60 copies close together in the map: whichever of them are an item's nearest there, they are as near as any."""
    rows = np.vstack([np.repeat(unit_rows(1, 64), 60, axis=0), unit_rows(3, 64)])
    places = np.vstack([np.random.default_rng(1).normal(scale=1e-3, size=(60, 2)), [[9, 9], [-9, 9], [9, -9]]])
    found = map_quality(rows, places.astype(np.float32), k=15)
    assert found.overlap.value > 0.99
    assert found.trustworthiness.value > 0.99


def test_umap_keeps_copies_together(unit_rows):
    rows = np.vstack([np.repeat(unit_rows(1, 16), 60, axis=0), unit_rows(200, 16)])
    places = umap_map(rows, UmapSpec(epochs=100)).coordinates
    widest = np.linalg.norm(places[:60] - np.median(places[:60], axis=0), axis=1).max()
    assert widest < 0.3 * np.linalg.norm(places - places.mean(axis=0), axis=1).max()
