"""Classwise calibration against a double loop, and its band on samples that are calibrated by construction."""

import numpy as np
import pytest

from analysis.calibration.of_classes import class_bins, classwise, redrawn_labels


@pytest.fixture
def probabilities(rng):
    return rng.dirichlet([0.4, 0.7, 0.5, 0.2], size=300)


def double_loop(probabilities, labels, bins):
    """ECE of each class, item by item."""
    errors = []
    for c in range(probabilities.shape[1]):
        error = 0.0
        for b in range(bins):
            inside = [i for i, p in enumerate(probabilities[:, c]) if (b / bins < p <= (b + 1) / bins) or (b == p == 0)]
            error += abs(sum(probabilities[i, c] - (labels[i] == c) for i in inside)) / len(labels)
        errors.append(error)
    return errors


@pytest.mark.parametrize("bins", [1, 5, 15])
def test_each_class_is_the_double_loop(probabilities, rng, bins):
    labels = rng.integers(4, size=300)
    found = classwise(probabilities, labels, bins=bins)
    np.testing.assert_allclose(found.by_class, double_loop(probabilities, labels, bins))
    assert found.ece == pytest.approx(found.by_class.mean())
    assert found.counts.tolist() == np.bincount(labels).tolist()


def test_equal_mass_bins_are_those_of_the_class_alone(probabilities, rng):
    labels = rng.integers(4, size=300)
    found = classwise(probabilities, labels, bins=7, scheme="equal mass")
    alone = [class_bins(probabilities, labels, c, bins=7, scheme="equal mass").ece for c in range(4)]
    np.testing.assert_allclose(found.by_class, alone)


def test_redrawn_labels_follow_the_probabilities():
    probabilities = np.array([[0.2, 0.0, 0.8], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.1, 0.6, 0.3]])
    drawn = redrawn_labels(probabilities, resamples=20_000)
    shares = np.stack([(drawn == c).mean(axis=0) for c in range(3)], axis=1)
    np.testing.assert_allclose(shares, probabilities, atol=0.015)
    assert (shares[probabilities == 0] == 0).all()


def test_the_band_covers_calibrated_samples(rng):
    """95 % by construction: labels drawn from the probabilities, 600 times."""
    probabilities = rng.dirichlet([0.5, 0.5, 0.5], size=80)
    band = redrawn_labels(probabilities, resamples=1000, seed=1)
    low, high = classwise(probabilities, band[0], drawn=band).null
    samples = redrawn_labels(probabilities, resamples=600, seed=2)
    inside = [low <= classwise(probabilities, labels, drawn=band[:1]).ece <= high for labels in samples]
    assert 0.93 <= np.mean(inside) <= 0.97


def test_overconfidence_leaves_the_band(probabilities):
    labels = redrawn_labels(probabilities, resamples=1)[0]
    sharper = probabilities**3 / (probabilities**3).sum(axis=1, keepdims=True)
    found = classwise(sharper, labels)
    assert found.ece > found.null[1]
    assert (found.by_class > found.null_by_class[1]).any()
