"""Arithmetic that all losses share: at least float32, log-sum-exp form, reductions."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid


def widen(tensor: Tensor) -> Tensor:
    """The tensor in float32, or as it is where it is wider."""
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))


def product(left: Tensor, right: Tensor) -> Tensor:
    """Matrix product in the tensors' own precision, also under autocast."""
    with torch.autocast(left.device.type, enabled=False):
        return left @ right


def unit_rows(tensor: Tensor) -> Tensor:
    """Rows of any float dtype scaled to norm 1, in at least float32; a row of zeros, which has no direction, stays 0.

    Dividing by the largest magnitude first keeps rows of norm 1e25 from overflowing and subnormal ones their direction.
    The gradient at a row is that of x / |x|, which grows as 1 / |x|: see `_direction` for where it is 0 instead.
    """
    rows = widen(_Directed.apply(tensor))
    largest = rows.detach().abs().amax(dim=-1, keepdim=True)
    scaled = rows / largest.masked_fill(largest == 0, 1)
    length = torch.linalg.vector_norm(scaled, dim=-1, keepdim=True)
    return scaled / length.masked_fill(length == 0, 1)


def _direction(rows: Tensor, gradient: Tensor) -> Tensor:
    """The gradient (..., D) at rows (..., D): 0 at a row without direction, so that it adds nothing to the weights.

    That is a row of zeros, whose value is 0 wherever it came from, and one so small that the gradient, beyond
    every number of its dtype, came out as inf or NaN: below the normal numbers, or below 1e-31 (1e-292 in float64).
    """
    wide = torch.finfo(torch.promote_types(rows.dtype, torch.float32))
    small = max(torch.finfo(rows.dtype).tiny, wide.tiny / wide.eps)
    largest = rows.detach().abs().amax(dim=-1, keepdim=True)
    beyond = ~gradient.detach().isfinite().all(dim=-1, keepdim=True)
    return gradient.masked_fill((largest == 0) | ((largest < small) & beyond), 0)


class _Directed(torch.autograd.Function):
    """Identity on rows (..., D), whose gradient goes through `_direction`."""

    generate_vmap_rule = True

    @staticmethod
    def forward(rows: Tensor) -> Tensor:
        return rows.view_as(rows)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (rows,) = ctx.saved_tensors
        return _direction(rows, gradient)


def put_back(sorted_rows: Tensor, order: Tensor) -> Tensor:
    """Rows (N, ...), of which the i-th is that of `order[i]`, in the places that they came from."""
    return torch.empty_like(sorted_rows).index_copy_(0, order, sorted_rows)


def below_top(scores: Tensor, keep: Tensor) -> Tensor:
    """Scores (n, N) less the largest kept one of their row, which no loss depends on; less 0 where none is kept.

    Beside a score of 10,000 float32 has three digits after the point, and log-sum-exp would have no more.
    """
    top = scores.detach().masked_fill(~keep, -torch.inf).amax(dim=-1, keepdim=True)
    return scores - top.masked_fill(top == -torch.inf, 0)


def masked_logsumexp(scores: Tensor, keep: Tensor) -> Tensor:
    """log of the sum of exp over the kept entries of each row; (n, N), (n, N) bool -> (n,).

    A row that keeps nothing gives a huge negative number, not -inf: no inf - inf follows, its gradient is 0.
    """
    floor = torch.finfo(scores.dtype).min / 2
    return scores.masked_fill(~keep, floor).logsumexp(dim=-1)


def log_ratio(total: Tensor, part: Tensor) -> Tensor:
    """log(total / part), also where the quotient of two numbers above 0 is none itself, as rows far from unit ones
    have it."""
    ratio = total / part
    return torch.where(ratio.isfinite(), ratio.log(), total.log() - part.log())


def softplus(tensor: Tensor) -> Tensor:
    """log(1 + e^x), exact at both ends; torch's own returns x from x = 20 on."""
    return -logsigmoid(-tensor)


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """The mean of (N,) losses, or the losses."""
    return losses.mean() if reduction == "mean" else losses
