"""The losses whose sums below the bar are symmetric, as rules of `losses.symmetric`."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from .blocks import class_rows
from .checks import can_look
from .exponentials import SAFE_SCORE, RowExp, exp_in_place, plain_exp
from .formulas import raised
from .numerics import log_ratio
from .records import ENDPOINT_GAP
from .rules import steepness
from .symmetric import TILE_ROWS, Answer, SymmetricPass, Tile

LARGEST_POWER = 60.0
"""e^60 times the steepest slope, 1e6, summed over a batch, is a number of float32."""

Link = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Scores -> their exponentials and the derivatives of these by the score, in the scores' place or beside it."""


def exponential(scores: Tensor) -> tuple[Tensor, Tensor]:
    """e^x, which is its own derivative."""
    return exp_in_place(scores), scores


def power_of_shortfall(cosines: Tensor, beta: float) -> tuple[Tensor, Tensor]:
    """(1 - s)^(-beta), the shortfall held at 1e-6, and its derivative, which ends there."""
    shortfall = cosines.neg_().add_(1).clamp_min_(ENDPOINT_GAP)
    power = exp_in_place(shortfall.log().mul_(-beta))
    return power, steepness(shortfall).mul_(power).mul_(beta)


def powers_fit(z: Tensor, beta: float) -> bool:
    """Whether the powers of all cosines of z (N, D), their derivatives and sums are normal numbers."""
    if not can_look(z):
        return False
    largest = math.log1p(float(z.detach().square().sum(dim=1).max()))
    return beta * largest <= SAFE_SCORE and -beta * math.log(ENDPOINT_GAP) <= LARGEST_POWER


def of_pairs(
    exp: RowExp, scale: float | Tensor, *, own_below: bool = True, q: float = 0.0, log_density: float = 0.0
) -> "OfPairs | None":
    """For scores that are cosines times `scale`, where `exp` is without a shift: else none."""
    if exp is not plain_exp or isinstance(scale, Tensor):
        return None
    return OfPairs(exponential, scale, own_below, q, log_density)


