"""Alignment and uniformity against double loops and geometry whose answer is known."""

import numpy as np
import pytest

from analysis.geometry.sphere_spread import spread, uniform_on_sphere


def double_loop(rows, labels):
    """Wang and Isola's two numbers, pair by pair."""
    near, everything = [], []
    for i in range(len(rows)):
        for j in range(len(rows)):
            if i != j:
                distance = ((rows[i].astype(float) - rows[j].astype(float)) ** 2).sum()
                everything.append(np.exp(-2 * distance))
                if labels[i] == labels[j]:
                    near.append(distance)
    return np.mean(near), np.log(np.mean(everything))


def test_both_are_the_double_loop(unit_rows, rng):
    rows, labels = unit_rows(60, 4), rng.integers(3, size=60) * 2  # class 1 has no item
    found = spread(rows, labels)
    assert (found.alignment.value, found.uniformity.value) == pytest.approx(double_loop(rows, labels), abs=1e-5)
    assert found.pairs == sum(n * (n - 1) // 2 for n in np.bincount(labels))


@pytest.mark.parametrize("dimensions", [2, 3, 16, 128])
def test_a_uniform_sphere_is_what_it_is_known_to_be(rng, dimensions):
    drawn = rng.normal(size=(2000, dimensions))
    rows = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    found = spread(rows, np.arange(2000) % 4)
    assert found.uniformity.value == pytest.approx(uniform_on_sphere(dimensions), abs=0.02)
    assert found.alignment.value == pytest.approx(2, abs=0.03)


def test_simplex_means_are_perfectly_aligned():
    classes, each = 4, 25
    corners = np.eye(classes) - 1 / classes
    corners /= np.linalg.norm(corners, axis=1, keepdims=True)
    found = spread(np.repeat(corners, each, axis=0).astype(np.float32), np.repeat(np.arange(classes), each))
    alike = (each - 1) / (classes * each - 1)
    known = np.log(alike + (1 - alike) * np.exp(-4 - 4 / (classes - 1)))
    assert found.alignment.value == pytest.approx(0, abs=1e-6)
    assert found.uniformity.value == pytest.approx(known, abs=1e-6)


def test_intervals_are_the_bootstraps(clustered, rng):
    test = clustered(test=300).test
    found = spread(test.embeddings, test.labels)
    drawn = []
    for chosen in rng.integers(300, size=(200, 300)):
        # Copies of an item are no pairs of it: each resampled item stands once, with its weight.
        weight = np.bincount(chosen, minlength=300).astype(float)
        cosines = test.embeddings.astype(float) @ test.embeddings.T.astype(float)
        pairs = np.outer(weight, weight) * (1 - np.eye(300))
        alike = pairs * (test.labels[:, None] == test.labels)
        drawn.append(
            (
                (alike * (2 - 2 * cosines)).sum() / alike.sum(),
                np.log((pairs * np.exp(4 * cosines - 4)).sum() / pairs.sum()),
            )
        )
    for estimate, sample in zip((found.alignment, found.uniformity), np.transpose(drawn), strict=True):
        assert (estimate.high - estimate.low) / 2 / 1.96 == pytest.approx(np.std(sample), rel=0.25)


def test_what_has_no_pairs_is_said(unit_rows):
    found = spread(unit_rows(5, 3), np.arange(5))
    assert found.alignment.reason == "no class has two items"
    assert "at least 3" in spread(unit_rows(2, 3), np.zeros(2, int)).uniformity.reason


def test_many_items_are_sampled_for_uniformity(unit_rows, monkeypatch):
    rows = unit_rows(400, 3)
    monkeypatch.setattr("analysis.geometry.item_statistics.MOST_ITEMS", 200)
    assert spread(rows, np.zeros(400, int)).uniformity.value == pytest.approx(uniform_on_sphere(3), abs=0.1)
