"""Variances that no temperature changes, against the authors' numbers, exact sums, Jacobians and the world's run."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import binom

from toy_models.noise_floor import LINKS, NoiseFloorSpec, Trace, reference, simulate
from toy_models.noise_floor.presets import PRESETS
from toy_models.noise_floor.theory import winners
from toy_models.noise_floor.variance import (
    ESTIMATES,
    log_odds_estimates,
    measured_variances,
    variance_rates,
)

FREE, WEIBIT, SOFTMAX = range(3)
QUICK = NoiseFloorSpec(scores=(0.1, 0.5, 0.8), exponent=0.7, draws=(50, 400), repetitions=1000)


def test_the_numbers_are_the_authors():
    for rate in variance_rates(PRESETS["any_temperature"].spec):
        assert rate.log_odds_rate == pytest.approx(16 / 3, rel=1e-12)
        assert rate.log_odds == pytest.approx(math.log(3), rel=1e-12)
    assert winners(PRESETS["any_temperature"].spec)[1] == pytest.approx(0.75)
    free, weibit, softmax = variance_rates(PRESETS["unrestricted"].spec)
    assert round(free.rate, 3) == 12.109
    assert round(weibit.log_odds_rate, 6) == 7.136026
    assert round(softmax.limit, 6) == 2.566055
    assert round(softmax.rate, 2) == 23.71
    assert round(softmax.log_odds_rate, 2) == 13.34


def test_the_presets_sentences_have_the_computed_numbers():
    free, weibit, softmax = variance_rates(PRESETS["unrestricted"].spec)
    two = variance_rates(PRESETS["any_temperature"].spec)[FREE]
    said = {
        "any_temperature": (f"{two.log_odds_rate:.3f}",),
        "unrestricted": (f"{free.log_odds_rate:.3f} / n", f"{weibit.log_odds_rate:.3f} / n"),
        "restricted": (f"{softmax.limit:.4f}", f"{softmax.rate:.2f}", f"{softmax.log_odds_rate:.2f}"),
    }
    for name, numbers in said.items():
        assert all(number in PRESETS[name].look_at for number in numbers), name


def random_spec(seed):
    rng = np.random.default_rng(seed)
    scores = tuple(sorted(rng.uniform(-0.5, 0.95, size=rng.integers(2, 8)).tolist()))
    return NoiseFloorSpec(scores=scores, exponent=float(rng.uniform(-1, 1.5)))


@pytest.mark.parametrize("seed", range(6))
def test_rates_are_the_delta_methods_with_numerical_derivatives(seed):
    """Every estimate as a function of the winners' shares, differentiated by moving them."""
    spec = random_spec(seed)
    probs, scores = winners(spec), np.array(spec.scores)
    covariance = np.diag(probs) - np.outer(probs, probs)
    for rate, name in zip(variance_rates(spec), ESTIMATES, strict=True):

        def estimate(shares, name=name):
            if name == "free":
                return math.log(shares[-1] / shares[0])
            x = -np.log1p(-scores) if name == "weibit" else scores
            found = minimize_scalar(
                lambda b: shares.sum() * np.logaddexp.reduce(b * x) - b * shares @ x,
                bounds=(-60, 60), method="bounded", options={"xatol": 1e-12},
            )  # fmt: skip
            return found.x * (x[-1] - x[0])

        step = 1e-3 * probs.min()
        jacobian = [(estimate(probs + step * e) - estimate(probs - step * e)) / (2 * step) for e in np.eye(len(probs))]
        assert rate.log_odds_rate == pytest.approx(np.array(jacobian) @ covariance @ np.array(jacobian), rel=2e-2)
        assert rate.log_odds == pytest.approx(estimate(probs), abs=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_slopes_have_the_worlds_own_rates(seed):
    spec = random_spec(seed)
    for rate, theory in zip(variance_rates(spec)[1:], reference(spec).links, strict=True):
        assert rate.log_odds_rate == pytest.approx(theory.variance_rate, rel=1e-9)
        assert rate.log_odds == pytest.approx(theory.limit, rel=1e-9, abs=1e-12)


def test_two_scores_have_the_binomials_exact_variance():
    spec = PRESETS["any_temperature"].spec
    found = measured_variances(spec)
    for place, n in enumerate(spec.draws):
        wins = np.arange(1, n)
        weights = binom.pmf(wins, n, 0.75)
        odds = np.log(wins / (n - wins))
        mean = weights @ odds / weights.sum()
        exact = n * weights @ (odds - mean) ** 2 / weights.sum()
        for row in range(3):
            assert abs(found.value[row, place] - exact) < 3.5 * found.standard_error[row, place]
    assert exact == pytest.approx(16 / 3, rel=2e-3)


def test_the_estimates_are_those_of_the_worlds_run():
    trace = Trace.of(QUICK, list(simulate(QUICK)))
    found = measured_variances(QUICK)
    count = trace.repetitions[-1] - trace.infinite[-1]
    variance = (trace.squared_error[-1] - trace.bias[-1] ** 2) * count / (count - 1)
    np.testing.assert_allclose(found.value[1:], np.array(QUICK.draws) * variance, rtol=1e-9)
    np.testing.assert_array_equal(found.infinite[1:], trace.infinite[-1])
    assert list(ESTIMATES)[1:] == list(LINKS)


def test_the_free_estimate_is_a_logarithm_of_counts_and_their_spread_the_textbooks():
    tables = np.random.default_rng(QUICK.seed).multinomial(QUICK.draws, winners(QUICK), size=(1000, 2))
    free = log_odds_estimates(QUICK)[FREE]
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(free, np.log(tables[..., 2] / tables[..., 0]).T)
    found = measured_variances(QUICK)
    for place, n in enumerate(QUICK.draws):
        kept = free[place][np.isfinite(free[place])]
        assert found.infinite[FREE, place] == 1000 - len(kept)
        assert found.value[FREE, place] == pytest.approx(n * kept.var(ddof=1))
        fourth = ((kept - kept.mean()) ** 2).std() / len(kept) ** 0.5
        assert found.standard_error[FREE, place] == pytest.approx(n * fourth)


def test_where_nothing_is_finite_there_is_no_number():
    found = measured_variances(NoiseFloorSpec(scores=(0.1, 0.99), exponent=4.0, draws=(10,), repetitions=50))
    assert np.isnan(found.value).all()
    assert (found.infinite == 50).all()


@pytest.mark.parametrize("preset", ["any_temperature", "unrestricted", "restricted"])
def test_the_statements_are_measured_at_the_largest_n(preset):
    spec = PRESETS[preset].spec
    assert PRESETS[preset].show == "variance"
    found = measured_variances(spec)
    for row, rate in enumerate(variance_rates(spec)):
        # Beyond chance, theory leaves out what is of order 1 / n.
        assert abs(found.value[row, -1] - rate.log_odds_rate) < 3.5 * found.standard_error[row, -1] + 20 / 5000
