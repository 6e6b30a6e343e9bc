"""Tails of any cosines: pooled, by anchor, by threshold, and what is said where there is nothing to fit."""

import numpy as np
import pytest
from scipy.stats import expon, genpareto

from analysis.statistics.bootstrap import Unavailable
from analysis.tails.excesses import fit_anchors, fit_tail, quantiles, shape_by_threshold
from analysis.tails.fit import fit_excesses
from analysis.tails.pairs import negative_cosines
from losses.errors import LabError


@pytest.fixture(scope="module")
def cosines():
    """(60, 800) cosines of anchors whose negatives hang together: each anchor has a level of its own."""
    rng = np.random.default_rng(0)
    level = rng.normal(scale=0.1, size=(60, 1))
    return np.tanh(level + rng.normal(scale=0.2, size=(60, 800)))


def test_the_fit_is_that_of_the_excesses(cosines):
    fit = fit_tail(cosines, quantile=0.95)
    flat = np.sort(cosines.ravel())
    cut = np.quantile(flat, 0.95)
    excesses = flat[flat > cut] - cut
    np.testing.assert_array_equal(fit.excesses, excesses)
    expected = fit_excesses(excesses)
    assert (fit.xi.value, fit.sigma) == pytest.approx((expected.xi[0], expected.sigma[0]))
    assert fit.threshold == cut
    assert fit.cosines == cosines.size
    assert fit.endpoint == pytest.approx(cut - fit.sigma / fit.xi.value)


def test_the_exponential_law_is_fitted_on_its_own(cosines):
    fit = fit_tail(cosines, quantile=0.95)
    assert fit.exponential == pytest.approx(expon.fit(fit.excesses, floc=0)[1])
    exponential = 2 - 2 * expon.logpdf(fit.excesses, scale=fit.exponential).sum()
    pareto = 4 - 2 * genpareto.logpdf(fit.excesses, fit.xi.value, scale=fit.sigma).sum()
    assert fit.delta_aic == pytest.approx(exponential - pareto, rel=1e-6)


def test_anchors_are_resampled_whole(cosines):
    """Nine copies of each pair tell nothing new; taken as independent, they make the interval three times narrower."""
    copied = np.repeat(cosines[:, :200], 9, axis=1)
    by_anchor, by_pair = fit_tail(copied, quantile=0.95), fit_tail(copied.ravel(), quantile=0.95)
    assert (by_anchor.resampled, by_pair.resampled) == ("anchors", "excesses")
    assert by_anchor.xi.value == by_pair.xi.value
    assert by_anchor.xi.high - by_anchor.xi.low > 2 * (by_pair.xi.high - by_pair.xi.low)


def test_the_interval_is_the_bootstraps():
    """By hand: every resample drawn and fitted alone."""
    values = np.random.default_rng(3).uniform(-1, 1, size=3000) ** 3
    fit = fit_tail(values, quantile=0.9, resamples=40, seed=5)
    n = len(fit.excesses)
    cut = np.quantile(values, 0.9)
    excesses = values[values > cut] - cut
    draws = np.random.default_rng(5).multinomial(n, np.full(n, 1 / n), size=40)
    shapes = np.array([fit_excesses(np.repeat(excesses, draw)).xi[0] for draw in draws])
    centre, reach = 2 * fit.xi.value - shapes.mean(), 1.959964 * shapes.std(ddof=1)
    assert (fit.xi.low, fit.xi.high) == pytest.approx((centre - reach, centre + reach), abs=1e-6)


def test_missing_pairs_are_left_out(cosines):
    holes = cosines.copy()
    holes[np.random.default_rng(1).random(cosines.shape) < 0.3] = np.nan
    fit = fit_tail(holes, quantile=0.95)
    kept = holes[~np.isnan(holes)]
    assert fit.cosines == len(kept)
    assert fit.xi.value == fit_tail(kept, quantile=0.95).xi.value


def test_too_little_is_said_and_not_fitted(cosines):
    few = fit_tail(cosines.ravel()[:200], quantile=0.9)
    assert isinstance(few, Unavailable)
    assert few.reason == "a tail needs at least 50 excesses, here 20"
    of_few_anchors = fit_tail(cosines[:9], quantile=0.9)
    assert isinstance(of_few_anchors, Unavailable)
    assert "anchors" in of_few_anchors.reason
    assert isinstance(fit_tail(np.full((3, 4), np.nan)), Unavailable)
    assert isinstance(fit_tail(np.zeros(1000)), Unavailable)  # all equal: nothing is above


