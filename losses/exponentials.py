"""The softmax of a block of scores, in place: with a shift by the row's maximum, or without where none can matter.

Which of the two, the numbers say; a GPU is not asked for them, since it would have to be waited for.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from losses.checks import can_look

SAFE_SCORE = 40.0
"""Up to this size scores need no shift in float32: exp of their differences, summed over any batch, stays normal."""

LEAST_EXPONENT = -80.0
"""exp is 1e-35 here, nothing beside 1. Below -87 it leaves the normal numbers and takes up to 25 times as long."""

Fill = Callable[[Tensor, float], None]
"""Sets the scores that take no part, in place."""
RowExp = Callable[[Tensor, Fill], tuple[Tensor, Tensor]]
"""Turn scores (n, N) into exp(scores - shift of the row), in place; log of the sum of exp and the sum, both (n, 1).

What takes no part becomes 0. Where nothing does, the log is -inf and the sum the smallest number above 0.
"""


def row_exp(z: Tensor, scale: float | Tensor, more: float = 0.0) -> RowExp:
    """What suits the scores `scale * z_i . z_j` of z (N, D), to which something of size `more` may be added."""
    if not can_look(z):
        return shifted_exp
    largest = scale * float(z.detach().square().sum(dim=1).max()) + more
    return plain_exp if largest <= SAFE_SCORE else shifted_exp


def exp_up_to(values: Tensor) -> RowExp:
    """What suits scores that are means of `values`, of any shape."""
    if not can_look(values):
        return shifted_exp
    low, high = torch.aminmax(values)
    return plain_exp if max(-float(low), float(high)) <= SAFE_SCORE else shifted_exp


def plain_exp(scores: Tensor, fill: Fill) -> tuple[Tensor, Tensor]:
    """For scores of at most `SAFE_SCORE` in size: two passes over the block."""
    fill(scores.exp_(), 0)
    return _log_and_sum(scores)


def shifted_exp(scores: Tensor, fill: Fill) -> tuple[Tensor, Tensor]:
    """For all scores: five passes."""
    fill(scores, -torch.inf)
    largest = scores.amax(dim=1, keepdim=True).clamp_min_(torch.finfo(scores.dtype).min / 2)
    fill(scores.sub_(largest).clamp_min_(LEAST_EXPONENT).exp_(), 0)
    log_sum, total = _log_and_sum(scores)
    return log_sum.add_(largest), total


def _log_and_sum(exponentials: Tensor) -> tuple[Tensor, Tensor]:
    total = exponentials.sum(dim=1, keepdim=True)
    return total.log(), total.clamp_min_(torch.finfo(total.dtype).tiny)
