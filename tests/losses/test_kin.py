"""The relatives of NT-Xent against their authors' own numbers and at the ends of their settings."""

import math

import pytest
import torch
from torch.testing import assert_close

import losses


def test_rince_at_no_power_is_nt_xent(sphere):
    a, b = sphere(6, 3), sphere(6, 3)
    exact = losses.nt_xent(a, b) + math.log(0.2)
    assert losses.rince(a, b, q=0.0, density=0.2).item() == pytest.approx(exact.item(), abs=1e-13)
    assert losses.rince(a, b, q=1e-8, density=0.2).item() == pytest.approx(exact.item(), abs=1e-7)


def test_dcl_is_the_authors_number_by_half(sphere):
    """Each view's own and the other view's negatives, and the means of both views added up."""
    a, b = sphere(6, 3), sphere(6, 3)
    total = 0.0
    for one, other in ((a, b), (b, a)):
        cross, own = one @ other.T / 0.1, one @ one.T / 0.1
        off = torch.where(torch.eye(6, dtype=torch.bool), -torch.inf, 0.0)
        total += (torch.cat([own + off, cross + off], dim=1).logsumexp(1) - cross.diagonal()).mean().item()
    assert losses.dcl(a, b).item() == pytest.approx(total / 2, rel=1e-13)


@pytest.mark.parametrize("learned", [False, True])
def test_siglip_is_open_clips_formula(sphere, learned):
    """logit_scale a b^T + logit_bias, labels 1 on the diagonal and -1 elsewhere, summed and over the batch."""
    a, b = sphere(7, 3).requires_grad_(), sphere(7, 3).requires_grad_()
    module = losses.SigLIP(temperature=0.2, bias=-3.0, learned=learned)
    scale = torch.tensor(5.0, dtype=torch.float64, requires_grad=True)
    offset = torch.tensor(-3.0, dtype=torch.float64, requires_grad=True)
    logits = scale * a @ b.T + offset
    signs = 2 * torch.eye(7, dtype=torch.float64) - 1
    expected = -torch.nn.functional.logsigmoid(signs * logits).sum() / 7
    found = module(a, b)
    assert found.item() == pytest.approx(expected.item(), rel=1e-6)
    slopes = torch.autograd.grad(expected, (a, scale, offset))
    if not learned:
        assert_close(torch.autograd.grad(found, a)[0], slopes[0], rtol=1e-10, atol=1e-12)
        return
    assert [name for name, _ in module.named_parameters()] == ["log_scale", "bias"]
    found.backward()
    assert module.bias.grad.item() == pytest.approx(slopes[2].item(), rel=1e-5)
    assert module.log_scale.grad.item() == pytest.approx(slopes[1].item() * 5, rel=1e-5)


def test_a_pole_moves_nothing_and_its_logit_is_finite():
    """|s| = 1: held at 1e-6, so 14.5 and no derivative; just outside both."""
    a = torch.eye(4, dtype=torch.float64).requires_grad_()
    value = losses.temperature_free_infonce(a, a.detach())
    value.backward()
    assert value.item() == pytest.approx(math.log(1 + 6 * 1e-6 / 2), rel=1e-4)
    assert a.grad.isfinite().all()
    opposite = losses.temperature_free_infonce(a.detach(), -a.detach())
    assert opposite.item() == pytest.approx(math.log(1 + 6 * 2e6), rel=1e-6)
