"""Identities and edge cases of the paired-view losses."""

from math import log

import pytest
import torch
from torch.testing import assert_close

import losses

PAIRED = (
    *(losses.nt_xent, losses.weibit, losses.weince),
    *(losses.dcl, losses.rince, losses.temperature_free_infonce, losses.siglip),
)


def fixed_blend(a, b):
    """WEINCE with evidence from rho alone, smooth enough for finite differences of the blend itself."""
    return losses.weince(a, b, evidence="rho", kappa_rho=0.0)


@pytest.mark.parametrize("loss", [fixed_blend, *PAIRED[:2], *PAIRED[3:]])
def test_gradcheck(sphere, loss):
    a, b = sphere(5, 3).requires_grad_(), sphere(5, 3).requires_grad_()
    assert torch.autograd.gradcheck(loss, (a, b))


@pytest.mark.parametrize("loss", PAIRED)
def test_all_equal_embeddings_give_the_chance_level(loss):
    same = torch.ones(6, 2, dtype=torch.float64).requires_grad_()
    value = loss(same, same)
    value.backward()
    assert same.grad.isfinite().all()
    if loss in PAIRED[:3] or loss is losses.temperature_free_infonce:
        assert value.item() == pytest.approx(log(11), rel=1e-13)


@pytest.mark.parametrize("evidence", ["both", "aic"])
def test_weince_without_evidence_is_nt_xent_to_rounding(sphere, evidence):
    a, b = sphere(12, 4).requires_grad_(), sphere(12, 4)
    blend = losses.weince(a, b, temperature=0.2, evidence=evidence, aic_margin=1e6, reduction="none")
    plain = losses.nt_xent(a, b, temperature=0.2, reduction="none")
    assert_close(blend, plain, rtol=1e-14, atol=1e-14)  # NT-Xent sums each pair once, in another order
    gradients = [torch.autograd.grad(loss.sum(), a)[0] for loss in (blend, plain)]
    assert_close(*gradients, rtol=1e-13, atol=1e-14)


def test_nt_xent_of_identical_views_beyond_the_clamp_is_untouched():
    """The clamp near the endpoint belongs to the Weibit term: lam = 0 leaves s = 1 alone."""
    a = torch.eye(8, dtype=torch.float64)
    assert_close(losses.weince(a, a, aic_margin=1e6), losses.nt_xent(a, a), rtol=1e-14, atol=0)


def test_weince_with_full_evidence_is_weibit(sphere):
    a, b = sphere(12, 4), sphere(12, 4)
    blend = losses.weince(a, b, evidence="aic", aic_margin=-1e6)
    assert_close(blend, losses.weibit(a, b, beta=1.0), rtol=1e-13, atol=0)


@pytest.mark.parametrize("loss", PAIRED)
def test_invariances(sphere, generator, loss):
    a, b = sphere(14, 4), sphere(14, 4)
    value = loss(a, b)
    order = torch.randperm(14, generator=generator)
    rotation = torch.linalg.qr(torch.randn(4, 4, generator=generator, dtype=torch.float64)).Q
    assert_close(loss(b, a), value)
    assert_close(loss(a[order], b[order]), value)
    assert_close(loss(a @ rotation, b @ rotation), value)


@pytest.mark.parametrize("loss", PAIRED)
def test_normalize_is_the_same_as_unit_rows(sphere, loss):
    a, b = sphere(8, 4), sphere(8, 4)
    assert_close(loss(3 * a, 1e-9 * b, normalize=True), loss(a, b))


@pytest.mark.parametrize("loss", [losses.nt_xent, losses.weince])
def test_small_temperature_in_float32_agrees_with_float64(loss):
    angles = torch.tensor([0.0, 0.6, 1.4, 2.2, 3.1, 4.0])
    shifted = angles + torch.tensor([0.9, 0.2, 0.3, -0.7, 0.1, 0.4])
    narrow = [torch.stack([x.cos(), x.sin()], dim=1) for x in (angles, shifted)]
    results = []
    for views in (narrow, [view.double() for view in narrow]):
        a = views[0].clone().requires_grad_()
        value = (
            loss(a, views[1], temperature=0.005, quantile=0.5)
            if loss is losses.weince
            else loss(a, views[1], temperature=0.005)
        )
        value.backward()
        results.append((value.detach().double(), a.grad.double()))
    assert results[1][1].abs().max() > 1
    assert_close(results[0][0], results[1][0], rtol=1e-4, atol=0)
    assert_close(results[0][1], results[1][1], rtol=1e-4, atol=1e-4 * results[1][1].abs().max().item())
