"""The exact law of random cosines: against vectors, against samples, against the limit."""

import numpy as np
import pytest
from scipy.stats import genpareto, kstest

from analysis.statistics.bootstrap import Unavailable
from analysis.tails.excesses import TailFit, fit_tail
from analysis.tails.of_sphere import exact_tail, limit_shape, random_cosines, threshold
from analysis.tails.sphere_study import DIMENSIONS, SphereTailSpec, shape_by_dimension, sphere_tail
from losses.errors import LabError

FIRST_LOOK = {4: -0.675, 5: -0.52, 8: -0.315, 16: -0.19, 32: -0.14, 64: -0.11}
"""Fits at the 99 % quantile, seen in a quick simulation of about a thousand excesses, two or three digits."""


@pytest.mark.parametrize("dimensions", [3, 4, 16, 64])
def test_cosines_are_those_of_random_vectors(dimensions):
    rng = np.random.default_rng(dimensions)
    pairs = rng.normal(size=(2, 4000, dimensions))
    pairs /= np.linalg.norm(pairs, axis=2, keepdims=True)
    drawn = random_cosines(dimensions, 4000, rng)
    assert kstest((pairs[0] * pairs[1]).sum(axis=1), drawn).pvalue > 0.01
    assert np.abs(drawn).max() <= 1


@pytest.mark.parametrize("dimensions", [4, 32])
def test_a_threshold_leaves_its_share_above(dimensions):
    cosines = random_cosines(dimensions, 200_000, np.random.default_rng(0))
    above = (cosines > threshold(dimensions, 0.99)).mean()
    assert above == pytest.approx(0.01, abs=4 * (0.01 * 0.99 / 200_000) ** 0.5)


def test_three_dimensions_are_uniform():
    """Archimedes: the cosine is uniform on [-1, 1], and so are its excesses."""
    assert threshold(3, 0.99) == pytest.approx(0.98)
    assert exact_tail(3, 0.99, 1000).xi == pytest.approx(-1, abs=0.01)
    assert limit_shape(3) == -1


@pytest.mark.parametrize("dimensions", DIMENSIONS)
def test_the_exact_shape_is_that_of_scipys_fit_to_the_exact_law(dimensions):
    """Excesses drawn from the law above the exact threshold, fitted by scipy: the mean of ten fits of 1,000."""
    from scipy.special import betaincinv

    rng, shape = np.random.default_rng(1), (dimensions - 1) / 2
    cut, shapes = threshold(dimensions, 0.99), []
    for _ in range(10):
        excesses = 1 - 2 * betaincinv(shape, shape, rng.uniform(0, 0.01, size=1000)) - cut
        shapes.append(genpareto.fit(excesses, floc=0)[0])
    error = np.std(shapes, ddof=1) / 10**0.5
    assert exact_tail(dimensions, 0.99, 1000).xi == pytest.approx(np.mean(shapes), abs=4 * error + 0.002)


@pytest.mark.parametrize(("dimensions", "seen"), FIRST_LOOK.items())
def test_the_exact_shape_is_what_a_first_look_saw(dimensions, seen):
    assert exact_tail(dimensions, 0.99, 1000).xi == pytest.approx(seen, abs=0.008)


def test_a_higher_threshold_is_nearer_to_the_limit():
    for dimensions in (5, 16, 64):
        away = [exact_tail(dimensions, q, 2000).xi - limit_shape(dimensions) for q in (0.8, 0.9, 0.99, 0.9999)]
        assert away == sorted(away)
        assert max(away) < 0


def test_the_limit():
    assert limit_shape(4) == pytest.approx(-2 / 3)
    assert limit_shape(65) == pytest.approx(-1 / 32)


@pytest.mark.parametrize("dimensions", [4, 8, 16, 32, 64])
def test_intervals_hold_the_exact_shape(dimensions):
    """At least 90 of 100 draws: below that, an interval that held it 95 % of the time would fall once in 87."""
    exact, held = exact_tail(dimensions, 0.98, 400).xi, 0
    for seed in range(100):
        cosines = random_cosines(dimensions, 20_000, np.random.default_rng([dimensions, seed]))
        fit = fit_tail(cosines, quantile=0.98, resamples=100, seed=seed)
        assert isinstance(fit, TailFit)
        held += fit.xi.low <= exact <= fit.xi.high
    assert held >= 90


def test_the_study_has_its_parts_from_the_same_cosines():
    spec = SphereTailSpec(dimensions=8, cosines=20_000, quantile=0.98)
    found = sphere_tail(spec)
    assert found.fit.xi == fit_tail(spec.draw(), quantile=0.98, seed=0).xi
    assert found.exact == exact_tail(8, 0.98, 400).xi
    assert found.limit == limit_shape(8)
    at = int(np.flatnonzero(np.isclose(found.scan.quantile, 0.98))[0])
    assert found.scan.xi[at] == pytest.approx(found.fit.xi.value, abs=1e-9)
    assert found.exact_scan[at] == pytest.approx(found.exact)


def test_too_few_excesses_are_no_study():
    few = SphereTailSpec(cosines=1000, quantile=0.99)
    assert isinstance(sphere_tail(few), Unavailable)
    assert isinstance(shape_by_dimension(few), Unavailable)


def test_shapes_rise_with_the_dimension():
    found = shape_by_dimension(SphereTailSpec(cosines=20_000, quantile=0.98))
    assert (np.diff(found.exact) > 0).all()
    assert (np.diff(found.limit) > 0).all()
    assert (found.exact < found.limit).all()


@pytest.mark.parametrize("change", [{"dimensions": 2}, {"cosines": 1}, {"quantile": 1.0}, {"seed": -1}])
def test_a_spec_refuses_what_it_cannot_draw(change):
    with pytest.raises(LabError):
        SphereTailSpec(**change)
    with pytest.raises(LabError, match=r"^quantile must lie"):
        threshold(8, 1.0)
