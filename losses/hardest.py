"""Cross-entropies over an anchor's nearest negatives alone, which the released WEINCE run adds to WEINCE.

Its script has them; its README and the formula name neither. Source: github.com/hsme98/weince, the script that its
README names for tables 2 and 3, and `nt_xent_hard_select.py`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from .blocks import block_rows
from .checks import check_batch, check_number
from .errors import LabError
from .evidence import BETA_RANGE
from .formulas import hardest_of_anchors, weibit_coordinate
from .nearest import smallest_of_all
from .numerics import product
from .options import Options
from .records import ENDPOINT_GAP
from .rules import hardest_rule
from .stacked import over_anchors
from .temperature import Temperature, tempered_rows

TAIL_SHARE, LEAST_TAIL = 0.05, 1024
"""Of a batch's negatives, the nearest ones: those whose shortfalls have a Weibull line."""
SLOPE_PART = 2**20
"""So many points of the line at once."""
LEAST_FIT, USUAL_BETA = 0.85, 4.0
"""A line that explains a smaller share of the variance is not believed: beta is what the released run begins with."""


@dataclass(frozen=True, slots=True)
class HardestTerms:
    """How much of either term is added, none by default, and over how many of the nearest negatives."""

    weibull_weight: float = 0.0
    softmax_weight: float = 0.0
    weibull_top: int = 50
    softmax_top: int = 50

    def __post_init__(self) -> None:
        for name in ("weibull_weight", "softmax_weight", "weibull_top", "softmax_top"):
            check_number(name, getattr(self, name))
        for name in ("weibull_weight", "softmax_weight"):
            if getattr(self, name) < 0:
                remedy = "0 leaves the term out, 0.5 is what the released script runs."
                raise LabError(name, "must not be negative", getattr(self, name), remedy)
        for name in ("weibull_top", "softmax_top"):
            if getattr(self, name) < 1 or getattr(self, name) != int(getattr(self, name)):
                raise LabError(name, "must be a whole number from 1", getattr(self, name))


NONE_ADDED = HardestTerms()


def with_hardest(
    value: Tensor, z: Tensor, own: Tensor, terms: HardestTerms, temperature: Temperature, options: Options
) -> Tensor:
    """The value of anchors z (2B, D), () or (n,) as the options reduce, and what the terms add to it."""
    negatives = len(z) - 2
    if terms.weibull_weight:
        beta = batch_beta(z, options.chunk_size)
        top = min(int(terms.weibull_top), negatives)
        formula, rule = partial(hardest_of_anchors, top=top), hardest_rule(top, beta)
        curved = over_anchors(z, own, lambda s: beta * weibit_coordinate(s), rule, 1.0, options, formula=formula)
        value = value + terms.weibull_weight * curved
    if terms.softmax_weight:
        top = min(int(terms.softmax_top), negatives)
        formula, rule = partial(hardest_of_anchors, top=top), hardest_rule(top)
        rows, tau = tempered_rows(z, temperature)
        straight = over_anchors(rows, own, lambda s: s / tau, rule, 1 / tau, options, formula=formula)
        value = value + terms.softmax_weight * straight
    return value


def batch_beta(z: Tensor, chunk_size: int | None = None) -> Tensor:
    """The Weibull exponent of the nearest negatives of a whole batch, () without gradient, within 0.5 to 16.

    z (2B, D) two stacked views. The shortfalls 1 - s of all 2B (2B - 2) ordered negative pairs, held at 1e-6, the
    twentieth of them that is smallest, or 1,024, or all; without the twentieth of these, at least one, that is smallest
    itself: the slope of log F on log d. 4 where the line explains less than 0.85 of the variance or falls. The released
    run does the same and then keeps a running mean over batches, nine tenths of it what it was, which begins at 4; a
    function has no memory, so this is the batch's own. Of the tail a half is in memory: a pair has one shortfall.
    """
    z = z.detach()
    count = len(z)
    check_batch("pairs", count // 2, 2, "An anchor needs a negative.")
    ordered = count * (count - 2)
    size = min(max(LEAST_TAIL, int(TAIL_SHARE * ordered)), ordered)
    return _slope(smallest_of_all(_shortfalls(z, chunk_size), -(-size // 2)), size)


def _shortfalls(z: Tensor, chunk_size: int | None) -> Iterator[Tensor]:
    """1 - s of the negative pairs i < j of z (2B, D), each in one of the blocks, which are infinite elsewhere."""
    rows = block_rows(z, chunk_size)
    for start in range(0, len(z), rows):
        shortfalls = product(z[start : start + rows], z[start:].mT).neg_().add_(1)
        met = torch.ones(len(shortfalls), len(shortfalls), dtype=torch.bool, device=z.device).tril_()
        shortfalls[:, : len(met)].masked_fill_(met, torch.inf)
        shortfalls.diagonal(len(z) // 2).fill_(torch.inf)
        yield shortfalls


def _slope(tail: Tensor, size: int) -> Tensor:
    """From shortfalls (k,), ascending, of which each has two ranks, of those up to `size`; some at a time."""
    dropped = max(1, size // 20)

    def points() -> Iterator[tuple[Tensor, Tensor]]:
        for first in range(dropped // 2, len(tail), SLOPE_PART):
            x = tail[first : first + SLOPE_PART].clamp_min(ENDPOINT_GAP).log().repeat_interleave(2)
            ranks = torch.arange(2 * first + 1, 2 * first + 1 + len(x), dtype=x.dtype, device=x.device)
            kept = slice(max(0, dropped - 2 * first), size - 2 * first)
            yield x[kept], (ranks[kept] / (size + 1)).log()

    mean_x, mean_y = _total(torch.stack([x.sum(), y.sum()]) for x, y in points()) / (size - dropped)
    xx, xy, yy = _total(
        torch.stack([(x - mean_x).square().sum(), (x - mean_x).dot(y - mean_y), (y - mean_y).square().sum()])
        for x, y in points()
    )
    slope = xy / xx.clamp_min(torch.finfo(tail.dtype).tiny)
    believed = (slope * xy >= LEAST_FIT * yy) & (slope > 0)
    return torch.where(believed, slope.clamp(*BETA_RANGE), USUAL_BETA)


def _total(parts: Iterable[Tensor]) -> Tensor:
    """Of sums (m,), over the parts."""
    return torch.stack(list(parts)).sum(dim=0)
