"""t-SNE: as good as scikit-learn's own search, exact neighbours handed over, refusals in words."""

import numpy as np
import pytest
from sklearn.manifold import TSNE, trustworthiness

from analysis import tsne
from analysis.neighbour_graph import nearest_neighbours
from analysis.tsne import TsneSpec, tsne_map
from losses.errors import LabError

QUICK = TsneSpec(perplexity=10, steps=250)


def test_it_keeps_as_much_as_scikit_learns_own(clustered):
    rows = clustered(train=200).train.embeddings
    theirs = TSNE(perplexity=10, max_iter=250, random_state=0).fit_transform(rows)
    ours = tsne_map(rows, QUICK)
    kept = [trustworthiness(rows, found, n_neighbors=15) for found in (ours.coordinates, theirs)]
    assert kept[0] > kept[1] - 0.02
    assert kept[0] > 0.8
    assert ours.method == "t-SNE"


def test_the_neighbours_are_the_exact_ones(unit_rows):
    rows = unit_rows(50, 4)
    graph, found = tsne._distances(rows, 6), nearest_neighbours(rows, 6)
    assert graph.nnz == 50 * 7
    for item in (0, 20, 49):
        row = graph[item]
        assert set(row.indices) == {item, *found.indices[item]}
        apart = np.linalg.norm(rows[row.indices].astype(float) - rows[item].astype(float), axis=1)
        np.testing.assert_allclose(row.data, apart, atol=1e-3)


def test_few_items_and_equal_items(unit_rows):
    assert np.isfinite(tsne_map(unit_rows(10, 3), TsneSpec(steps=250)).coordinates).all()
    with pytest.raises(LabError, match="at least 10 items"):
        tsne_map(unit_rows(9, 3), QUICK)
    with pytest.raises(LabError, match="must differ"):
        tsne_map(np.ones((20, 3), np.float32), QUICK)


def test_too_many_items_are_refused_before_anything_is_computed(monkeypatch, unit_rows):
    monkeypatch.setattr("analysis.tsne.MOST_ITEMS", 50)
    with pytest.raises(LabError, match="at most 50 items"):
        tsne_map(unit_rows(51, 3), QUICK)


@pytest.mark.parametrize("bad", [{"perplexity": 1}, {"perplexity": float("nan")}, {"steps": 10**9}, {"seed": -1}])
def test_a_spec_validates_itself(bad):
    with pytest.raises(LabError):
        TsneSpec(**bad)
