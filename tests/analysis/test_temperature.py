"""Temperature scaling: the truth recovered, the search against a grid, honest halves, its interval by bootstrap."""

import numpy as np
import pytest

from analysis.bootstrap import Unavailable
from analysis.classwise import redrawn_labels
from analysis.probe import softmax
from analysis.temperature import fit_temperature, temperature_scaling


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


def test_items_that_are_all_right_drive_it_to_the_end(rng):
    scores = np.eye(3)[np.arange(60) % 3]
    assert fit_temperature(scores, np.arange(60) % 3).at_end


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
