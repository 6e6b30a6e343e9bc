"""Identities of the class-head losses."""

from math import log

import pytest
import torch
from torch import Generator
from torch.nn.functional import one_hot
from torch.testing import assert_close

import losses


def each_loss(targets, labels, prior, generator):
    """Every class-head loss as a function of the logits alone."""
    return {
        "nll": lambda f: losses.nll(f, labels),
        "soft_target_cross_entropy": lambda f: losses.soft_target_cross_entropy(f, targets),
        "label_infonce": lambda f: losses.label_infonce(f, labels, prior),
        "soft_target_infonce": lambda f: losses.soft_target_infonce(f, targets, prior),
        "continuous_categorical": lambda f: losses.continuous_categorical(f, targets),
        "soft_distribution_infonce": lambda f: losses.soft_distribution_infonce(
            f, targets, prior, generator=generator.manual_seed(3)
        ),
    }


NAMES = list(each_loss(None, None, None, None))


@pytest.mark.parametrize("name", NAMES)
def test_gradcheck(head, generator, name):
    logits, targets, labels, prior = head(6, 4)
    loss = each_loss(targets, labels, prior, generator)[name]
    assert torch.autograd.gradcheck(loss, logits.requires_grad_())


@pytest.mark.parametrize("name", NAMES)
def test_gradient_sums_to_zero_over_classes(head, generator, name):
    logits, targets, labels, prior = head(9, 5)
    gradient = torch.func.grad(each_loss(targets, labels, prior, generator)[name])(logits)
    assert gradient.abs().max() > 1e-3
    assert gradient.sum(dim=1).abs().max() < 1e-15


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("samples", [2, 7])
def test_constant_logits_give_the_chance_level(head, generator, name, samples):
    _, targets, labels, _ = head(samples, 5)
    loss = each_loss(targets, labels, torch.full((5,), 0.2, dtype=torch.float64), generator)[name]
    chance = log(samples) if "infonce" in name else 0 if name == "continuous_categorical" else log(5)
    found = loss(torch.full((samples, 5), 3.0, dtype=torch.float64)).item()
    assert found == pytest.approx(chance, rel=1e-14, abs=2e-15 + 1e-13 * (chance == 0))


def test_equal_targets_leave_soft_target_infonce_no_gradient_but_cross_entropy_one(head):
    logits, targets, _, prior = head(6, 4)
    same = targets[:1].expand(6, 4)
    contrast = torch.func.grad(lambda f: losses.soft_target_infonce(f, same, prior))(logits)
    cross = torch.func.grad(lambda f: losses.soft_target_cross_entropy(f, same))(logits)
    assert contrast.abs().max() < 1e-16
    assert cross.abs().max() > 1e-2


def test_one_hot_soft_targets_are_labels(head):
    logits, _, labels, prior = head(16, 5)
    targets = one_hot(labels, 5).double()
    for temperature in (1.0, 0.1):
        soft = losses.soft_target_infonce(logits, targets, prior, temperature=temperature, reduction="none")
        hard = losses.label_infonce(logits, labels, prior, temperature=temperature, reduction="none")
        assert_close(soft, hard, rtol=1e-13, atol=1e-14)
    cross = losses.soft_target_cross_entropy(logits, targets, reduction="none")
    assert_close(cross, losses.nll(logits, labels, reduction="none"), rtol=1e-14, atol=0)


def test_jensen_gap(head, generator):
    """Sampling labels first costs: E[soft distribution InfoNCE] > soft target InfoNCE, equal for one-hot targets."""
    logits, targets, labels, prior = head(8, 4)
    draws = [losses.soft_distribution_infonce(3 * logits, targets, prior, generator=generator) for _ in range(400)]
    sampled = torch.stack(draws)
    error = sampled.std() / len(draws) ** 0.5
    assert sampled.mean() - losses.soft_target_infonce(3 * logits, targets, prior) > 5 * error > 0
    hard = one_hot(labels, 4).double()
    drawn = losses.soft_distribution_infonce(logits, hard, prior, generator=generator)
    assert_close(drawn, losses.soft_target_infonce(logits, hard, prior), rtol=1e-13, atol=0)


def test_sampled_labels_follow_the_targets_and_their_generator():
    targets = torch.tensor([[0.7, 0.3, 0.0]]).expand(20_000, 3)
    logits, prior = torch.zeros(2, 3), torch.ones(3) / 3
    from losses.class_head import sample_labels

    shares = sample_labels(targets, Generator().manual_seed(0)).bincount(minlength=3) / 20_000
    assert_close(shares, targets[0], rtol=0, atol=0.015)
    soft = torch.full((2, 3), 1 / 3)
    first, second = (
        losses.soft_distribution_infonce(logits + torch.arange(3), soft, prior, generator=Generator().manual_seed(5))
        for _ in range(2)
    )
    assert first == second


def test_the_priors_scale_cancels_and_its_shape_does_not(head):
    logits, targets, labels, prior = head(8, 4)
    for loss, answer in ((losses.soft_target_infonce, targets), (losses.label_infonce, labels)):
        assert_close(loss(logits, answer, prior), loss(logits, answer, 7 * prior))
        assert abs(loss(logits, answer, prior) - loss(logits, answer, prior.flip(0))) > 1e-3


@pytest.mark.parametrize("temperature", [1.0, 0.05])
def test_a_class_of_prior_zero_that_no_target_uses_adds_nothing(head, temperature):
    logits, targets, labels, prior = head(6, 3)
    wide = [torch.nn.functional.pad(tensor, (0, 1)) for tensor in (logits, targets, prior)]
    soft = losses.soft_target_infonce(logits, targets, prior, temperature=temperature)
    hard = losses.label_infonce(logits, labels, prior, temperature=temperature)
    f, w, eta = wide[0].requires_grad_(), wide[1], wide[2]
    assert_close(losses.soft_target_infonce(f, w, eta, temperature=temperature), soft)
    padded = losses.label_infonce(f, labels, eta, temperature=temperature)
    assert_close(padded, hard)
    padded.backward()
    assert f.grad.isfinite().all()
    assert f.grad[:, 3].abs().max() == 0


def test_extreme_logits_stay_finite(head):
    logits, targets, labels, prior = head(6, 4)
    huge = (1e4 * logits).float().requires_grad_()
    total = (
        losses.nll(huge, labels)
        + losses.soft_target_cross_entropy(huge, targets.float())
        + losses.label_infonce(huge, labels, prior.float(), temperature=0.01)
        + losses.soft_target_infonce(huge, targets.float(), prior.float(), temperature=0.01)
    )
    total.backward()
    assert total.isfinite()
    assert huge.grad.isfinite().all()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "soft_distribution_infonce"])
def test_order_of_samples_does_not_matter(head, generator, name):
    logits, targets, labels, prior = head(7, 4)
    order = torch.randperm(7, generator=generator)
    before = each_loss(targets, labels, prior, generator)[name](logits)
    assert_close(each_loss(targets[order], labels[order], prior, generator)[name](logits[order]), before)
