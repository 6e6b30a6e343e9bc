"""log of the integral of exp(w . f) over the simplex against the uniform measure, and the mean of w under it.

The integral is (K-1)! times the divided difference of exp at f_1 ... f_K (Hermite & Genocchi), whose differences cancel
near ties. Here it is the inverse Laplace transform of prod_k 1 / (s - f_k) at 1: an integral along a contour through
the saddle point c on the real axis, where sum_k 1 / (c - f_k) = 1. Ties need no care there: nothing is subtracted but
f_k from c, which lies above all of them by 1 to K.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .closed_form import differentiable_once

NEWTON_STEPS = 7
BLOCK = 2**16  # numbers at once: what a cache holds


class Rule(NamedTuple):
    """The midpoint rule on the contour's upper half, up to `reach` standard deviations of the saddle point."""

    nodes: int
    reach: float


EXACT = Rule(32, 9.5)
"""Errors below 2e-13."""
SHORT = Rule(20, 8.5)
"""Errors below 2e-9, for what is then rounded to float32."""


class _Contour(NamedTuple):
    """top (N, 1) the largest of each row; shares (N, K) = 1 / (c - f); height (N, 1) = c - top; along, across (N, M):
    real and imaginary part of s - c at each node; turn (N, M, 2): of ds / du, over i."""

    top: Tensor
    height: Tensor
    along: Tensor
    across: Tensor
    turn: Tensor


def log_integral(logits: Tensor, rule: Rule = EXACT, *, plain: bool) -> Tensor:
    """log of the integral less the row's largest logit, (N, K) -> (N,) in the dtype that it is computed in.

    `plain`: by autograd through the formula; else with the mean of w as its closed gradient.
    """
    if not plain:
        return _LogIntegral.apply(logits, rule)
    return _along_contour(logits, rule)[0]


def integral_and_mean(logits: Tensor, counts: Tensor | None = None, rule: Rule = EXACT) -> tuple[Tensor, Tensor]:
    """log of the integral (...) and the mean of w under exp(w . f) over it (..., K), of logits (..., K), in float64.

    With counts (..., K), from 1 on, a column stands for so many classes of one logit, and its mean is that of each.
    """
    flat = logits.double().flatten(0, -2)
    if counts is None:
        values, means = _by_blocks(flat, rule)
    else:
        values, means = _along_contour(flat, rule, counts.double().flatten(0, -2))
    return (values + flat.detach().amax(dim=-1)).view(logits.shape[:-1]), means.view(logits.shape)


def _by_blocks(logits: Tensor, rule: Rule) -> tuple[Tensor, Tensor]:
    """Both of all rows (N, K), a block of rows at a time."""
    rows = max(1, BLOCK // (rule.nodes * logits.shape[1]))
    found = [_along_contour(block, rule) for block in logits.split(rows)]
    values, means = zip(*found, strict=True)
    return torch.cat(values), torch.cat(means)


def _summed(values: Tensor, counts: Tensor | None) -> Tensor:
    """Over classes, (..., K) -> (..., 1)."""
    return (values if counts is None else values * counts).sum(dim=-1, keepdim=True)


def _saddle(shortfalls: Tensor, counts: Tensor | None) -> Tensor:
    """Height c - top with sum_k 1 / (height + d_k) = 1, shortfalls d (N, K) -> (N, 1) from 1 to K.

    Newton on 1 / sum, which is concave and almost straight: from the left it climbs without overshooting.
    """
    height = torch.ones_like(shortfalls[:, :1])
    for _ in range(NEWTON_STEPS):
        shares = 1 / (height + shortfalls)
        total = _summed(shares, counts)
        height = height + (total - 1) * total / _summed(shares.square(), counts)
    return height


def _contour(logits: Tensor, rule: Rule, counts: Tensor | None) -> _Contour:
    """A parabola that follows steepest descent to third order. The integral does not depend on it: no gradient here."""
    logits = logits.detach()
    top = logits.amax(dim=-1, keepdim=True)
    height = _saddle(top - logits, counts)
    shares = 1 / (height + (top - logits))  # else the height is lost beside a large top
    width = _summed(shares.square(), counts).rsqrt()  # of the saddle point
    bend = _summed(shares.pow(3), counts) * width.pow(3) / 3
    u = (torch.arange(rule.nodes, dtype=logits.dtype, device=logits.device) + 0.5) * (rule.reach / rule.nodes)  # (M,)
    turn = torch.stack([width.expand(-1, rule.nodes), 2 * width * bend * u], dim=-1)
    return _Contour(top, height, -width * bend * u.square(), width * u, turn)


def _along_contour(logits: Tensor, rule: Rule, counts: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """log integral - top (N,) and mean (N, K). The integrand relative to its value at the saddle point, at M nodes."""
    contour = _contour(logits, rule, counts)
    shares = 1 / (contour.height + (contour.top - logits))  # (N, K)
    real = (contour.along[..., None] * shares[:, None]).add_(1)  # (N, M, K): of (s - f_k) / (c - f_k)
    imaginary = contour.across[..., None] * shares[:, None]
    log_size, angle = _product(real, imaginary) if counts is None else _powers(real, imaginary, counts)  # (N, M)
    size, angle = (contour.along - log_size).exp(), contour.across - angle
    cosine, sine = size * angle.cos(), size * angle.sin()
    ahead, aside = contour.turn.unbind(dim=-1)
    weight, odd = ahead * cosine - aside * sine, ahead * sine + aside * cosine
    total = weight.sum(dim=-1)  # (N,)
    tilted = torch.addcmul(weight[..., None] * real, odd[..., None], imaginary)
    tilted = tilted / torch.addcmul(real.square(), imaginary, imaginary)
    mean = shares * tilted.sum(dim=1)
    saddle = (contour.height + _summed(shares.log(), counts)).squeeze(-1)
    volume = math.lgamma(logits.shape[1]) if counts is None else torch.lgamma(counts.sum(dim=-1))
    return saddle + total.log() + volume + math.log(rule.reach / rule.nodes / math.pi), mean / _summed(mean, counts)


def _product(real: Tensor, imaginary: Tensor) -> tuple[Tensor, Tensor]:
    """log size and angle of the product along the last dimension, by halves: on the contour it stays below e^50."""
    while real.shape[-1] > 1:
        half = real.shape[-1] // 2
        (a, b, *odd), (c, d, *rest) = (part.split(half, dim=-1) for part in (real, imaginary))
        real, imaginary = torch.addcmul(a * b, c, d, value=-1), torch.addcmul(a * d, c, b)
        if odd:
            real, imaginary = torch.cat([real, *odd], dim=-1), torch.cat([imaginary, *rest], dim=-1)
    real, imaginary = real.squeeze(-1), imaginary.squeeze(-1)
    return 0.5 * (real.square() + imaginary.square()).log(), torch.atan2(imaginary, real)


def _powers(real: Tensor, imaginary: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
    """The same where each number stands for `counts` (N, K) of its kind."""
    log_sizes = 0.5 * (real.square() + imaginary.square()).log()
    turned = torch.atan2(imaginary, real)
    return (log_sizes * counts[:, None]).sum(dim=-1), (turned * counts[:, None]).sum(dim=-1)


class _LogIntegral(torch.autograd.Function):
    """`log_integral`, its gradient the mean of w, made in the same pass."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, rule: Rule) -> Tensor:
        values, means = _by_blocks(logits, rule)
        ctx.save_for_backward(logits, means)
        return values

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None]:
        logits, means = ctx.saved_tensors
        return differentiable_once(means * upstream.detach()[:, None], logits), None
