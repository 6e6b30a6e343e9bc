"""Sampled labels against loops over label tuples, autograd, and their own intervals."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch

import losses
from analysis.forces import sampling as module
from analysis.forces.sampling import (
    SamplingSpec,
    enumerate_labels,
    of_labels,
    over_softness,
    random_batch,
    sampling_study,
    soft_target,
)
from analysis.statistics.intervals import mean_interval, squared_length, variance_interval
from losses.errors import LabError

SMALL = SamplingSpec(samples=3, classes=3, draws=400)


def by_autograd(loss, batch, target, **options):
    logits = batch.logits.clone().requires_grad_()
    value = loss(logits, target, batch.prior, **options)
    value.backward()
    return value.item(), logits.grad.numpy()


def test_the_expectation_is_the_sum_over_label_tuples():
    spec = replace(SMALL, temperature=0.7)
    batch, mean, square, gradient, gradient_square = random_batch(spec), 0.0, 0.0, 0.0, 0.0
    for labels in product(range(3), repeat=3):
        weight = np.prod([batch.targets[i, y].item() for i, y in enumerate(labels)])
        value, slope = by_autograd(losses.label_infonce, batch, torch.tensor(labels), temperature=0.7)
        mean, square = mean + weight * value, square + weight * value**2
        gradient, gradient_square = gradient + weight * slope, gradient_square + weight * (slope**2).sum()
    soft_value, soft = by_autograd(losses.soft_target_infonce, batch, batch.targets, temperature=0.7)
    exact, length = enumerate_labels(batch, 0.7), np.linalg.norm(soft)
    assert soft_target(batch, 0.7)[0] == pytest.approx(soft_value, rel=1e-12)
    assert exact.mean == pytest.approx(mean, rel=1e-12)
    assert exact.variance == pytest.approx(square - mean**2, rel=1e-9)
    assert exact.gradient_bias == pytest.approx(np.linalg.norm(gradient - soft) / length, rel=1e-9)
    assert exact.gradient_along == pytest.approx((gradient * soft).sum() / length**2, rel=1e-9)
    trace = gradient_square - (gradient**2).sum()
    assert exact.gradient_variance == pytest.approx(trace / length**2, rel=1e-9)


def test_blocks_of_tuples_change_nothing(monkeypatch):
    whole = enumerate_labels(random_batch(SMALL), 1.0)
    monkeypatch.setattr(module, "_AT_ONCE", 40)
    parts = enumerate_labels(random_batch(SMALL), 1.0)
    assert parts.mean == pytest.approx(whole.mean, rel=1e-12)
    assert parts.gradient_variance == pytest.approx(whole.gradient_variance, rel=1e-9)


def test_every_draw_is_the_library_loss():
    batch, labels = random_batch(SMALL), torch.tensor([[0, 1, 2], [2, 2, 2], [1, 0, 0]])
    values, gradients = of_labels(batch, labels, 1.3)
    for row, value, gradient in zip(labels, values, gradients, strict=True):
        expected = by_autograd(losses.label_infonce, batch, row, temperature=1.3)
        assert value == pytest.approx(expected[0], rel=1e-12)
        np.testing.assert_allclose(gradient, expected[1], atol=1e-12)


def test_the_drawn_labels_are_distributed_as_the_targets():
    """How often each loss is drawn, against the probability of the label tuples that have it."""
    spec = replace(SMALL, draws=10_000)
    study, batch = sampling_study(spec), random_batch(spec)
    tuples = list(product(range(3), repeat=3))
    values = of_labels(batch, torch.tensor(tuples), 1.0)[0]
    chances = np.array([np.prod([batch.targets[i, y].item() for i, y in enumerate(each)]) for each in tuples])
    for value in values:
        chance = chances[np.isclose(values, value, atol=1e-12)].sum()
        found = np.isclose(study.losses, value, atol=1e-12).mean()
        assert found == pytest.approx(chance, abs=4.5 * (chance / 10_000) ** 0.5)


def test_monte_carlo_lies_in_its_interval_of_the_enumeration():
    """95 % intervals over 200 batches: each kind covers the exact value about as often as it says."""
    hits = {name: [] for name in ("gap", "variance", "gradient_bias", "gradient_variance")}
    for seed in range(200):
        study = sampling_study(replace(SMALL, seed=seed))
        exact = study.exact
        truths = (exact.mean - study.soft_loss, exact.variance, exact.gradient_bias, exact.gradient_variance)
        for name, truth in zip(hits, truths, strict=True):
            interval = getattr(study, name)
            hits[name].append(interval.low <= truth <= interval.high)
    for name, found in hits.items():
        assert 0.88 <= np.mean(found) <= 0.99, (name, np.mean(found))


@pytest.mark.parametrize("seed", range(3))
def test_at_the_default_batch_the_draws_agree_with_the_enumeration(seed):
    study = sampling_study(SamplingSpec(seed=seed))
    error = study.losses.std() / len(study.losses) ** 0.5
    assert study.losses.mean() == pytest.approx(study.exact.mean, abs=4 * error)
    assert study.along.mean() == pytest.approx(
        study.exact.gradient_along, abs=4 * study.along.std() / len(study.along) ** 0.5
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_gap_is_never_below_zero(seed):
    spec = SamplingSpec(samples=4, classes=3, softness=1.0, confidence=5.0, seed=seed)
    batch = random_batch(spec)
    assert enumerate_labels(batch, 0.3).mean >= soft_target(batch, 0.3)[0]


def test_one_hot_targets_leave_nothing_to_draw():
    study = sampling_study(replace(SMALL, softness=0.0))
    assert np.ptp(study.losses) == 0
    assert study.losses[0] == pytest.approx(study.soft_loss, rel=1e-12)
    np.testing.assert_allclose(study.along, 1, rtol=1e-9)
    assert study.exact.gradient_bias == pytest.approx(0, abs=1e-12)
    assert study.gradient_bias.high == pytest.approx(0, abs=1e-9)


def test_averaging_divides_the_variance_and_leaves_the_bias():
    study = sampling_study(replace(SMALL, draws=10_000))
    assert [each.draws for each in study.averaged] == [2**power for power in range(14)]
    for each in study.averaged:
        if each.variance is not None:
            variance = study.exact.variance / each.draws
            error = study.exact.gradient_bias**2 + study.exact.gradient_variance / each.draws
            assert each.variance.value == pytest.approx(variance, abs=2 * (each.variance.high - each.variance.value))
            width = each.gradient_error.high - each.gradient_error.value
            assert each.gradient_error.value == pytest.approx(error, abs=2 * width)
    assert study.averaged[0].gap is None
    assert study.averaged[-1].variance is None


def test_the_sweep_goes_from_nothing_to_the_simplex():
    studies = over_softness(replace(SMALL, draws=10_000))
    assert studies[0].exact.variance == pytest.approx(0, abs=1e-20)
    assert [study.spec.softness for study in studies] == list(module.SOFTNESSES)
    assert all(study.spec.draws == module.SWEEP_DRAWS for study in studies)


def test_too_many_tuples_are_left_to_the_draws():
    study = sampling_study(SamplingSpec(samples=12, classes=4, draws=100))
    assert study.exact is None
    with pytest.raises(LabError, match=r"K\^N must be at most 65,536 label tuples, but is 4\^12"):
        enumerate_labels(random_batch(study.spec), 1.0)


def test_intervals_by_hand():
    values = np.array([1.0, 2.0, 4.0, 9.0])
    mean, spread = mean_interval(values), variance_interval(values)
    assert (mean.low + mean.high) / 2 == mean.value == 4
    assert mean.high - 4 == pytest.approx(1.959964 * np.sqrt((9 + 4 + 0 + 25) / 3 / 4))
    assert spread.value == pytest.approx(38 / 3)
    fourth = (3**4 + 2**4 + 0 + 5**4) / 4
    assert spread.high - spread.value == pytest.approx(1.959964 * np.sqrt((fourth - (38 / 3) ** 2) / 4))
    assert 0 < spread.low < spread.value


def test_the_length_of_a_mean_that_is_0_is_not_made_of_noise():
    groups = np.random.default_rng(0).standard_normal((400, 50, 30))
    squares = np.array([squared_length(each) for each in groups])
    assert abs(squares.mean()) < 4 * squares.std() / 20
    assert squared_length(groups[0] * 0 + 2) == pytest.approx(30 * 4)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"samples": 1}, "samples must be a whole number from 2 to 64, but is 1"),
        ({"classes": 11}, "classes must be"),
        ({"draws": 99}, "draws must be"),
        ({"softness": 1.1}, "softness must be a number from 0 to 1"),
        ({"softness": float("nan")}, "softness must be"),
        ({"temperature": 0.0}, "temperature must be"),
        ({"seed": -1}, "seed must not be negative"),
    ],
)
def test_a_wrong_spec_is_refused(change, rule):
    with pytest.raises(LabError, match=rule):
        SamplingSpec(**change)
