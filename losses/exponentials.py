"""The softmax of a block of scores, in place: with a shift by the row's maximum, or without where none can matter.

Which of the two, the numbers say; a GPU is not asked for them, since it would have to be waited for.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from .checks import can_look

LOG2_E = 1 / math.log(2)

SAFE_SCORE = 40.0
"""Up to this size scores need no shift in float32: exp of their differences, summed over any batch, stays normal."""

LEAST_EXPONENT = -80.0
"""exp is 1e-35 here, nothing beside 1. Below -87 it leaves the normal numbers and takes up to 25 times as long."""

Fill = Callable[[Tensor, float], None]
"""Sets the scores that take no part, in place."""
Tally = Callable[[Tensor], Tensor]
"""Scores (n, N), 0 where they take no part -> a sum of them, of the caller's weights, (n, 1)."""
RowExp = Callable[[Tensor, Fill], tuple[Tensor, Tensor, Tensor | None]]
"""Turn scores (n, N) into exp(scores - shift of the row), in place; log of their sum, sum and shift, all (n, 1).

The shift, None for 0, is not put back: what is compared with the log must lose it too, while both still have their
digits. What takes no part becomes 0. Where nothing does, the log is -inf and the sum the smallest number above 0.
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


def exp_in_place(scores: Tensor) -> Tensor:
    """e^x in the place of x. On a CPU as a power of two: torch's own exp takes three times as long there."""
    return scores.mul_(LOG2_E).exp2_() if scores.device.type == "cpu" else scores.exp_()


def plain_exp(scores: Tensor, fill: Fill) -> tuple[Tensor, Tensor, None]:
    """For scores of at most `SAFE_SCORE` in size: two passes over the block."""
    fill(exp_in_place(scores), 0)
    return *_log_and_sum(scores), None


def shifted_exp(scores: Tensor, fill: Fill) -> tuple[Tensor, Tensor, Tensor]:
    """For all scores: five passes."""
    largest = _take_off_largest(scores, fill)
    return *_far_exponentials(scores, fill), largest


def tallied_exp(exp: RowExp, scores: Tensor, fill: Fill, tally: Tally) -> tuple[Tensor, Tensor, Tensor]:
    """What `exp` does, and before it a tally of the scores: tally, log and sum, all (n, 1).

    Scores in the tally have lost the shift, too: where its weights sum to 1, log less tally is what no shift changes.
    """
    if exp is plain_exp:
        fill(scores, 0)
        return tally(scores), *plain_exp(scores, fill)[:2]
    _take_off_largest(scores, fill)
    fill(scores, 0)
    return tally(scores), *_far_exponentials(scores, fill)


def without(shift: Tensor | None, scores: Tensor) -> Tensor:
    """Scores (n, w), in place, less the shift (n, 1) of their row."""
    return scores if shift is None else scores.sub_(shift)


def _take_off_largest(scores: Tensor, fill: Fill) -> Tensor:
    """The largest that takes part, (n, 1), which the scores lose, in place."""
    fill(scores, -torch.inf)
    largest = scores.amax(dim=1, keepdim=True).clamp_min_(torch.finfo(scores.dtype).min / 2)
    scores.sub_(largest)
    return largest


def _far_exponentials(scores: Tensor, fill: Fill) -> tuple[Tensor, Tensor]:
    """exp of scores at or below 0, in place; log and sum."""
    fill(exp_in_place(scores.clamp_min_(LEAST_EXPONENT)), 0)
    return _log_and_sum(scores)


def _log_and_sum(exponentials: Tensor) -> tuple[Tensor, Tensor]:
    total = exponentials.sum(dim=1, keepdim=True)
    return total.log(), total.clamp_min_(torch.finfo(total.dtype).tiny)