@dataclass(frozen=True, slots=True, eq=False)
class OfPairs:
    """Two stacked views, the other view the one positive: with D the sum below, log D - x_p, or for a power q
    ((lam D)^q - e^{q x_p}) / q. `own_below`: is the positive in the sum?"""

    link: Link
    scale: float
    own_below: bool = True
    q: float = 0.0
    log_density: float = 0.0

    def tile(self, scores: Tensor, rows: slice) -> Tile:
        scores.diagonal().fill_(0)  # 1 with itself would be at a pole
        exponentials, slopes = self.link(scores)
        for values in (exponentials, slopes):
            values.diagonal().fill_(0)
            if not self.own_below:
                half = (values.shape[1] + rows.start) // 2
                values.diagonal(half).fill_(0)
                values.diagonal(-half).fill_(0)  # empty but where a tile has both views of a sample
        return Tile(rows, exponentials, slopes)

    def answer(self, z: Tensor, sums: Tensor, weights: Tensor, tiles: Sequence[Tile]) -> Answer:
        other = z.roll(len(z) // 2, 0)
        own, slope = self._own(z, other, tiles)
        above, log_below = own.log(), sums.log() + self.log_density
        if self.q == 0:
            losses, share, pull = log_ratio(sums, own) + self.log_density, 1 / sums, -slope / own
        else:
            share = (self.q * log_below).exp() / sums
            losses, pull = raised(log_below, above, self.q), -slope / own * (self.q * above).exp()
        pull = pull * weights
        return Answer(losses, share, (pull + pull.roll(len(z) // 2, 0)) * other)

    def _own(self, z: Tensor, other: Tensor, tiles: Sequence[Tile]) -> tuple[Tensor, Tensor]:
        """Exponentials and derivatives of the positives (N, 1): those that are in the sums, where they are. Near a pole
        the same cosine from another product is another number, and above and below the bar would not cancel."""
        if not self.own_below:
            return self.link(torch.linalg.vecdot(z, other)[:, None] * self.scale)
        half = len(z) // 2
        exponentials = torch.cat([tile.exponentials.diagonal(half) for tile in tiles])
        slopes = torch.cat([tile.slopes.diagonal(half) for tile in tiles])
        return exponentials.repeat(2)[:, None], slopes.repeat(2)[:, None]


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """The class of each anchor (N,), from 0; how many anchors each has (C,); what sorts the anchors by class (N,)."""

    of: Tensor
    counts: Tensor
    order: Tensor

    def sums(self, rows: Tensor) -> Tensor:
        """Of the rows (N, D) of each anchor's class, (N, D)."""
        # Not [self.of]: that takes three times as long.
        return rows.new_zeros(len(self.counts), rows.shape[1]).index_add_(0, self.of, rows).index_select(0, self.of)

    def others(self, dtype: torch.dtype) -> Tensor:
        """How many others each anchor's class has, at least 1, (N, 1)."""
        return (self.counts - 1).clamp_min_(1).to(dtype)[self.of, None]


@dataclass(frozen=True, slots=True, eq=False)
class OfClasses:
    """log of the sum over all others, less a mean score: above the bar each positive has the weight 1 / (|P| + |Nz| w)
    and noise w times that. SupCon at w = 0, X-CLR by labels."""

    classes: Classes
    scale: float
    noise_target: float = 0.0

    def tile(self, scores: Tensor, rows: slice) -> Tile:
        exp_in_place(scores).diagonal().fill_(0)
        return Tile(rows, scores, scores)

    def answer(self, z: Tensor, sums: Tensor, weights: Tensor, tiles: Sequence[Tile]) -> Answer:
        count = self.classes.others(z.dtype)
        target = 1 / (count + (len(z) - 1 - count) * self.noise_target)
        more, least = target * (1 - self.noise_target), target * self.noise_target
        # Each sum has the anchor itself in it, which is taken off again.
        of_class, itself = self.classes.sums(z), torch.linalg.vecdot(z, z)
        own = more * (torch.linalg.vecdot(z, of_class) - itself)[:, None]
        more = more * weights
        pull = self.classes.sums(more * z).addcmul_(more, of_class)
        if self.noise_target:
            of_all = z.sum(dim=0)
            own += least * (z @ of_all - itself)[:, None]
            least = least * weights
            pull.add_(least.squeeze(1) @ z).addcmul_(least, of_all)
            more = more + least
        pull.addcmul_(more, z, value=-2).neg_()
        return Answer(sums.log() - own * self.scale, 1 / sums, pull)


def over_classes(classes: Classes, scale: float, noise_target: float = 0.0) -> SymmetricPass:
    """SupCon, and X-CLR by labels."""
    return SymmetricPass(OfClasses(classes, scale, noise_target), scale)


@dataclass(frozen=True, slots=True, eq=False)
class OfNoise:
    """eps-SupInfoNCE (SINCERE at epsilon = 0): each positive against the noise alone, of anchors sorted by class, whose
    tiles have whole classes. `of` (N,): their classes.

    Above the bar is what one tile has among its own anchors; noise is all else, and its sum symmetric.
    """

    of: Tensor
    epsilon: float

    def tile(self, scores: Tensor, rows: slice) -> Tile:
        within = slice(0, rows.stop - rows.start)
        among = scores[:, within].clone()
        exp_in_place(scores)[:, within].mul_(~self._same(rows))
        return Tile(rows, scores, scores, among)

    def answer(self, z: Tensor, sums: Tensor, weights: Tensor, tiles: Sequence[Tile]) -> Answer:
        log_noise, losses = sums.log(), torch.empty_like(sums)
        share, pull = torch.empty_like(sums), torch.empty_like(z)
        for rows, _, _, among in tiles:
            positives = self._same(rows).fill_diagonal_(False)
            count = positives.sum(dim=1, keepdim=True).clamp_min_(1)
            gap = log_noise[rows] + self.epsilon - among
            losses[rows] = logsigmoid(-gap).mul_(positives).sum(dim=1, keepdim=True) / -count - self.epsilon
            force = gap.sigmoid_().mul_(positives).div_(count)
            share[rows] = force.sum(dim=1, keepdim=True)
            force.mul_(weights[rows])
            pull[rows] = (force + force.mT).neg_() @ z[rows]
        share /= sums.clamp_min_(torch.finfo(sums.dtype).tiny)
        return Answer(losses.masked_fill_(log_noise == -torch.inf, 0), share, pull)

    def _same(self, rows: slice) -> Tensor:
        """Which of a tile's anchors are of one class, (n, n), each with itself, too."""
        return self.of[rows, None] == self.of[rows]


LARGEST_CLASS = 2 * TILE_ROWS
"""Above, the pairs within classes are too large a part of all for tiles that hold whole classes."""


def against_noise(classes: Classes, scale: float, epsilon: float) -> SymmetricPass | None:
    """SINCERE and eps-SupInfoNCE, of classes that are not too large."""
    sizes = classes.counts.tolist()
    if max(sizes) > LARGEST_CLASS:
        return None
    rule = OfNoise(classes.of[classes.order], epsilon)
    return SymmetricPass(rule, scale, classes.order, class_rows(sizes, TILE_ROWS))
