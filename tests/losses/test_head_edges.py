"""The class-head losses at the edges of their domain, values and gradients, against mpmath."""

import math

import pytest
import torch
from torch.testing import assert_close

import losses
from tests.losses import edge_truth as truth

INF = math.inf
LOGITS = ((0.5, -1.0, 0.25), (0.0, 0.75, -0.5), (1.5, 0.25, -0.25), (-1.0, 0.5, 0.125))
LABELS = (0, 1, 1, 2)
ONE_HOT = tuple(tuple(float(k == y) for k in range(3)) for y in LABELS)
SOFT = ((0.75, 0.25, 0.0), (0.0, 1.0, 0.0), (0.5, 0.25, 0.25), (0.0, 0.5, 0.5))
WITHOUT_FIRST = ((0.0, 0.25, 0.75), (0.0, 1.0, 0.0), (0.0, 0.5, 0.5), (0.0, 0.125, 0.875))
PRIOR = (0.25, 0.5, 0.25)
TEMPERATURES = (1e-4, 0.1, 1e3)
DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


def head(name, logits, targets, tau, dtype, prior=PRIOR, reduction="mean", **options):
    """The mean loss and its gradient with respect to the logits."""
    f = torch.tensor(logits, dtype=dtype, requires_grad=True)
    w = torch.tensor(targets, dtype=dtype)
    answers = (w.argmax(dim=1) if name in ("nll", "label_infonce") else w,)
    answers += (torch.tensor(prior, dtype=dtype),) if "infonce" in name else ()
    value = getattr(losses, name)(f, *answers, temperature=tau, reduction=reduction, **options).mean()
    value.backward()
    return value.item(), f.grad.double()


def check(name, logits, targets, tau, dtype, prior=PRIOR, **options):
    if "infonce" in name:
        value, gradient = truth.target_infonce(logits, targets, prior, tau)
    else:
        value, gradient = truth.cross_entropy(logits, targets, tau)
    exact = torch.tensor([[float(g) for g in row] for row in gradient], dtype=torch.float64)
    largest = max(abs(x) for row in logits for x in row if not math.isinf(x))
    rounding = torch.finfo(torch.promote_types(dtype, torch.float32)).eps * (1 + largest / tau)
    for reduction in ("mean", "none"):
        found, grad = head(name, logits, targets, tau, dtype, prior, reduction, **options)
        what = f"{name}, tau {tau}, {dtype}, {reduction}, {options}"
        assert found == pytest.approx(float(value), rel=1e-6, abs=8 * rounding), what
        atol = 16 * rounding / tau + torch.finfo(dtype).smallest_normal * torch.finfo(dtype).eps
        assert_close(grad, exact, rtol=2 * torch.finfo(dtype).eps, atol=atol, msg=lambda m, what=what: f"{what}: {m}")


HARD, GRADED = ("nll", "soft_target_cross_entropy", "label_infonce", "soft_target_infonce"), SOFT
CASES = {
    "ordinary": (LOGITS, ONE_HOT, HARD),
    "equal logits": (((0.5,) * 3,) * 4, ONE_HOT, HARD),
    "far apart": (tuple(tuple(4096 * x for x in row) for row in LOGITS), ONE_HOT, HARD),
    "targets with zeros": (LOGITS, SOFT, ("soft_target_cross_entropy", "soft_target_infonce")),
    "equal targets": (LOGITS, (SOFT[2],) * 4, ("soft_target_cross_entropy", "soft_target_infonce")),
    "one class": (((0.5,), (-1.0,)), ((1.0,), (1.0,)), HARD),
    "a class ruled out": (
        tuple((-INF, *row[1:]) for row in LOGITS),
        WITHOUT_FIRST,
        ("soft_target_cross_entropy", "soft_target_infonce"),
    ),
    "a class ruled out for one sample": (
        ((0.5, -1.0, -INF), *LOGITS[1:]),
        ONE_HOT,
        HARD,
    ),
    "a candidate ruled out": (((0.5, -1.0, -INF), *LOGITS[1:]), SOFT, ("soft_target_infonce",)),
    "certain": (((INF, -1.0, 0.25), *LOGITS[1:]), ONE_HOT, HARD),
    "certain, others ruled out": (((INF, -INF, 0.25), *LOGITS[1:]), ONE_HOT, HARD),
}


@pytest.mark.parametrize("case", CASES)
def test_value_and_gradient(case):
    logits, targets, names = CASES[case]
    prior = PRIOR[: len(logits[0])]
    for tau in TEMPERATURES:
        for dtype in DTYPES:
            for name in names:
                for options in ({}, {"plain": True}) if name == "soft_target_infonce" else ({},):
                    check(name, logits, targets, tau, dtype, prior, **options)


@pytest.mark.parametrize("name", HARD)
def test_scores_that_leave_float32_once_divided(name):
    """1e35 / 1e-4 is infinite in float32; the loss and its gradient are not."""
    logits = ((1e35, 9e34, -1e38), (-1e35, -1e34, -1e38), *LOGITS[2:])
    targets = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), *ONE_HOT[2:])
    value, gradient = truth.cross_entropy(logits, targets, 1e-4)
    if "infonce" in name:
        value, gradient = truth.target_infonce(logits, targets, PRIOR, 1e-4)
    found, grad = head(name, logits, targets, 1e-4, torch.float32)
    exact = torch.tensor([[float(g) for g in row] for row in gradient], dtype=torch.float64)
    assert found == pytest.approx(float(value), rel=1e-5)
    assert_close(grad, exact, rtol=1e-5, atol=1e-2)


def test_a_class_that_no_target_uses_may_have_any_logit():
    for extreme in (INF, -INF, 3e38, -3e38):
        logits = tuple((extreme, *row[1:]) for row in LOGITS)
        for name in ("soft_target_infonce", "label_infonce"):
            targets = WITHOUT_FIRST if name == "soft_target_infonce" else ((0.0, 1.0, 0.0), *ONE_HOT[1:])
            value, gradient = truth.target_infonce(LOGITS, targets, PRIOR, 0.1)
            found, grad = head(name, logits, targets, 0.1, torch.float32)
            assert found == pytest.approx(float(value), rel=1e-5)
            exact = torch.tensor([[float(g) for g in row[1:]] for row in gradient], dtype=torch.float64)
            assert_close(grad[:, 1:], exact, rtol=1e-5, atol=1e-5)
            assert not grad[:, 0].any()


def test_where_there_is_no_limit_there_is_no_number():
    for row in ((INF, INF, 0.0), (-INF, -INF, -INF)):
        assert math.isnan(losses.nll(torch.tensor([row]), torch.tensor([0])).item())
    assert losses.nll(torch.tensor([[-INF, 0.0, 0.0]]), torch.tensor([0])).item() == INF


def test_an_offset_common_to_a_row_changes_no_digit():
    """Multiples of 1/8 beside 65,536: exact scores, so the loss has all its digits."""
    logits = torch.tensor(LOGITS)
    for name in ("nll", "soft_target_cross_entropy"):
        values = [head(name, (logits + offset).tolist(), ONE_HOT, 0.5, torch.float32) for offset in (0, 65536)]
        assert values[1][0] == pytest.approx(values[0][0], rel=1e-6)
        assert_close(values[1][1], values[0][1], rtol=1e-5, atol=1e-6)
