"""Arithmetic that all losses share: at least float32, log-sum-exp form, reductions."""

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
    """Rows scaled to norm 1; a row of zeros, which has no direction, stays zero.

    Dividing by the largest magnitude first keeps rows of norm 1e25 from overflowing.
    """
    tiny = torch.finfo(tensor.dtype).tiny
    scaled = tensor / tensor.detach().abs().amax(dim=-1, keepdim=True).clamp_min(tiny)
    return torch.nn.functional.normalize(scaled, dim=-1)


def masked_logsumexp(scores: Tensor, keep: Tensor) -> Tensor:
    """log of the sum of exp over the kept entries of each row; (n, N), (n, N) bool -> (n,).

    A row that keeps nothing gives a huge negative number, not -inf: no inf - inf follows, its gradient is 0.
    """
    floor = torch.finfo(scores.dtype).min / 2
    return scores.masked_fill(~keep, floor).logsumexp(dim=-1)


def softplus(tensor: Tensor) -> Tensor:
    """log(1 + e^x), exact at both ends; torch's own returns x from x = 20 on."""
    return -logsigmoid(-tensor)


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """The mean of (N,) losses, or the losses."""
    return losses.mean() if reduction == "mean" else losses
