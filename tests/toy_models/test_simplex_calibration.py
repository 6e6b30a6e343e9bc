"""Exact reliability: what is calibrated, what is not, and which way it leans."""

import numpy as np
import pytest

from toy_models.simplex import SimplexSpec, by_ranking, by_softmax, reference, reliability, true_probs

SMOOTHED = SimplexSpec(labels="smoothing", epsilon=0.3)


def test_the_truth_is_calibrated_and_its_mass_is_all_items():
    found = reliability(SMOOTHED, true_probs(SMOOTHED))
    assert found.error == pytest.approx(0, abs=1e-12)
    assert found.mass.sum() == pytest.approx(1)


def test_bins_by_a_loop():
    probs, truth = true_probs(SMOOTHED) ** 2, true_probs(SMOOTHED)
    probs /= probs.sum(axis=1, keepdims=True)
    weights = reference(SMOOTHED).weights
    sums = {}
    for p, q, weight in zip(probs, truth, weights, strict=True):
        place = sum(p.max() > edge for edge in np.arange(1, 15) / 15)
        mass, confidence, accuracy = sums.get(place, (0, 0, 0))
        sums[place] = mass + weight, confidence + weight * p.max(), accuracy + weight * q[p.argmax()]
    found = reliability(SMOOTHED, probs)
    for place, (mass, confidence, accuracy) in sums.items():
        assert found.mass[place] == pytest.approx(mass)
        assert found.confidence[place] == pytest.approx(confidence / mass)
        assert found.accuracy[place] == pytest.approx(accuracy / mass)
    assert found.excess_confidence > 0


def test_smoothing_leans_as_the_closed_forms_say():
    """Cross-entropy under-confident, soft target InfoNCE over-confident by softmax and exact by ranking."""
    optima = dict(zip(SMOOTHED.losses, reference(SMOOTHED).optima, strict=True))
    under = reliability(SMOOTHED, by_softmax(optima["soft_target_cross_entropy"]))
    over = reliability(SMOOTHED, by_softmax(optima["soft_target_infonce"]))
    assert -under.excess_confidence == pytest.approx(under.error, rel=1e-6)
    assert under.error > 0.1
    assert over.excess_confidence == pytest.approx(over.error, rel=1e-6)
    assert over.error > 0.03
    ranked = by_ranking(SMOOTHED, "soft_target_infonce", optima["soft_target_infonce"])
    assert reliability(SMOOTHED, ranked).error < 1e-6
    assert by_ranking(SMOOTHED, "nll", optima["nll"]) is None


def test_seeds_are_leading_dimensions():
    probs = np.stack([true_probs(SMOOTHED), np.full_like(true_probs(SMOOTHED), 1 / 3)])
    found = reliability(SMOOTHED, probs)
    assert found.mass.shape == (2, 15)
    assert found.error.shape == (2,)
