"""Theory of the noise floor, against the authors' numbers, a general-purpose optimiser and brute force."""

import csv
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from toy_models.noise_floor import LINKS, NoiseFloorSpec, fit_slopes, reference
from toy_models.noise_floor.maximum_likelihood import coordinate
from toy_models.noise_floor.theory import winners

WEIBIT, SOFTMAX = 0, 1


@pytest.fixture(scope="module")
def golden():
    """The authors' simulation: one row for each n."""
    with (Path(__file__).parent / "noise_floor.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def random_spec(rng):
    scores = tuple(sorted(rng.uniform(-0.5, 0.95, size=rng.integers(3, 8)).tolist()))
    return NoiseFloorSpec(scores=scores, exponent=float(rng.uniform(-1, 1.5)))


def likelihood_maximum(x, counts):
    """The slope by scipy's bounded search on the plain log-likelihood."""

    def loss(b):
        return counts.sum() * np.logaddexp.reduce(b * x) - b * counts @ x

    return minimize_scalar(loss, bounds=(-200, 200), method="bounded", options={"xatol": 1e-10}).x


def test_theory_gives_the_authors_numbers(golden):
    answer = reference(NoiseFloorSpec())
    weibit, softmax = answer.links
    for row in golden:
        assert answer.log_odds == pytest.approx(row["true_log_odds"], rel=1e-13)
        assert softmax.limit == pytest.approx(row["softmax_pseudo_log_odds"], rel=1e-12)
        assert softmax.floor == pytest.approx(row["softmax_bias_floor"], rel=1e-11)
        assert weibit.variance_rate == pytest.approx(row["weibit_fisher_floor_log_odds"], rel=1e-12)
        assert weibit.squared_error(np.array([row["n"]]))[0] == pytest.approx(row["weibit_theory_c_over_n"], rel=1e-12)
        # Theirs is the sandwich variance of the slope; ours is that of the log-odds.
        assert softmax.variance_rate / 0.75**2 == pytest.approx(row["softmax_godambe_floor"], rel=1e-10)


def test_theory_gives_the_numbers_by_hand():
    assert reference(NoiseFloorSpec()).log_odds == pytest.approx(0.8 * math.log(0.85 / 0.10), rel=1e-14)
    assert round(reference(NoiseFloorSpec()).links[SOFTMAX].floor, 6) == 0.045151


@pytest.mark.parametrize("seed", range(8))
def test_limits_maximise_the_expected_likelihood(seed):
    spec = random_spec(np.random.default_rng(seed))
    answer, scores = reference(spec), np.array(spec.scores)
    for link, theory in zip(LINKS, answer.links, strict=True):
        x = coordinate(link, scores)
        slope = likelihood_maximum(x, answer.probs)
        assert theory.limit == pytest.approx(slope * (x[-1] - x[0]), abs=1e-5)
    assert answer.links[WEIBIT].floor == pytest.approx(0, abs=1e-20)


def test_rates_are_those_of_all_tables_weighed():
    """Every table of 300 winners among three scores, with its exact probability: no delta method, no sampling."""
    spec = NoiseFloorSpec(scores=(0.2, 0.5, 0.8), exponent=0.4, draws=(300,))
    answer, n = reference(spec), 300
    tables = np.array([(i, j, n - i - j) for i, j in itertools.product(range(n + 1), repeat=2) if i + j <= n])
    logs = [math.lgamma(n + 1) - sum(math.lgamma(c + 1) for c in table) for table in tables.tolist()]
    weights = np.exp(np.array(logs) + tables @ np.log(answer.probs))
    for link, theory in zip(LINKS, answer.links, strict=True):
        x = coordinate(link, np.array(spec.scores))
        estimates = fit_slopes(x, tables) * (x[-1] - x[0])
        kept = np.isfinite(estimates)
        mean = weights[kept] @ estimates[kept]
        error = weights[kept] @ (estimates[kept] - answer.log_odds) ** 2
        assert weights[~kept].sum() == pytest.approx(answer.boundary[0], abs=1e-12)
        # What theory leaves out is of order 1 / n^2: a hundredth of what it has.
        assert (mean - theory.limit) * n == pytest.approx(theory.bias_rate, rel=0.05, abs=0.02)
        assert (error - theory.floor) * n == pytest.approx(theory.error_rate, rel=0.04)


def test_two_scores_leave_nothing_to_get_wrong():
    weibit, softmax = reference(NoiseFloorSpec(scores=(0.2, 0.9))).links
    assert softmax.floor == pytest.approx(0, abs=1e-25)
    assert softmax.variance_rate == pytest.approx(weibit.variance_rate, rel=1e-12)


def test_winners_follow_the_endpoint_law():
    probs = winners(NoiseFloorSpec(scores=(0.0, 0.5), exponent=2.0))
    np.testing.assert_allclose(probs, [0.2, 0.8], rtol=1e-14)


# Maximum likelihood


@pytest.mark.parametrize("seed", range(6))
def test_slopes_maximise_the_likelihood(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rng.integers(2, 9))
    tables = rng.multinomial(40, rng.dirichlet(np.ones(len(x))), size=30)
    for slope, table in zip(fit_slopes(x, tables), tables, strict=True):
        if np.isfinite(slope):
            assert slope == pytest.approx(likelihood_maximum(x, table), abs=1e-5)


def test_one_winner_among_many_far_scores_is_found_too():
    x = np.array([0.0, 1 - 1e-7, 1.0])
    slope = fit_slopes(x, np.array([0, 1, 999]))
    weights = np.exp(slope * (x - 1))
    assert weights @ x / weights.sum() == pytest.approx((999 + x[1]) / 1000, rel=1e-13)


def test_a_score_that_always_wins_has_an_infinite_slope():
    x = np.array([0.1, 0.5, 0.5, 0.9, 0.9])
    tables = np.array([[0, 0, 0, 3, 4], [7, 0, 0, 0, 0], [0, 7, 0, 0, 0], [0, 0, 0, 6, 1]])
    slopes = fit_slopes(x, tables)
    assert slopes[[0, 3]].tolist() == [np.inf, np.inf]
    assert slopes[1] == -np.inf
    assert np.isfinite(slopes[2])


def test_the_slope_scales_with_the_coordinate():
    tables = np.random.default_rng(0).multinomial(50, [0.2, 0.3, 0.5], size=10)
    x = np.array([0.1, 0.4, 0.9])
    np.testing.assert_allclose(fit_slopes(3 * x + 7, tables), fit_slopes(x, tables) / 3, rtol=1e-9)
