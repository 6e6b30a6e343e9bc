"""The calibration error against `analysis.calibration`; no verdict between two calibrated models, however unlike."""

import numpy as np
import pytest

from analysis.accuracy.probe import ClassProbabilities
from analysis.calibration.ece_difference import calibration_errors, compare_errors
from analysis.calibration.top_label import calibration, null_band
from analysis.statistics.bootstrap import Unavailable


def reading(rng: np.random.Generator, items: int, sharpness: float, over: float = 0.0) -> ClassProbabilities:
    """Two classes; confident as `sharpness` makes it, and over-confident by `over` on average."""
    confidence = 0.5 + 0.5 * rng.random(items) ** (1 / sharpness) * 0.999 + 5e-4
    right = rng.random(items) < confidence - over
    probabilities = np.stack([confidence, 1 - confidence], axis=1)
    scores, unknown = np.log(probabilities), Unavailable("not asked for")
    return ClassProbabilities(probabilities, 1 - right, np.arange(items), "class head", scores, unknown)


def test_value_and_chance_are_those_of_the_diagram(rng):
    one = reading(rng, 300, 1.0)
    found = calibration_errors([one], bins=10)[0]
    diagram = calibration(one.probabilities, one.labels, bins=10)
    assert found.ece == pytest.approx(diagram.bins.ece)
    low, high = null_band(one.probabilities.max(axis=1), diagram.bins).ece
    assert low < found.by_chance < high


def test_a_resample_is_the_error_of_the_drawn_items(rng):
    one = reading(rng, 60, 1.0, over=0.1)
    draws = calibration_errors([one], bins=8)[0].draws
    loop = []
    for _ in range(600):
        drawn = rng.integers(60, size=60)
        loop.append(calibration(one.probabilities[drawn], one.labels[drawn], bins=8).bins.ece)
    assert draws.mean() == pytest.approx(np.mean(loop), abs=0.006)
    assert draws.std() == pytest.approx(np.std(loop), rel=0.1)


def test_equal_models_do_not_differ(rng):
    one = reading(rng, 100, 1.0)
    found = compare_errors(*calibration_errors([one, one]), 100)
    assert found.p == 1
    assert (found.difference.low, found.difference.value, found.difference.high) == (0, 0, 0)


def rejected(rng: np.random.Generator, first: tuple[float, float], second: tuple[float, float]) -> float:
    """Share of 100 draws of 200 items in which two models are told apart at 5 %."""
    told = 0
    for seed in range(100):
        errors = calibration_errors([reading(rng, 200, *first), reading(rng, 200, *second)], seed=seed)
        told += compare_errors(*errors, 200).p <= 0.05
    return told / 100


def test_calibrated_models_of_unlike_confidence_are_not_told_apart(rng):
    # By their plain ECE they are in 30 of 100: the less confident one has more of it by chance.
    assert rejected(rng, (0.3, 0.0), (12.0, 0.0)) <= 0.08


def test_a_real_difference_is_seen(rng):
    assert rejected(rng, (1.0, 0.0), (1.0, 0.2)) >= 0.8
