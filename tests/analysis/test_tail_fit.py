"""Generalised Pareto fits, against scipy's, against the definition, and under what must not matter."""

import numpy as np
import pytest
from scipy.stats import genpareto

from analysis.tails.fit import fit_excesses
from losses.errors import LabError

SHAPES = (-0.9, -0.67, -0.3, -0.05, 0.0, 0.2, 0.8, 1.5)


def draw(xi, count=800, scale=0.2, seed=0):
    return genpareto.rvs(xi, scale=scale, size=count, random_state=np.random.default_rng(seed))


@pytest.mark.parametrize("xi", SHAPES)
def test_it_finds_scipys_maximum(xi):
    x = draw(xi)
    fit = fit_excesses(x)
    theirs_xi, _, theirs_sigma = genpareto.fit(x, floc=0)
    theirs = genpareto.logpdf(x, theirs_xi, 0, theirs_sigma).mean()
    ours = genpareto.logpdf(x, fit.xi[0], 0, fit.sigma[0]).mean()
    assert fit.log_likelihood[0] == pytest.approx(ours, abs=1e-9)
    assert ours >= theirs - 1e-9
    if xi > -0.8:  # beyond, scipy's search halts at a lower likelihood
        assert fit.xi[0] == pytest.approx(theirs_xi, abs=2e-4)
        assert fit.sigma[0] == pytest.approx(theirs_sigma, rel=2e-3)


@pytest.mark.parametrize("xi", [-0.67, -0.2, 0.4])
def test_nothing_near_is_more_likely(xi):
    x = draw(xi, count=300)
    fit = fit_excesses(x)
    steps = np.array([-1e-3, 0, 1e-3])
    around = [genpareto.logpdf(x, fit.xi[0] + a, 0, fit.sigma[0] + b).mean() for a in steps for b in steps / 10]
    assert max(around) == pytest.approx(fit.log_likelihood[0], abs=1e-12)


def test_it_finds_the_truth_of_a_large_sample():
    fit = fit_excesses(draw(-0.3, count=200_000))
    assert fit.xi[0] == pytest.approx(-0.3, abs=4 * 0.7 / 200_000**0.5)  # standard error (1 + xi) / sqrt(n)
    assert fit.sigma[0] == pytest.approx(0.2, rel=0.02)


def test_weights_count_repetitions():
    x = draw(-0.4, count=120)
    weights = np.random.default_rng(1).multinomial(120, np.full(120, 1 / 120), size=25)
    together = fit_excesses(x, weights)
    for row, count in enumerate(weights):
        alone = fit_excesses(np.repeat(x, count))
        assert together.xi[row] == pytest.approx(alone.xi[0], abs=1e-7)
        assert together.sigma[row] == pytest.approx(alone.sigma[0], rel=1e-6)


def test_rows_of_their_own_excesses_are_fitted_apart():
    rows = np.stack([draw(xi, count=150, seed=seed) for seed, xi in enumerate((-0.8, -0.2, 0.3, 1.0))])
    together = fit_excesses(rows)
    np.testing.assert_allclose(together.xi, [fit_excesses(row).xi[0] for row in rows], atol=1e-7)


def test_more_rows_than_a_chunk_holds_change_nothing(monkeypatch):
    x = draw(-0.2, count=60)
    weights = np.random.default_rng(1).multinomial(60, np.full(60, 1 / 60), size=10)
    whole = fit_excesses(x, weights)
    monkeypatch.setattr("analysis.tails.fit._CELLS", 130)
    np.testing.assert_allclose(fit_excesses(x, weights).xi, whole.xi, atol=1e-9)


def test_the_unit_does_not_matter():
    x = draw(-0.5, count=200)
    one, other = fit_excesses(x), fit_excesses(1e4 * x)
    assert other.xi[0] == pytest.approx(one.xi[0], abs=1e-8)
    assert other.sigma[0] == pytest.approx(1e4 * one.sigma[0], rel=1e-7)


def test_a_tail_that_ends_abruptly_is_flagged():
    """Excesses that crowd at their end have no maximum above xi = -1: the uniform law stands for the boundary."""
    x = 1 - genpareto.rvs(0.0, scale=0.05, size=300, random_state=np.random.default_rng(0)).clip(0, 0.9)
    fit = fit_excesses(x)
    assert fit.at_boundary[0]
    assert fit.xi[0] == -1
    assert fit.sigma[0] == x.max()
    assert fit.log_likelihood[0] == pytest.approx(-np.log(x.max()))
    assert not fit_excesses(draw(-0.3)).at_boundary[0]


def test_newton_that_leaves_its_way_is_caught(monkeypatch):
    x = draw(-0.3, count=200)
    honest = fit_excesses(x)
    monkeypatch.setattr("analysis.tails.fit._NEWTON_STEPS", 1)
    assert fit_excesses(x).xi[0] == pytest.approx(honest.xi[0], abs=1e-6)


def brute_force(x):
    """xi and mean log-likelihood of the best of 6,000 slopes, up to where 1 / a is far below the least excess."""
    ends = np.logspace(-9, -1e-4, 1000), np.logspace(-6, np.log10(x.max() / x.min()) + 2, 5000)
    a = np.concatenate([-(1 - ends[0]), ends[1]]) / x.max()
    xi = np.array([np.log1p(each * x).mean() for each in a])
    with np.errstate(invalid="ignore"):
        value = np.where(xi > -1, -np.log(xi / a) - xi - 1, -np.inf)
    return xi[np.nanargmax(value)], np.nanmax(value)


@pytest.mark.parametrize("xi", [0.2, 1.0, 2.0, 3.0, 6.0])
def test_no_tail_is_too_heavy(xi):
    """The maximum over xi / sigma lies beyond any fixed end for some shape: at 2 and more beyond 1000 / max x."""
    samples = np.stack([draw(xi, count=400, seed=seed) for seed in range(12)])
    found = fit_excesses(samples)
    for place, x in enumerate(samples):
        shape, value = brute_force(x)
        assert found.log_likelihood[place] > value - 1e-6
        assert found.xi[place] == pytest.approx(shape, abs=0.01)
        assert fit_excesses(x).log_likelihood[0] == pytest.approx(found.log_likelihood[place], abs=1e-9)


def test_rows_of_very_different_weight_are_each_at_their_own_maximum():
    """The search starts from the first row: what comes after need not be like it."""
    rows = np.stack([draw(xi, count=200, seed=seed) for seed, xi in enumerate((-0.8, 4.0, 0.1, 2.0, -0.3, 8.0))])
    found = fit_excesses(rows)
    assert (found.log_likelihood > [brute_force(row)[1] - 1e-6 for row in rows]).all()


def test_an_excess_of_0_has_no_maximum_and_is_refused():
    with pytest.raises(LabError, match="above 0"):
        fit_excesses(np.append(draw(0.2), 0.0))
    x = np.append(draw(0.2), 0.0)
    assert fit_excesses(x, (x > 0)[None] * 1.0).xi[0] == pytest.approx(fit_excesses(x[:-1]).xi[0], abs=1e-9)
