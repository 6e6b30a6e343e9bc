"""The spectrum against scikit-learn and known geometry; its intervals against the bootstrap."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from analysis.geometry.spectrum import spectrum
from analysis.statistics.bootstrap import Unavailable
from analysis.statistics.influence import influence_estimate


@pytest.fixture
def rows(rng):
    return (rng.normal(size=(800, 6)) * [3, 2, 1, 1, 0.5, 0.1]).astype(np.float32)


def test_shares_are_scikit_learns(rows):
    expected = PCA().fit(rows.astype(np.float64)).explained_variance_ratio_
    np.testing.assert_allclose(spectrum(rows).shares, expected, atol=1e-8)


def test_equal_variances_use_every_direction():
    signed = np.vstack([np.eye(7), -np.eye(7)]).astype(np.float32)
    found = spectrum(signed)
    assert found.effective_rank.value == pytest.approx(7)
    assert found.participation.value == pytest.approx(7)
    assert found.axes_for(0.9) == 7


def test_simplex_means_use_one_direction_less_than_there_are_classes():
    classes = 5
    corners = np.repeat(np.eye(classes) - 1 / classes, 20, axis=0).astype(np.float32)
    found = spectrum(corners)
    assert found.effective_rank.value == pytest.approx(classes - 1)
    assert found.cumulative[classes - 2] == pytest.approx(1)


def test_intervals_are_the_bootstraps(rows, rng):
    found = spectrum(rows)
    drawn = [spectrum(rows[chosen]) for chosen in rng.integers(800, size=(300, 800))]
    for name in ("effective_rank", "participation"):
        spread = np.std([getattr(each, name).value for each in drawn])
        estimate = getattr(found, name)
        assert (estimate.high - estimate.low) / 2 / 1.96 == pytest.approx(spread, rel=0.2)
    spread = np.std([each.shares for each in drawn], axis=0)
    np.testing.assert_allclose((found.high - found.low)[:2] / 2 / 1.96, spread[:2], rtol=0.2)


def test_a_spectrum_needs_items_that_differ():
    assert "at least 10 items" in spectrum(np.eye(9, dtype=np.float32)).reason
    assert isinstance(spectrum(np.ones((20, 3), np.float32)), Unavailable)


def test_an_interval_stays_in_its_range():
    found = influence_estimate(0.1, np.array([5.0, -5.0, 5.0, -5.0]), low=0, high=2)
    assert (found.low, found.high) == (0, 2)