@pytest.mark.parametrize(
    ("values", "name"),
    [(np.zeros((2, 2, 2)), "cosines"), (np.array([0.1, 1.5]), "cosines"), (np.array([0.1, np.inf]), "cosines")],
)
def test_what_is_no_cosine_is_refused(values, name):
    with pytest.raises(LabError) as caught:
        fit_tail(values)
    assert caught.value.name == name
    with pytest.raises(LabError, match=r"^quantile must lie"):
        fit_tail(np.zeros(10), quantile=1.0)


def test_a_scan_is_a_fit_at_each_threshold(cosines):
    scan = shape_by_threshold(cosines, np.array([0.8, 0.95, 0.9999]), resamples=50)
    assert scan.quantile.tolist() == [0.8, 0.95]  # five excesses are no tail
    fit = fit_tail(cosines, quantile=0.95, resamples=50)
    assert (scan.xi[1], scan.low[1], scan.high[1]) == (fit.xi.value, fit.xi.low, fit.xi.high)
    assert scan.excesses[1] == len(fit.excesses)


def test_each_anchor_is_fitted_as_if_alone(cosines):
    holes = cosines.copy()
    holes[0, 100:] = np.nan  # 10 excesses are too few
    holes[1, :200] = np.nan
    tails = fit_anchors(holes, quantile=0.9)
    assert tails.left_out == 1
    assert tails.anchors.tolist() == list(range(1, 60))
    for place in (0, 1, 30):
        row = np.sort(holes[tails.anchors[place]])
        row = row[~np.isnan(row)]
        count = round(0.1 * len(row))
        cut = row[-count - 1]
        assert tails.threshold[place] == cut
        alone = fit_excesses(row[-count:] - cut)
        assert tails.xi[place] == pytest.approx(alone.xi[0], abs=1e-6)
        assert tails.sigma[place] == pytest.approx(alone.sigma[0], rel=1e-5)


def test_a_cosine_at_the_threshold_does_not_exceed_it(cosines):
    """Copies among an anchor's partners: what equals the threshold is no excess, and may leave too few."""
    tied = np.sort(cosines, axis=1)
    tied[0, -60:-20] = tied[0, -61]
    tied[1, -55:-45] = tied[1, -61 + 5]
    tails = fit_anchors(tied, quantile=1 - 60.5 / tied.shape[1])
    assert tails.left_out == 1
    assert 0 not in tails.anchors
    assert np.isfinite(tails.xi).all()


def test_no_anchor_with_enough_is_no_fit(cosines):
    tails = fit_anchors(cosines[:, :100], quantile=0.9)
    assert tails.left_out == 60
    assert len(tails.xi) == 0


def test_quantiles_of_a_law_lie_in_their_band():
    """Cosines below 0.9 by a generalised Pareto law: 95 of 100 marks in the band, and the largest one is a mark."""
    drawn = genpareto.rvs(-0.4, scale=0.1, size=20_000, random_state=np.random.default_rng(2))
    fit = fit_tail(drawn, quantile=0.9)
    found = quantiles(fit)
    assert found.observed[-1] == fit.excesses[-1]
    assert (np.diff(found.model) > 0).all()
    assert len(found.model) <= 200
    inside = (found.low <= found.observed) & (found.observed <= found.high)
    assert inside.mean() > 0.9
    n = len(fit.excesses)
    expected = genpareto.ppf(1 - 0.5 / n, fit.xi.value, scale=fit.sigma)
    assert found.model[-1] == pytest.approx(expected, rel=1e-9)


def test_negatives_are_other_classes_or_all():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(40, 5)).astype(np.float32)
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    labels = np.arange(40) % 4
    others = negative_cosines(z, labels, anchors=40)
    assert others.shape == (40, 40)
    for i in range(40):
        for j in range(40):
            missing = labels[i] == labels[j]
            assert np.isnan(others[i, j]) == missing
            assert missing or others[i, j] == pytest.approx(z[i] @ z[j], abs=1e-6)
    everyone = negative_cosines(z, labels, pairs="all", anchors=40)
    assert np.isnan(everyone).sum() == 40
    assert np.isnan(np.diag(everyone)).all()
    assert len(negative_cosines(z, labels, anchors=7)) == 7
    some = negative_cosines(z, labels, pairs="all", anchors=40, partners=25)
    assert some.shape == (40, 25)
    assert np.isnan(some).sum() == 25  # each partner meets itself once
    assert set(np.round(some[np.isfinite(some)], 4)) <= set(np.round(everyone[np.isfinite(everyone)], 4))
    with pytest.raises(LabError, match=r"^pairs must be one of"):
        negative_cosines(z, labels, pairs="some")
