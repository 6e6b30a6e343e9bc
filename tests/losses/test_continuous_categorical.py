"""The continuous categorical: its normaliser against quadrature and mpmath, its gradient, its limits."""

import math
from functools import cache

import mpmath
import numpy as np
import pytest
import torch
from scipy.integrate import dblquad, quad
from torch.testing import assert_close

import losses
from losses.contrasts import head_forces
from losses.forces import continuous_categorical_forces
from losses.records import Choosing
from losses.simplex_integral import integral_and_mean


def log_integral(*logits):
    return integral_and_mean(torch.tensor([logits], dtype=torch.float64))[0].item()


@cache
def divided_difference(logits):
    """log (K-1)! exp[f_1 ... f_K] with digits to spare; ties are pulled 1e-40 apart."""
    classes = len(logits)
    with mpmath.workdps(60 + 45 * classes):
        nodes = [mpmath.mpf(f) + i * mpmath.mpf(10) ** -40 for i, f in enumerate(sorted(logits))]
        column = [mpmath.exp(f) for f in nodes]
        for order in range(1, classes):
            column = [(column[i + 1] - column[i]) / (nodes[i + order] - nodes[i]) for i in range(classes - order)]
        return float(mpmath.log(column[0]) + mpmath.loggamma(classes))


SPREAD = tuple(np.random.default_rng(0).normal(size=12).tolist())
CASES = {
    "two": (0.3, -1.7),
    "a tie": (2.0, 2.0),
    "a near tie": (0.0, 1e-9),
    "three, two of them near": (1.0, 1.0 + 1e-7, -3.0),
    "four equal": (0.5,) * 4,
    "a corner": (0.0, -30.0, -30.0),
    "an edge": (5.0, 5.0, -40.0),
    "clusters": (5.0, 5.0, 5.0, -20.0, -20.0 + 1e-6, -3.0),
    "one far above many": (0.0, *(-20.0,) * 15),
    "twelve": SPREAD,
    "twelve far apart": tuple(8 * f for f in SPREAD),
    "ten thousand": (1e4, -1e4, 0.0),
    "ten thousand, two": (0.0, -1e4),
}


@pytest.mark.parametrize("case", CASES)
def test_log_c_against_divided_differences(case):
    expected = divided_difference(CASES[case])
    assert log_integral(*CASES[case]) == pytest.approx(expected, rel=1e-12, abs=5e-13)


@pytest.mark.parametrize("case", ["two", "a tie", "a near tie", "ten thousand, two"])
def test_two_classes_in_closed_form(case):
    """(e^a - e^b) / (a - b), the continuous Bernoulli."""
    a, b = CASES[case]
    gap = mpmath.mpf(a) - mpmath.mpf(b)
    exact = mpmath.mpf(b) + (mpmath.log(mpmath.expm1(gap) / gap) if gap else 0)
    assert log_integral(a, b) == pytest.approx(float(exact), rel=1e-13, abs=5e-13)


def test_value_and_mean_against_quadrature():
    """Two, three and four classes: the integral over the simplex as it is written, times (K-1)!."""
    f = [1.3, -2.1, 0.4, 2.2]

    def two(g):
        return quad(lambda w: g(w, 1 - w), 0, 1, epsabs=1e-13)[0]

    def three(g):
        return 2 * dblquad(lambda v, w: g(w, v, 1 - w - v), 0, 1, 0, lambda w: 1 - w, epsabs=1e-11)[0]

    nodes, weights = np.polynomial.legendre.leggauss(24)
    u, p = (nodes + 1) / 2, weights / 2
    a, b, c = np.meshgrid(u, u, u, indexing="ij")  # the cube folded: w = a, (1-a) b, (1-a)(1-b) c, rest
    volume = np.einsum("i,j,k->ijk", p, p, p) * (1 - a) ** 2 * (1 - b)

    def four(g):
        rest = (1 - a) * (1 - b)
        return 6 * (volume * g(a, (1 - a) * b, rest * c, rest * (1 - c))).sum()

    for classes, integrate in ((2, two), (3, three), (4, four)):
        own = f[:classes]

        def density(*w, own=own):
            return np.exp(sum(x * y for x, y in zip(w, own, strict=True)))

        total = integrate(density)
        mean = [integrate(lambda *w, k=k: w[k] * density(*w)) / total for k in range(classes)]
        found, means = integral_and_mean(torch.tensor([own], dtype=torch.float64))
        assert found.item() == pytest.approx(math.log(total), rel=1e-9)
        assert means[0].tolist() == pytest.approx(mean, rel=1e-8)


@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_equal_logits_are_the_uniform_density(classes):
    logits = torch.full((2, classes), 7.0, dtype=torch.float64)
    found, mean = integral_and_mean(logits)
    assert (found - 7).abs().max() < 5e-13 + 1e-14 * classes  # log (K-1)! has so few digits after the point
    assert_close(mean, torch.full_like(mean, 1 / classes), rtol=1e-12, atol=0)


def test_a_thousand_classes_with_ties_as_kummer_has_them():
    """One logit d above K - 1 equal ones: log 1F1(1; K; d)."""
    for gap in (-50.0, 1e-8, 3.0, 400.0, 3000.0):
        exact = mpmath.log(mpmath.hyp1f1(1, 1000, mpmath.mpf(gap)))
        assert log_integral(gap, *([0.0] * 999)) == pytest.approx(float(exact), rel=1e-11, abs=1e-11)


