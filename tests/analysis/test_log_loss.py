"""-log p(label) held against mpmath: where the probability is 0 in floating point, and where the loss nearly is."""

import mpmath
import numpy as np
import pytest

from analysis.accuracy.probe import softmax
from analysis.calibration.log_loss import log_loss
from analysis.calibration.scores import proper_scores
from analysis.calibration.top_label import calibration


@pytest.mark.parametrize("scale", [1e-12, 1.0, 50.0, 1e4, 1e30])
@pytest.mark.parametrize("temperature", [0.01, 1.0, 30.0])
def test_it_is_mpmaths_at_any_scale(rng, scale, temperature):
    scores, labels = scale * rng.normal(size=(30, 4)), rng.integers(0, 4, 30)
    with mpmath.workdps(60):
        for row, label, found in zip(scores, labels, log_loss(scores, labels, temperature), strict=True):
            exact = [mpmath.mpf(float(score)) / mpmath.mpf(temperature) for score in row]
            most = max(exact)
            total = most + mpmath.log(mpmath.fsum(mpmath.exp(score - most) for score in exact))
            truth = total - exact[label]
            # The gap of two scores has their rounding in it.
            assert abs(found - truth) <= 1e-12 * truth + 1e-15 * scale / temperature


def test_a_loss_far_below_one_keeps_its_digits():
    assert log_loss(np.array([[60.0, 0.0, 0.0]]), np.array([0]))[0] == pytest.approx(2 * np.exp(-60), rel=1e-12)


def test_impossible_classes_and_labels():
    scores = np.array([[0.0, -np.inf, 1.0], [0.0, -np.inf, 1.0]])
    found = log_loss(scores, np.array([0, 1]))
    assert found[0] == pytest.approx(np.log1p(np.e))
    assert found[1] == np.inf


def test_the_nll_of_a_model_far_too_sure_is_a_number(rng):
    labels, scores = rng.integers(0, 3, 400), 900 * rng.normal(size=(400, 3))
    probabilities, losses = softmax(scores, 1.0), log_loss(scores, labels)
    assert (probabilities[np.arange(400), labels] == 0).any()
    assert calibration(probabilities, labels).nll == np.inf
    found = calibration(probabilities, labels, losses=losses)
    assert found.nll == pytest.approx(losses.mean(), rel=1e-12)
    assert found.impossible == 0
    assert proper_scores(probabilities, labels, losses).nll.value == pytest.approx(losses.mean(), rel=1e-12)
