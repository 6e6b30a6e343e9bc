"""The shared arithmetic at its edges."""

import math

import pytest
import torch

import losses
from losses.numerics import masked_logsumexp, softplus, unit_rows


def test_softplus_keeps_all_digits_at_both_ends():
    x = torch.tensor([-700.0, -40.0, 0.0, 20.5, 30.0, 700.0], dtype=torch.float64, requires_grad=True)
    expected = [max(v, 0) + math.log1p(math.exp(-abs(v))) for v in x.tolist()]
    assert softplus(x).tolist() == pytest.approx(expected, rel=1e-15)
    softplus(x).sum().backward()
    assert x.grad.tolist() == pytest.approx([1 / (1 + math.exp(-v)) for v in x.tolist()], rel=1e-14)


def test_an_empty_sum_has_no_gradient():
    scores = torch.ones(3, 4, requires_grad=True)
    total = masked_logsumexp(scores, torch.zeros(3, 4, dtype=torch.bool))
    total.sum().backward()
    assert total.isfinite().all()
    assert scores.grad.abs().max() == 0


def test_a_row_of_zeros_stays_zero_and_huge_rows_become_unit():
    rows = unit_rows(torch.tensor([[0.0, 0.0], [3e30, 4e30], [3e-30, 4e-30]]))
    assert rows.tolist() == [pytest.approx(row) for row in ([0.0, 0.0], [0.6, 0.8], [0.6, 0.8])]


def saved_elements(loss, z):
    """Elements that the forward pass keeps for the backward pass."""
    kept = []

    def pack(tensor):
        kept.append(tensor.numel())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss(z.requires_grad_())
    return sum(kept)


@pytest.mark.parametrize("loss", [losses.supcon, losses.sincere])
def test_the_fast_path_keeps_no_similarities_for_the_backward_pass(generator, loss):
    z, labels = torch.randn(64, 4, generator=generator), torch.arange(64) % 4
    assert saved_elements(lambda x: loss(x, labels, plain=True), z) > 64 * 64
    assert saved_elements(lambda x: loss(x, labels), z) < 64 * 16
