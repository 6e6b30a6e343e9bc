"""World 1 at a small grid, against loops over labels and positions written from the definitions."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from toy_models.simplex import SimplexSpec, relative_density
from toy_models.simplex.tilted import POSITIONS, build

SIDE, CONCENTRATION, SHARPNESS = 6, 1.7, 4.0


class Brute:
    """The definitions, with lists and loops."""

    def __init__(self):
        self.points = [(i, j, SIDE - i - j) for i in range(SIDE + 1) for j in range(SIDE + 1 - i)]
        self.labels = [[(n + 0.5) / (SIDE + 1.5) for n in point] for point in self.points]
        self.positions = [-1 + (2 * i + 1) / POSITIONS for i in range(POSITIONS)]
        self.base = [math.prod(c ** (CONCENTRATION - 1) for c in w) for w in self.labels]
        self.density = [self._density(x) for x in self.positions]
        self.marginal = [sum(row[g] for row in self.density) / POSITIONS for g in range(len(self.labels))]

    def _density(self, x):
        h = [SHARPNESS * math.cos(math.pi * x - 2 * math.pi * k / 3) for k in range(3)]
        weights = [b * math.exp(sum(a * c for a, c in zip(w, h, strict=True))) for b, w in self.weighted()]
        return [weight / sum(weights) for weight in weights]

    def weighted(self):
        return zip(self.base, self.labels, strict=True)

    def information(self):
        total = 0.0
        for row in self.density:
            for p, q in zip(row, self.marginal, strict=True):
                total += p * math.log(p / q) / POSITIONS
        return total


@pytest.fixture(scope="module")
def brute():
    return Brute()


@pytest.fixture(scope="module")
def world():
    return build(SIDE, CONCENTRATION, SHARPNESS)


def test_the_grid_is_the_whole_triangle(world, brute):
    assert world.process.steps.tolist() == [list(point) for point in brute.points]
    assert len(world.labels) == (SIDE + 1) * (SIDE + 2) // 2
    np.testing.assert_allclose(world.labels, brute.labels, rtol=1e-15)
    np.testing.assert_allclose(world.labels.sum(dim=1), 1, rtol=1e-15)


def test_the_density_given_x(world, brute):
    np.testing.assert_allclose(world.log_density.exp(), brute.density, rtol=1e-12)


def test_the_marginal(world, brute):
    np.testing.assert_allclose(world.log_marginal.exp(), brute.marginal, rtol=1e-12)


def test_the_mean_label(world, brute):
    for row, density in zip(world.mean_labels.tolist(), brute.density, strict=True):
        for k in range(3):
            mean = sum(p * w[k] for p, w in zip(density, brute.labels, strict=True))
            assert row[k] == pytest.approx(mean, rel=1e-12)


def test_the_argmax_shares_ties(world, brute):
    for row, density in zip(world.argmax_probs.tolist(), brute.density, strict=True):
        expected = [0.0, 0.0, 0.0]
        for p, point in zip(density, brute.points, strict=True):
            winners = [k for k in range(3) if point[k] == max(point)]
            for k in winners:
                expected[k] += p * float(Fraction(1, len(winners)))
        assert row == pytest.approx(expected, rel=1e-12)


def test_the_mutual_information(world, brute):
    assert world.mutual_information == pytest.approx(brute.information(), rel=1e-12)


def test_without_a_tilt_labels_tell_nothing_of_x():
    world = build(SIDE, CONCENTRATION, 0.0)
    assert world.mutual_information == pytest.approx(0, abs=1e-14)
    np.testing.assert_allclose(world.mean_labels, 1 / 3, rtol=1e-12)


def test_a_finer_grid_changes_little():
    assert build(60).mutual_information == pytest.approx(build(240).mutual_information, abs=2e-3)


def test_the_three_classes_are_alike():
    np.testing.assert_allclose(build().mean_labels.mean(dim=0), 1 / 3, rtol=1e-12)


def test_the_relative_density_is_the_grid_density_times_the_labels():
    spec = SimplexSpec(side=SIDE, concentration=CONCENTRATION, sharpness=SHARPNESS)
    world = build(SIDE, CONCENTRATION, SHARPNESS)
    logits = torch.tensor([[1.0, -2.0, 0.5], [900.0, 0.0, -900.0]], dtype=torch.float64)
    expected = world.log_density_of(logits).exp() * len(world.labels)
    np.testing.assert_allclose(
        relative_density(spec, logits.numpy(), world.labels.numpy()), expected, rtol=1e-10, atol=1e-300
    )