def test_counts_stand_for_equal_classes(generator):
    logits = torch.randn(6, 3, generator=generator, dtype=torch.float64) * 4
    counts = torch.tensor([1.0, 2.0, 5.0], dtype=torch.float64).expand(6, 3)
    found, mean = integral_and_mean(logits, counts)
    expected, means = integral_and_mean(logits[:, [0, 1, 1, 2, 2, 2, 2, 2]])
    assert_close(found, expected, rtol=1e-12, atol=1e-12)
    assert_close(mean, means[:, [0, 1, 3]], rtol=1e-11, atol=0)


@pytest.mark.parametrize("scale", [1e15, 1e16, 1e20, 1e38, 1e300])
@pytest.mark.parametrize("plain", [False, True])
def test_a_top_beside_which_a_number_is_nothing(scale, plain):
    """log C - top is log (K-1)! - sum log d where all shortfalls d are huge, wherever the top lies."""
    rows = torch.tensor([[0.5, 0.15, 1.0], [-1.0, 0.0, -0.25]], dtype=torch.float64)
    logits = (rows * scale).requires_grad_()
    targets = torch.tensor([[0.2, 0.3, 0.5], [0.5, 0.25, 0.25]], dtype=torch.float64)
    shortfalls = logits.detach().amax(dim=1, keepdim=True) - logits.detach()
    log_c = math.log(2) - shortfalls.where(shortfalls > 0, 1.0).log().sum(dim=1)
    found = losses.continuous_categorical(logits, targets, plain=plain, reduction="none")
    assert_close(found, log_c + (targets * shortfalls).sum(dim=1), rtol=1e-12, atol=0)
    found.sum().backward()
    assert_close(logits.grad, torch.tensor([[0.0, 0, 1], [0, 1, 0]]).double() - targets, rtol=0, atol=1e-9)


def test_large_spreads_tend_to_the_leading_term():
    """The largest logit less the logs of the gaps below it, and a mean of 1 / gap."""
    logits = torch.tensor([[1e4, 0.0, -1e4]], dtype=torch.float64)
    found, mean = integral_and_mean(logits)
    gaps = 1e4 - logits[0, 1:]
    assert found.item() - 1e4 == pytest.approx(float(math.log(2) - gaps.log().sum()), rel=1e-8)
    assert mean[0, 1:].tolist() == pytest.approx((1 / gaps).tolist(), rel=2e-4)
    assert mean.sum().item() == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_gradcheck(head, plain, reduction):
    logits, targets, _, _ = head(3, 3)
    logits[0] = logits[0, 0]  # exact ties
    logits[1] *= 30
    both = (logits.requires_grad_(), targets.requires_grad_())

    def loss(f, w):
        shares = w / w.sum(dim=1, keepdim=True)
        return losses.continuous_categorical(f, shares, temperature=0.7, reduction=reduction, plain=plain)

    assert torch.autograd.gradcheck(loss, both)
    if plain:
        assert torch.autograd.gradgradcheck(loss, both)


def test_the_gradient_is_the_mean_less_the_target(head):
    logits, targets, _, _ = head(7, 5)
    leaf = logits.clone().requires_grad_()
    losses.continuous_categorical(leaf, targets, temperature=0.3, reduction="none").sum().backward()
    expected = (integral_and_mean(logits / 0.3)[1] - targets) / 0.3
    assert_close(leaf.grad, expected, rtol=1e-10, atol=1e-12)
    assert_close(continuous_categorical_forces(logits, targets, temperature=0.3), expected)
    record = Choosing("target", "simplex")
    assert_close(head_forces(record, logits, targets, targets[0], 0.3), expected)


def test_float32_has_the_digits_of_float64(generator):
    for scale in (1e-3, 1.0, 100.0, 1e4):
        logits = (scale * torch.randn(16, 20, generator=generator)).requires_grad_()
        targets = torch.randn(16, 20, generator=generator).softmax(dim=1)
        value = losses.continuous_categorical(logits, targets, reduction="none")
        value.sum().backward()
        exact = logits.detach().double().requires_grad_()
        expected = losses.continuous_categorical(exact, targets.double(), reduction="none")
        expected.sum().backward()
        assert value.dtype == torch.float32
        assert_close(value.double(), expected, rtol=1e-6, atol=1e-6)
        assert_close(logits.grad.double(), exact.grad, rtol=1e-5, atol=1e-7)


def test_blocks_of_rows_change_nothing(generator):
    logits = torch.randn(70, 100, generator=generator, dtype=torch.float64)  # some 20 rows a block
    found, mean = integral_and_mean(logits)
    apart = [integral_and_mean(row[None]) for row in logits]
    assert_close(found, torch.cat([each[0] for each in apart]), rtol=1e-14, atol=1e-14)
    assert_close(mean, torch.cat([each[1] for each in apart]), rtol=1e-12, atol=0)


def test_a_density_may_lie_below_zero_without_end_at_a_corner():
    corner = torch.tensor([[1.0, 0.0, 0.0]])
    values = [losses.continuous_categorical(scale * corner, corner).item() for scale in (1.0, 10.0, 1e3, 1e6)]
    assert values == sorted(values, reverse=True)
    assert values[-1] == pytest.approx(-math.log(1e12 / 2), rel=1e-5)


def test_classes_ruled_out_have_the_limit_of_a_density():
    logits = torch.tensor([[0.0, -math.inf, 1.0]] * 2 + [[0.0, 0.5, 1.0]])
    targets = torch.tensor([[0.5, 0.0, 0.5], [0.5, 0.1, 0.4], [0.2, 0.3, 0.5]])
    found = losses.continuous_categorical(logits, targets, reduction="none")
    assert found[:2].tolist() == [-math.inf, math.inf]
    assert found[2].isfinite()
