"""Groups among embeddings: planted ones are found, a cloud without any has a low silhouette."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, silhouette_score

from analysis.figures.geometry.clusters import clusters_figure
from analysis.geometry.clusters import clusters
from analysis.statistics.bootstrap import Unavailable


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def planted(rng):
    groups = np.repeat(np.arange(4), (40, 30, 20, 10))
    return unit(np.eye(8)[groups] + 0.1 * rng.normal(size=(100, 8))), groups


def test_planted_groups_are_found(planted):
    rows, groups = planted
    found = clusters(rows, ks=(2, 3, 4, 5, 6))
    assert found.k == 4
    assert adjusted_rand_score(groups, found.groups) == 1
    assert found.sizes.tolist() == [40, 30, 20, 10]
    assert found.silhouettes[4].value == pytest.approx(silhouette_score(rows.astype(float), groups), abs=1e-5)
    assert groups[np.concatenate(found.central)].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_the_seed_decides_and_a_cloud_says_so(rng):
    rows = unit(rng.normal(size=(200, 16)))
    first, again, other = (clusters(rows, seed=seed, ks=(5,)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.groups, again.groups)
    assert (first.groups != other.groups).any()
    assert first.silhouettes[5].value < 0.1


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (np.empty((20, 0), np.float32), "there are no embeddings"),
        (np.ones((4, 1), np.float32), "groups need at least 10 items, here 4"),
        (np.ones((20, 1), np.float32), "all embeddings are the same"),
        (unit(np.repeat([[1.0, 0], [0, 1]], 10, axis=0)), "there are too few different embeddings to group"),
    ],
)
def test_what_cannot_be_grouped_has_a_reason(rows, reason):
    assert clusters(rows) == Unavailable(reason)


def test_the_figure_names_the_items_at_the_centres(planted):
    rows, _ = planted
    ids = np.array([f"image {item}" for item in range(100)])
    exhibit = clusters_figure(clusters(rows, ks=(3, 4)), ids, "test")
    assert exhibit.title.startswith("Are there groups? Largest silhouette")
    assert exhibit.table["items"].tolist() == [40, 30, 20, 10]
    assert all(text.startswith("image ") for text in exhibit.table["nearest to its centre"])
    assert list(exhibit.plot.data[0].x) == [3, 4]
