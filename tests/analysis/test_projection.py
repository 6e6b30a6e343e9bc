"""PCA against scikit-learn; UMAP by what it keeps, never by its coordinates."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from analysis.maps.projection import Projection, UmapSpec, map_sample, pca, umap_map
from analysis.maps.quality import map_quality
from losses.errors import LabError

QUICK = UmapSpec(epochs=50)


@pytest.mark.parametrize("shape", [(50, 7), (6, 40), (5, 2)])
def test_pca_is_scikit_learns_up_to_sign(unit_rows, shape):
    embeddings = unit_rows(*shape)
    theirs = PCA(2, svd_solver="full").fit(embeddings.astype(np.float64))
    expected = theirs.transform(embeddings.astype(np.float64))
    found = pca(embeddings)
    signs = np.sign((found.coordinates * expected).sum(axis=0))
    np.testing.assert_allclose(found.coordinates, expected * signs, atol=1e-6)
    np.testing.assert_allclose(found.explained, theirs.explained_variance_ratio_, atol=1e-6)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_loading_is_positive(rng, sign):
    wide = rng.normal(size=(40, 5)) * [0.1, sign * 3, 0.1, sign, 0.1]
    found = pca(wide.astype(np.float32)).coordinates
    assert np.corrcoef(found[:, 0], wide[:, 1])[0, 1] > 0.9
    assert np.corrcoef(found[:, 1], wide[:, 3])[0, 1] > 0.9


def test_one_dimension_has_a_flat_second_axis():
    found = pca(np.float32([[1.0], [-1.0], [1.0]]))
    assert found.coordinates[:, 1].tolist() == [0, 0, 0]
    assert found.explained == (1.0, 0.0)


@pytest.mark.parametrize("draw", [pca, lambda rows: umap_map(rows, QUICK)])
def test_equal_rows_have_no_map(draw):
    with pytest.raises(LabError, match="must differ for a map"):
        draw(np.ones((20, 3), np.float32))


def test_umap_keeps_neighbourhoods_better_than_chance(clustered):
    train = clustered(train=150).train
    found = umap_map(train.embeddings, QUICK)
    assert trustworthiness(train.embeddings, found.coordinates, n_neighbors=15, metric="cosine") > 0.85


def test_same_seed_same_map(unit_rows):
    embeddings = unit_rows(60, 5)
    np.testing.assert_array_equal(umap_map(embeddings, QUICK).coordinates, umap_map(embeddings, QUICK).coordinates)


def test_two_fits_at_once_wait_for_each_other(unit_rows):
    embeddings = unit_rows(80, 5)
    with ThreadPoolExecutor(3) as pool:
        maps = list(pool.map(lambda seed: umap_map(embeddings, UmapSpec(epochs=20, seed=seed)), range(3)))
    assert len({found.coordinates.tobytes() for found in maps}) == 3


def test_points_on_a_line_have_a_map(rng):
    turned = np.where(rng.random(30) < 0.5, 1, -1).astype(np.float32)
    assert np.isfinite(umap_map(turned[:, None], QUICK).coordinates).all()


def test_too_few_items_for_umap(unit_rows):
    with pytest.raises(LabError, match="at least 10 items"):
        umap_map(unit_rows(9, 3), QUICK)


@pytest.mark.parametrize(
    "bad", [{"neighbours": 1}, {"min_distance": float("nan")}, {"epochs": 10**9}, {"seed": -1}, {"seed": 2**32}]
)
def test_parameters_have_bounds(bad):
    with pytest.raises(LabError, match="must lie in"):
        UmapSpec(**bad)


def test_coordinates_are_finite():
    with pytest.raises(LabError, match="finite"):
        Projection("PCA", np.full((3, 2), np.nan, np.float32))


@pytest.mark.parametrize(("k", "items"), [(15, 90), (5, 30), (15, 12)])
def test_trustworthiness_is_scikit_learns(unit_rows, k, items):
    embeddings = unit_rows(items, 6)
    coordinates = pca(embeddings).coordinates
    found = map_quality(embeddings, coordinates, k=k)
    theirs = trustworthiness(embeddings.astype(np.float64), coordinates, n_neighbors=found.k, metric="cosine")
    assert found.trustworthiness.value == pytest.approx(theirs)
    assert found.k == min(k, (items - 1) // 2)


def test_overlap_is_the_share_of_common_neighbours(unit_rows):
    embeddings = unit_rows(40, 6)
    coordinates = pca(embeddings).coordinates.astype(np.float64)
    shared = 0
    for item in range(40):
        near = np.argsort(-embeddings.astype(np.float64) @ embeddings[item])
        near_in_map = np.argsort(((coordinates - coordinates[item]) ** 2).sum(axis=1))
        shared += len({*near[near != item][:7]} & {*near_in_map[near_in_map != item][:7]})
    assert map_quality(embeddings, coordinates, k=7).overlap.value == pytest.approx(shared / (40 * 7))


def test_a_perfect_map_scores_one():
    angles = np.sort(np.random.default_rng(0).uniform(0, 1, size=50))
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    found = map_quality(circle, circle, k=5)
    assert (found.trustworthiness.value, found.overlap.value) == (1, 1)


def test_large_sets_are_judged_by_a_sample(unit_rows, monkeypatch):
    embeddings = unit_rows(200, 4)
    whole = map_quality(embeddings, pca(embeddings).coordinates)
    monkeypatch.setattr("analysis.maps.quality._ANCHORS", 100)
    part = map_quality(embeddings, pca(embeddings).coordinates)
    assert part.anchors == 100
    assert part.trustworthiness.value == pytest.approx(whole.trustworthiness.value, abs=0.03)


def test_two_items_have_no_neighbourhoods():
    assert "at least 3 items" in map_quality(np.eye(2, dtype=np.float32), np.eye(2)).reason


def test_a_map_shows_a_bounded_number_of_items():
    assert map_sample(30, 100).tolist() == list(range(30))
    chosen = map_sample(1000, 100)
    assert len(np.unique(chosen)) == 100
    assert (np.diff(chosen) > 0).all()


def test_looking_at_pca_imports_no_umap():
    heavy = "{'umap', 'numba', 'sklearn'}"
    code = f"import sys, analysis.maps.projection, analysis.maps.cache; print({heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
