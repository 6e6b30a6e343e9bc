"""Temperature scaling: the truth recovered, the search against a grid, honest halves, its interval by bootstrap."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from analysis.accuracy.probe import softmax
from analysis.calibration.of_classes import redrawn_labels
from analysis.calibration.temperature import fit_temperature, temperature_scaling
from analysis.statistics.bootstrap import Unavailable


def drawn_labels(scores, seed=0):
    return redrawn_labels(softmax(scores, 1.0), resamples=1, seed=seed)[0]


@pytest.fixture
def scores(rng):
    return rng.normal(scale=2, size=(3000, 5))


@pytest.mark.parametrize("truth", [0.4, 1.0, 2.5])
def test_a_known_temperature_is_recovered(scores, truth):
    found = fit_temperature(scores * truth, drawn_labels(scores))
    assert found.low < truth < found.high
    assert found.value == pytest.approx(truth, rel=0.1)
    assert not found.at_end


def test_no_other_temperature_of_a_grid_is_better(scores):
    labels = drawn_labels(scores)
    found = fit_temperature(scores * 1.7, labels)

    def nll(t):
        return -np.log(softmax(scores * 1.7, t)[np.arange(3000), labels]).mean()

    best = min(nll(np.exp(t)) for t in np.linspace(-4, 4, 401))
    assert nll(found.value) <= best + 1e-12


def test_the_interval_is_the_bootstraps(rng):
    scores = rng.normal(size=(400, 3)) * 2
    labels = drawn_labels(scores)
    found = fit_temperature(scores, labels)
    drawn = [fit_temperature(scores[chosen], labels[chosen]).value for chosen in rng.integers(400, size=(150, 400))]
    assert np.log([found.low, found.high]) == pytest.approx(np.log(np.quantile(drawn, [0.025, 0.975])), abs=0.06)


def test_it_is_judged_on_the_half_it_has_not_seen(scores):
    labels = drawn_labels(scores)
    found = temperature_scaling(scores * 3, labels, seed=4)
    order = np.random.default_rng(4).permutation(3000)
    assert found.fitted == fit_temperature(scores[order[:1500]] * 3, labels[order[:1500]])
    held = labels[order[1500:]]
    before = -np.log(softmax(scores[order[1500:]] * 3, 1.0)[np.arange(1500), held])
    after = -np.log(softmax(scores[order[1500:]] * 3, found.fitted.value)[np.arange(1500), held])
    assert found.before.nll == pytest.approx(before.mean())
    assert found.nll_change.value == pytest.approx((after - before).mean())
    assert found.nll_change.high < 0
    assert found.before.bins.ece > found.before.null.ece[1]
    assert found.after.bins.ece < found.after.null.ece[1] * 1.5


@pytest.mark.parametrize("factor", [1e-30, 1e-3, 0.005, 1e3, 1e30])
def test_it_scales_with_the_logits(scores, factor):
    labels = drawn_labels(scores)
    found, scaled = (fit_temperature(each, labels) for each in (scores, scores * factor))
    for name in ("value", "low", "high"):
        assert getattr(scaled, name) == pytest.approx(factor * getattr(found, name), rel=1e-9)
    assert not scaled.at_end


def test_the_least_is_found_far_from_the_scores_own_scale(rng):
    """One item in a hundred is on a scale of 1e6 and right, the others say that T is about 1."""
    scores = rng.normal(size=(3000, 3))
    labels = drawn_labels(scores)
    wide = scores.copy()
    wide[::100, 0] += 1e6
    labels[::100] = 0
    found = fit_temperature(wide, labels)

    def nll(t):
        return log_softmax(wide / t, axis=1)[np.arange(3000), labels].mean()

    best = minimize_scalar(lambda log_t: -nll(np.exp(log_t)), bracket=(-1, 1))
    assert found.value == pytest.approx(np.exp(best.x), rel=1e-4)
    assert 0.5 < found.value < 2


@pytest.mark.parametrize("right", [501, 600, 999])
def test_two_classes_have_a_closed_form(right):
    """1,000 equal items, of which `right` are of the higher class: its probability is their share, up to T = 250."""
    scores, labels = np.tile([1.0, 0.0], (1000, 1)), (np.arange(1000) >= right).astype(int)
    found = fit_temperature(scores, labels)
    assert found.value == pytest.approx(1 / np.log(right / (1000 - right)), rel=1e-9)
    assert not found.at_end


@pytest.mark.parametrize(
    ("scores", "limit"),
    [
        (3.0 * np.eye(3)[np.arange(60) % 3], "zero"),
        (1e-20 * np.eye(3)[np.arange(60) % 3], "zero"),
        (3.0 * np.eye(3)[(np.arange(60) + 1) % 3], "infinity"),
        (np.tile([0.0, 1.0, 2.0], (60, 1)), "infinity"),
        (np.full((60, 3), 7.0), "any"),
    ],
)
def test_where_no_temperature_is_the_best_that_is_said(scores, limit):
    found = fit_temperature(scores, np.arange(60) % 3)
    assert found.limit == limit
    assert found.at_end
    assert 0 < found.value < np.inf
    assert found.low <= found.value <= found.high
    if limit == "any":
        assert "equal for every item" in temperature_scaling(scores, np.arange(60) % 3).reason


def test_changes_are_exact_where_probabilities_are_0_in_floating_point(rng):
    labels = rng.integers(0, 3, 400)
    scores = 1e5 * rng.normal(size=(400, 3)) + 1e5 * np.eye(3)[labels]
    found = temperature_scaling(scores, labels, seed=4)
    held = np.random.default_rng(4).permutation(400)[200:]
    exact = [-log_softmax(scores[held] / t, axis=1)[np.arange(200), labels[held]] for t in (1.0, found.fitted.value)]
    assert found.before.nll == pytest.approx(exact[0].mean(), rel=1e-12)
    assert found.nll_change.value == pytest.approx((exact[1] - exact[0]).mean(), rel=1e-12)


def test_absent_classes_do_not_matter(scores):
    labels = drawn_labels(scores)
    wider = np.hstack([scores, np.full((3000, 2), -np.inf)])
    assert fit_temperature(wider, labels) == fit_temperature(scores, labels)


def test_what_cannot_be_scaled_is_said(rng):
    assert "at least 40" in temperature_scaling(rng.normal(size=(39, 2)), np.zeros(39, int)).reason
    impossible = np.zeros((50, 2))
    impossible[7, 1] = -np.inf
    found = temperature_scaling(impossible, np.ones(50, int))
    assert found == Unavailable("no temperature gives 1 labels a probability above 0")
