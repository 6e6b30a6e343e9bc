"""t-SNE: as good as scikit-learn's own search, exact neighbours handed over, refusals in words."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.manifold import TSNE, trustworthiness

from analysis.maps import tsne
from analysis.maps.tsne import TsneSpec, tsne_map
from analysis.neighbours.distances import neighbour_distances
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


def test_few_items_and_equal_items(unit_rows):
    assert np.isfinite(tsne_map(unit_rows(10, 3), TsneSpec(steps=250)).coordinates).all()
    with pytest.raises(LabError, match="at least 10 items"):
        tsne_map(unit_rows(9, 3), QUICK)
    with pytest.raises(LabError, match="must differ"):
        tsne_map(np.ones((20, 3), np.float32), QUICK)


def test_too_many_items_are_refused_before_anything_is_computed(monkeypatch, unit_rows):
    monkeypatch.setattr("analysis.maps.tsne.MOST_ITEMS", 50)
    with pytest.raises(LabError, match="at most 50 items"):
        tsne_map(unit_rows(51, 3), QUICK)


@pytest.mark.parametrize("bad", [{"perplexity": 1}, {"perplexity": float("nan")}, {"steps": 10**9}, {"seed": -1}])
def test_a_spec_validates_itself(bad):
    with pytest.raises(LabError):
        TsneSpec(**bad)


@pytest.fixture
def collapsed(rng):
    """A class of 60 that is one point up to a jitter, and 300 items around three others, as float32 unit rows."""

    def make(copies, jitter):
        centres = rng.normal(size=(4, 16))
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
        rows = np.repeat(centres[:1], copies, axis=0) + jitter * rng.normal(size=(copies, 16))
        rows = np.vstack([rows, centres[1 + np.arange(300) % 3] + 0.3 * rng.normal(size=(300, 16))])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    return make


@pytest.mark.parametrize(("copies", "jitter"), [(32, 0), (60, 1e-7), (120, 0)])
def test_copies_stay_together(collapsed, copies, jitter):
    """Up to rounding: an encoder that sees an image twice, in two batches, need not give the same bits."""
    places = tsne_map(collapsed(copies, jitter), TsneSpec(steps=250)).coordinates
    widest = np.linalg.norm(places[:copies] - np.median(places[:copies], axis=0), axis=1).max()
    assert widest < 0.3 * np.linalg.norm(places - places.mean(axis=0), axis=1).max()


def test_counting_squares_from_the_nearest_changes_no_affinity(unit_rows):
    """scikit-learn's own affinities, of the distances as they are and as they are handed over."""
    from sklearn.manifold._t_sne import _joint_probabilities_nn

    indices, apart = neighbour_distances(unit_rows(80, 5), 31)
    handed = tsne._graph(indices, apart).data.reshape(80, 32)[:, 1:]
    ends = np.arange(81) * 31
    plain, counted = (
        _joint_probabilities_nn(csr_matrix((part.ravel() ** 2, indices.ravel(), ends), shape=(80, 80)), 10, 0)
        for part in (apart, handed)
    )
    np.testing.assert_allclose(counted.toarray(), plain.toarray(), rtol=1e-4, atol=1e-9)
