"""Closed-form forces against autograd, in two independent ways, and what they prove about repulsion."""

import pytest
import torch
from torch.testing import assert_close

import losses
from losses import forces

TAU = 0.2
LABELS = torch.tensor([0, 0, 0, 1, 1, 2, 2, 2, 2, 7])


def naive_labelled(name, s, labels):
    """Un-averaged losses summed over anchors, a loop over pairs of a similarity matrix."""
    total = s.new_zeros(())
    for i in range(len(labels)):
        positives = [p for p in range(len(labels)) if p != i and labels[p] == labels[i]]
        noise = torch.stack([s[i, n] / TAU for n in range(len(labels)) if labels[n] != labels[i]]).exp().sum()
        others = torch.stack([s[i, a] / TAU for a in range(len(labels)) if a != i]).exp().sum()
        for p in positives:
            own = s[i, p] / TAU
            below = {"supcon": others, "sincere": own.exp() + noise, "eps": (own - 0.3).exp() + noise}[name]
            total = total + (below.log() - own) / len(positives)
    return total


LABELLED = {
    "supcon": (forces.supcon_forces, losses.supcon, {}),
    "sincere": (forces.sincere_forces, losses.sincere, {}),
    "eps": (forces.eps_sup_infonce_forces, losses.eps_sup_infonce, {"epsilon": 0.3}),
}


@pytest.mark.parametrize("name", LABELLED)
def test_labelled_against_autograd(sphere, name):
    closed_form, loss, options = LABELLED[name]
    z = sphere(10, 4).requires_grad_()
    s = (z @ z.T).detach().requires_grad_()
    found = closed_form(s.detach(), LABELS, temperature=TAU, **options)
    (expected,) = torch.autograd.grad(naive_labelled(name, s, LABELS), s)
    assert_close(found, expected, rtol=1e-10, atol=1e-12)
    (gradient,) = torch.autograd.grad(loss(z, LABELS, temperature=TAU, reduction="none", **options).sum(), z)
    assert_close((found + found.T) @ z, gradient, rtol=1e-10, atol=1e-12)
    assert found.diagonal().abs().max() == 0
    assert found[9].abs().max() == 0, "an anchor with no positive takes no part"
    assert found.sum(dim=1).abs().max() < 1e-13


PAIRED = {
    "nt_xent": (
        lambda s, found: forces.nt_xent_forces(s, temperature=TAU),
        lambda a, b: losses.nt_xent(a, b, temperature=TAU, reduction="none"),
        lambda s, found: s / TAU,
    ),
    "weibit": (
        lambda s, found: forces.weibit_forces(s, beta=3.0),
        lambda a, b: losses.weibit(a, b, beta=3.0, reduction="none"),
        lambda s, found: -3 * torch.log(1 - s.clamp(max=1 - 1e-6)),
    ),
    "weince": (
        lambda s, found: forces.weince_forces(s, temperature=TAU, lam=found.lam, beta=found.beta),
        lambda a, b: losses.weince(a, b, temperature=TAU, beta="estimated", evidence="rho", reduction="none"),
        lambda s, found: (
            (1 - found.lam[:, None]) * s / TAU
            - found.lam[:, None] * found.beta[:, None] * torch.log(1 - s.clamp(max=1 - 1e-6))
        ),
    ),
}


@pytest.mark.parametrize("name", PAIRED)
def test_paired_against_autograd(sphere, name):
    closed_form, loss, link = PAIRED[name]
    a = sphere(7, 4)
    b = torch.cat([a[:1], sphere(6, 4)])  # the first pair lies beyond the clamp
    found = losses.weince_diagnostics(a, b, beta="estimated", evidence="rho")
    z = torch.cat([a, b]).requires_grad_()
    s = (z @ z.T).detach().requires_grad_()
    scores = link(s, found).masked_fill(torch.eye(14, dtype=torch.bool), -torch.inf)
    summed = torch.nn.functional.cross_entropy(scores, (torch.arange(14) + 7) % 14, reduction="sum")
    (expected,) = torch.autograd.grad(summed, s)
    result = closed_form(s.detach(), found)
    assert_close(result, expected, rtol=1e-10, atol=1e-10)
    (gradient,) = torch.autograd.grad(loss(z[:7], z[7:]).sum(), z)
    assert_close((result + result.T) @ z, gradient, rtol=1e-10, atol=1e-9)


