"""Paired tests against enumeration, McNemar's exact test and plain loops; their error rates by simulation."""

import itertools

import numpy as np
import pytest
from scipy.stats import binomtest, t, ttest_1samp

from analysis.statistics import paired
from analysis.statistics.paired import compare_draws, compare_means, resample_counts, resampled_medians, student_p


def test_flipping_signs_is_the_enumeration_of_all_signs(rng):
    differences = rng.normal(0.4, 1, size=10)
    sums = [abs(np.dot(signs, differences)) for signs in itertools.product([1, -1], repeat=10)]
    share = np.mean(np.array(sums) >= abs(differences.sum()) - 1e-12)
    found = compare_means(differences[:, None])[0]
    assert found.p == pytest.approx(max(share, ttest_1samp(differences, 0).pvalue), abs=0.015)


@pytest.mark.parametrize(("won", "lost"), [(5, 0), (9, 1), (20, 8), (6, 6)])
def test_right_or_wrong_is_mcnemars_exact_test(won, lost):
    differences = np.array([1.0] * won + [-1.0] * lost + [0.0] * 200)
    exact = binomtest(won, won + lost).pvalue
    assert compare_means(differences[:, None])[0].p == pytest.approx(exact, abs=4 * (exact / paired.FLIPS) ** 0.5)


def test_the_interval_of_a_mean_is_the_loops(rng):
    differences = rng.normal(0.2, 1, size=80)
    found = compare_means(differences[:, None])[0]
    loop = [rng.choice(differences, 80).mean() for _ in range(20_000)]
    assert found.difference.value == pytest.approx(differences.mean())
    np.testing.assert_allclose(
        [found.difference.low, found.difference.high], np.quantile(loop, [0.025, 0.975]), atol=0.03
    )


def test_columns_do_not_touch_each_other_and_nan_takes_no_part(rng):
    differences = rng.normal(size=(60, 2))
    whole = compare_means(differences)
    differences[40:, 1] = np.nan
    part = compare_means(differences)
    assert part[0] == whole[0]
    assert part[1].items == 40
    assert part[1].difference.value == pytest.approx(differences[:40, 1].mean())


def test_models_that_never_differ_still_have_a_width():
    found = compare_means(np.zeros((100, 1)))[0]
    assert found.p == 1
    # Clopper-Pearson for 0 of n: the upper bound solves (1 - p)^n = 0.025.
    assert (1 - found.difference.high) ** 100 == pytest.approx(0.025)
    assert found.difference.low == -found.difference.high


@pytest.mark.parametrize("items", [7, 8])
def test_a_median_of_counted_values_is_that_of_repeated_ones(rng, items):
    values = rng.integers(0, 5, items).astype(np.float32)  # ties
    counts = np.concatenate(list(resample_counts(items, resamples=50)))
    assert (counts.sum(axis=1) == items).all()
    loop = [np.median(np.repeat(values, row)) for row in counts]
    np.testing.assert_array_equal(resampled_medians(values, counts), loop)


def test_resamples_are_multinomial():
    counts = np.concatenate(list(resample_counts(50, resamples=4000)))
    assert counts.shape == (4000, 50)
    np.testing.assert_allclose(counts.var(axis=0).mean(), 1 - 1 / 50, rtol=0.02)
    np.testing.assert_allclose(np.corrcoef(counts[:, 0], counts[:, 1])[0, 1], -1 / 49, atol=0.04)


def test_a_value_is_held_against_the_spread_of_its_resamples(rng):
    draws = rng.normal(1.0, 0.4, size=5000)
    found = compare_draws(1.0, draws, 1000)
    assert found.p == pytest.approx(2 * t.sf(1 / draws.std(ddof=1), 1000**0.5))
    assert (found.difference.low, found.difference.high) == tuple(np.quantile(draws, [0.025, 0.975]))
    centred = compare_draws(1.0, draws + 9, 1000, centred=True).difference
    assert (centred.low + centred.high) / 2 == pytest.approx(1.0)
    assert student_p(0.0, 0.0, 9) == 1
    assert compare_draws(1.0, np.ones(10), 5).p == 2**-4  # five items cannot say more


@pytest.mark.parametrize("spread", [1.0, 3.0])
def test_equal_medians_are_told_apart_in_five_of_a_hundred(rng, spread):
    p_values = []
    for seed in range(400):
        first, second = (rng.normal(size=80) for _ in range(2))
        shared, sides = rng.normal(size=80), []
        for counts in resample_counts(80, resamples=300, seed=seed):
            sides = [resampled_medians(side, counts) for side in (shared + first, spread * (shared + second))]
        value = np.median(spread * (shared + second)) - np.median(shared + first)
        p_values.append(compare_draws(value, sides[1] - sides[0], 80).p)
    assert np.mean(np.array(p_values) <= 0.05) <= 0.05 + 2 * (0.05 * 0.95 / 400) ** 0.5


def test_equal_means_of_skewed_differences_are_told_apart_less_often_than_by_flips_alone(rng, monkeypatch):
    # Of 100 items about five are far off to one side; where none or one is, no sign pattern looks like the data.
    monkeypatch.setattr(paired, "FLIPS", 999)
    differences = np.where(rng.random((100, 400)) < 0.05, 19.0, -1.0) + 0.01 * rng.normal(size=(100, 400))
    rejected = np.mean([found.p <= 0.01 for found in compare_means(differences)])
    assert rejected <= 0.06  # by flips alone 0.12
