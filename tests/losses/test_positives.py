"""Slices, gathered columns and masks are three ways to say the same, and the two exponentials agree."""

from unittest import mock

import pytest
import torch
from torch.testing import assert_close

from losses.blocks import Block, class_blocks
from losses.exponentials import LEAST_EXPONENT, SAFE_SCORE, exp_up_to, plain_exp, row_exp, shifted_exp
from losses.positives import AnyGroups, Gathered, Sliced, SortedGroups
from losses.rules import x_clr_rule

SIZES = (40, 1, 33, 70)
LABELS = torch.arange(len(SIZES)).repeat_interleave(torch.tensor(SIZES))
N = len(LABELS)


def ways():
    """The same block of all anchors, said in three ways."""
    everyone = torch.arange(N)
    (block,) = class_blocks(everyone, list(SIZES), list(SIZES), N)
    groups = SortedGroups.of(torch.tensor(SIZES))
    sizes = torch.tensor(SIZES)[LABELS]
    return {
        "sliced": groups.positives(block),
        "gathered": groups.positives(Block(everyone)),
        "masked": AnyGroups(LABELS, sizes).positives(Block(everyone)),
    }


def test_the_sorted_groups_choose_as_told():
    assert isinstance(ways()["sliced"], Sliced)
    assert isinstance(ways()["gathered"], Gathered)


@pytest.mark.parametrize("name", ways())
def test_positives_against_a_double_loop(name, generator):
    positives, scores = ways()[name], torch.randn(N, N, generator=generator)
    found, added, filled = scores.clone(), scores.clone(), scores.clone()
    sums = positives.blank(positives.read(found), 0).sum(dim=1)
    positives.add(added, torch.full((N, 1), 3.0))
    positives.fill_class(filled, 7.0)
    for i in range(N):
        others = [j for j in range(N) if LABELS[j] == LABELS[i] and j != i]
        assert positives.count[i] == max(1, len(others))
        assert_close(sums[i], scores[i, others].sum(), atol=1e-4, rtol=1e-5)
        expected = scores[i].clone()
        expected[others] += 3
        assert_close(added[i], expected)
        expected = scores[i].clone()
        expected[[*others, i]] = 7
        assert_close(filled[i], expected)
    assert_close(found, scores)


@pytest.mark.parametrize("exp", [plain_exp, shifted_exp])
@pytest.mark.parametrize("name", ways())
def test_soft_targets_by_label_on_each_way(name, exp, generator):
    """A row of X-CLR: cross-entropy against weights 1 within the class and w elsewhere, and its derivative."""
    scores = (10 * torch.randn(N, N, generator=generator)).double().requires_grad_()
    weights = torch.where(LABELS[:, None] == LABELS, 1.0, 0.25).double().fill_diagonal_(0)
    targets = weights / weights.sum(1, keepdim=True)
    own = torch.eye(N, dtype=torch.bool)
    expected = -(targets * scores.masked_fill(own, -torch.inf).log_softmax(1).masked_fill(own, 0)).sum(1)
    (gradient,) = torch.autograd.grad(expected.sum(), scores)
    groups = mock.Mock(positives=lambda block: ways()[name])
    forces = scores.detach().clone()
    losses, factors = x_clr_rule(groups, exp, 0.25)(forces, Block(torch.arange(N)))
    kept = torch.tensor(SIZES)[LABELS] > 1  # alone in its class, an anchor takes no part
    assert_close(losses.squeeze(1)[kept], expected.detach()[kept], rtol=1e-9, atol=1e-9)
    assert_close((forces * factors)[kept], gradient[kept], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("exp", [plain_exp, shifted_exp])
def test_exponentials_against_logsumexp(exp, generator):
    scores = SAFE_SCORE * (2 * torch.rand(5, 50, generator=generator) - 1)
    exact = scores.double()
    exact[:, 3] = -torch.inf
    shares = scores.clone()
    log_sum, total, shift = exp(shares, lambda block, value: block[:, 3].fill_(value))
    assert_close(
        (log_sum if shift is None else log_sum + shift).squeeze(1).double(), exact.logsumexp(1), rtol=1e-6, atol=0
    )
    assert_close((shares / total).double(), exact.softmax(1), rtol=1e-4, atol=2 * torch.tensor(LEAST_EXPONENT).exp())


def test_nothing_takes_part():
    for exp in (plain_exp, shifted_exp):
        scores = torch.ones(2, 4)
        log_sum, total, _ = exp(scores, torch.Tensor.fill_)
        assert (log_sum == -torch.inf).all()
        assert (total > 0).all()
        assert (scores == 0).all()


def test_large_scores_and_nan_are_shifted():
    unit = torch.ones(3, 1)
    assert row_exp(unit, SAFE_SCORE) is plain_exp
    assert row_exp(unit, SAFE_SCORE + 1) is shifted_exp
    assert row_exp(unit, 1.0, more=SAFE_SCORE) is shifted_exp
    assert row_exp(unit * torch.nan, 1.0) is shifted_exp
    assert exp_up_to(unit * -SAFE_SCORE) is plain_exp
    assert exp_up_to(unit * -2 * SAFE_SCORE) is shifted_exp
    assert exp_up_to(unit * torch.nan) is shifted_exp