def test_weince_weighs_a_hard_negative_without_bound(sphere):
    """(1 - lam) / tau + lam beta / (1 - s) times p: the slope of the coordinate grows towards the endpoint."""
    s = torch.full((8, 8), 0.1, dtype=torch.float64)
    s[0, 1] = 1 - 1e-5
    lam = torch.full((8,), 0.5, dtype=torch.float64)
    force = forces.weince_forces(s, temperature=TAU, lam=lam, beta=2.0)[0, 1]
    scores = 0.5 * s[0] / TAU - torch.log(1 - s[0])
    share = scores[1:].softmax(0)[0]
    assert force.item() == pytest.approx((share * (0.5 / TAU + 1 / 1e-5)).item(), rel=1e-9)


CLASS_HEAD = {
    "nll": (forces.nll_forces, losses.nll, lambda w, y, eta: (y,)),
    "soft_target_cross_entropy": (
        forces.soft_target_cross_entropy_forces,
        losses.soft_target_cross_entropy,
        lambda w, y, eta: (w,),
    ),
    "continuous_categorical": (
        forces.continuous_categorical_forces,
        losses.continuous_categorical,
        lambda w, y, eta: (w,),
    ),
    "label_infonce": (forces.label_infonce_forces, losses.label_infonce, lambda w, y, eta: (y, eta)),
    "soft_target_infonce": (
        forces.soft_target_infonce_forces,
        losses.soft_target_infonce,
        lambda w, y, eta: (w, eta),
    ),
}


@pytest.mark.parametrize("name", CLASS_HEAD)
def test_class_head_against_autograd(head, name):
    closed_form, loss, pick = CLASS_HEAD[name]
    logits, targets, labels, prior = head(9, 5)
    answers = pick(targets, labels, prior)
    found = closed_form(logits, *answers, temperature=TAU)
    expected = torch.func.grad(lambda f: loss(f, *answers, temperature=TAU, reduction="none").sum())(logits)
    assert_close(found, expected, rtol=1e-10, atol=1e-13)
    assert found.sum(dim=1).abs().max() < 1e-13


@pytest.mark.parametrize("temperature", [0.05, 0.1, 0.5])
def test_supcon_repels_exactly_where_a_positive_has_more_than_its_share(sphere, temperature):
    z, labels = sphere(40, 3), torch.arange(40) % 4
    s = z @ z.T
    same = (labels[:, None] == labels) & ~torch.eye(40, dtype=torch.bool)
    share = (s / temperature).masked_fill(torch.eye(40, dtype=torch.bool), -torch.inf).softmax(dim=1)
    repels = forces.supcon_forces(s, labels, temperature=temperature) > 0
    assert torch.equal(repels & same, (share > 1 / 9) & same)
    assert (repels & same).any() == (temperature < 0.5)


@pytest.mark.parametrize("temperature", [0.005, 0.1, 2.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_sincere_never_repels_its_own_class(sphere, temperature, dtype):
    for _ in range(10):
        z, labels = sphere(30, 3).to(dtype), torch.arange(30) % 3
        force = forces.sincere_forces(z @ z.T, labels, temperature=temperature)
        same = labels[:, None] == labels
        assert (force[same] <= 0).all()
        assert (force[~same] >= 0).all()


def test_one_positive_never_repels_and_makes_both_losses_equal(sphere):
    z, labels = sphere(12, 3), torch.arange(12) % 6
    s = z @ z.T
    contrast = forces.supcon_forces(s, labels, temperature=TAU)
    assert_close(contrast, forces.sincere_forces(s, labels, temperature=TAU))
    same = (labels[:, None] == labels) & ~torch.eye(12, dtype=torch.bool)
    assert (contrast[same] < 0).all()


def test_one_class_feels_no_sincere_force(sphere):
    z, labels = sphere(6, 3), torch.zeros(6, dtype=torch.long)
    assert forces.sincere_forces(z @ z.T, labels, temperature=TAU).abs().max() == 0
    assert forces.supcon_forces(z @ z.T, labels, temperature=TAU).abs().max() > 0
