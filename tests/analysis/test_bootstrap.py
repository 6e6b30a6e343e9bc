"""Intervals against plain resampling loops, closed forms and their promised coverage."""

import numpy as np
import pytest
import scipy.stats

from analysis.statistics.bootstrap import (
    Estimate,
    Unavailable,
    mean_estimate,
    median_difference,
    median_estimate,
    proportion,
)
from losses.errors import LabError


@pytest.mark.parametrize("items", [30, 31])
def test_median_difference_agrees_with_a_resampling_loop(rng, items):
    first = rng.normal(size=items).astype(np.float32)
    second = (first - 0.5 + 0.1 * rng.normal(size=items)).astype(np.float32)
    found = median_difference(first, second, resamples=20_000)
    drawn = [rng.integers(items, size=items) for _ in range(20_000)]
    loop = [np.median(first[d]) - np.median(second[d]) for d in drawn]
    assert found.value == pytest.approx(np.median(first) - np.median(second), abs=1e-7)
    np.testing.assert_allclose([found.low, found.high], np.quantile(loop, [0.025, 0.975]), atol=0.03)


def test_items_are_resampled_together():
    first = np.linspace(-1, 1, 50, dtype=np.float32)
    found = median_difference(first, first - np.float32(0.25))
    np.testing.assert_allclose([found.value, found.low, found.high], 0.25, atol=1e-6)


def test_many_items_are_drawn_in_blocks(rng, monkeypatch):
    monkeypatch.setattr("analysis.statistics.bootstrap._CELLS", 1000)
    values = rng.normal(size=400)
    found = median_difference(values, np.zeros(400), resamples=301)
    assert found.low < found.value < found.high


def test_margin_interval_covers_its_truth_about_as_often_as_it_says():
    hits = 0
    for seed in range(200):
        drawn = np.random.default_rng(seed).normal(loc=0.3, size=(2, 100))
        found = median_difference(drawn[0], drawn[1], resamples=300, seed=seed)
        hits += found.low <= 0 <= found.high
    assert 0.90 <= hits / 200 <= 0.995


def test_proportion_agrees_with_a_resampling_loop(rng):
    hits = rng.random(80) < 0.7
    loop = [hits[rng.integers(80, size=80)].mean() for _ in range(20_000)]
    found = proportion(hits, resamples=20_000)
    assert found.value == hits.mean()
    np.testing.assert_allclose([found.low, found.high], np.quantile(loop, [0.025, 0.975]), atol=0.013)


@pytest.mark.parametrize("right", [True, False])
def test_all_or_none_still_has_a_width(right):
    found = proportion(np.full(100, right))
    # Clopper-Pearson for 0 of n: the upper bound solves (1 - p)^n = 0.025.
    width = found.high - found.low
    assert (1 - width) ** 100 == pytest.approx(0.025)


@pytest.mark.parametrize("items", [0, 1])
def test_too_few_items_give_a_reason_and_no_number(items):
    assert isinstance(proportion(np.ones(items, bool)), Unavailable)
    assert "2 items" in median_difference(np.ones(items), np.ones(items)).reason


def test_an_estimate_is_never_nan():
    with pytest.raises(LabError, match="finite"):
        Estimate(float("nan"), 0.0, 1.0)


def test_means_and_medians_have_the_interval_of_resampled_items():
    rng = np.random.default_rng(5)
    values = rng.exponential(size=301)
    drawn = values[rng.integers(301, size=(4000, 301))]
    for found, of in ((mean_estimate(values), np.mean), (median_estimate(values), np.median)):
        assert found.value == pytest.approx(of(values))
        assert (found.low, found.high) == pytest.approx(np.quantile(of(drawn, axis=1), [0.025, 0.975]), abs=0.02)
    assert isinstance(mean_estimate(values[:1]), Unavailable)
    assert isinstance(median_estimate(values[:1]), Unavailable)


ORACLE = {"method": "percentile", "n_resamples": 9999, "confidence_level": 0.95, "rng": 3}


@pytest.mark.parametrize(("estimate", "of"), [(mean_estimate, np.mean), (median_estimate, np.median)])
def test_intervals_agree_with_scipy(rng, estimate, of):
    values = rng.gamma(2.0, size=151)
    ours, theirs = estimate(values, resamples=10_000), scipy.stats.bootstrap((values,), of, **ORACLE)
    width = ours.high - ours.low
    interval = theirs.confidence_interval
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high), abs=width / 15)


def test_a_paired_difference_agrees_with_scipy(rng):
    first = rng.normal(size=121)
    second = 0.8 * first + 0.3 * rng.normal(size=121) - 0.4

    def difference(a, b, axis):
        return np.median(a, axis=axis) - np.median(b, axis=axis)

    ours = median_difference(first, second, resamples=10_000)
    theirs = scipy.stats.bootstrap((first, second), difference, paired=True, **ORACLE).confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=(ours.high - ours.low) / 15)
