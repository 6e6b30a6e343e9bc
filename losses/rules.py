"""Each embedding loss as a rule of the fast path: scores in, losses out, forces in the scores' place.

Every rule works in place on one block that is in cache; `docs/decisions.md` has what was tried and did not pay.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from .blocks import Block
from .checks import can_look
from .exponentials import RowExp, tallied_exp, without
from .formulas import raised
from .nearest import places_of_largest
from .numerics import log_ratio
from .pairs import other_view
from .positives import Groups
from .records import ENDPOINT_GAP
from .streaming import Rule


def supcon_rule(groups: Groups, exp: RowExp) -> Rule:
    """SupCon: force q_ip - 1/|P| on a positive, q_in on noise."""

    def rule(scores: Tensor, block: Block) -> tuple[Tensor, Tensor]:
        positives = groups.positives(block)
        own = positives.read(scores)
        log_sum, total, shift = exp(scores, block.fill_anchors)
        own = positives.blank(without(shift, own), 0).sum(dim=1, keepdim=True) / positives.count
        positives.add(scores, -total / positives.count)
        return log_sum - own, 1 / total

    return rule


def eps_sup_infonce_rule(groups: Groups, exp: RowExp, epsilon: float) -> Rule:
    """eps-SupInfoNCE (SINCERE at epsilon = 0).

    With g_ip = sigmoid(log B_i - score_ip + epsilon) / |P|: force -g_ip on a positive, and their sum, shared out
    by the softmax over the noise, on noise. Without noise both are 0.
    """

    def rule(scores: Tensor, block: Block) -> tuple[Tensor, Tensor]:
        positives = groups.positives(block)
        own = positives.read(scores)
        log_noise, total, shift = exp(scores, positives.fill_class)
        gap = positives.blank(torch.sub(log_noise + epsilon, without(shift, own), out=own), -torch.inf)  # (n, w)
        log_ratio = logsigmoid(-gap).sum(dim=1, keepdim=True)
        pull = gap.sigmoid_()
        pulled = pull.sum(dim=1, keepdim=True).clamp_min_(torch.finfo(pull.dtype).tiny)
        positives.add(scores, pull.div_(pulled).mul_(-total))
        losses = (-log_ratio / positives.count - epsilon).masked_fill_(log_noise == -torch.inf, 0)
        return losses, pulled / (total * positives.count)

    return rule


def x_clr_rule(groups: Groups, exp: RowExp, noise_target: float) -> Rule:
    """X-CLR by labels: force q - t, t = 1 / (|P| + |Nz| w) on a positive and w times that on noise."""

    def rule(scores: Tensor, block: Block) -> tuple[Tensor, Tensor]:
        positives = groups.positives(block)
        count = positives.count.to(scores.dtype)
        own_target = 1 / (count + (scores.shape[1] - 1 - count) * noise_target)
        more, least = own_target * (1 - noise_target), own_target * noise_target

        def tally(below_shift: Tensor) -> Tensor:
            own = positives.blank(positives.read(below_shift), 0).sum(dim=1, keepdim=True)
            return least * below_shift.sum(dim=1, keepdim=True) + more * own

        own, log_sum, total = tallied_exp(exp, scores, block.fill_anchors, tally)
        positives.add(scores.sub_(least * total), -more * total)
        block.fill_anchors(scores, 0)
        return log_sum - own, 1 / total

    return rule


def given_targets_rule(exp: RowExp, targets: Callable[[Block], Tensor]) -> Rule:
    """X-CLR by similarities: force q - t, t the targets (n, N) of a block, 0 on the anchors themselves."""

    def rule(scores: Tensor, block: Block) -> tuple[Tensor, Tensor]:
        wanted = targets(block)

        def tally(below_shift: Tensor) -> Tensor:
            return torch.linalg.vecdot(wanted, below_shift)[:, None]

        own, log_sum, total = tallied_exp(exp, scores, block.fill_anchors, tally)
        scores.addcmul_(wanted, total, value=-1)
        return log_sum - own, 1 / total

    return rule


def contrast_rule(exp: RowExp) -> Rule:
    """Softmax over the others of two stacked views, towards the other view: force p_ij - 1[j is i's other view]."""

    def rule(scores: Tensor, block: Block) -> tuple[Tensor, Tensor]:
        other = other_view(block.anchors, scores.shape[1])[:, None]
        own = scores.gather(1, other)
        log_sum, total, shift = exp(scores, block.fill_anchors)
        scores.scatter_add_(1, other, -total)
        return log_sum - without(shift, own), 1 / total

    return rule


def blend_rule(
    straight: Tensor, curved: Tensor, temperature: float | Tensor, exp: RowExp, *, curve_pulls: bool = True
) -> Rule:
    """Scores straight_i s / tau - curved_i log(1 - s) from s / tau of two stacked views; straight and curved (2B,).

    Weibit has straight = 0 and curved = beta, WEINCE 1 - lam and lam beta. The force is the softmax residual times
    the slope of the score, whose curved part ends at the clamp, or is left out where the curve does not pull.
    """
    contrast = contrast_rule(exp)

    def rule(scores: Tensor, block: Block) -> tuple[Tensor, Tensor]:
        line, curve = straight[block.anchors, None], curved[block.anchors, None]
        block.fill_anchors(scores, 0)  # 1 with itself, which would have every block look like one at the pole
        shortfall = torch.mul(scores, -temperature).add_(1).clamp_min_(ENDPOINT_GAP)  # (n, 2B) 1 - s
        scores.mul_(line).addcmul_(shortfall.log(), curve, value=-1)
        losses, factors = contrast(scores, block)
        if not curve_pulls:
            scores.mul_(line)
            return losses, factors
        steep = steepness(shortfall)
        scores.mul_(torch.addcmul(line, steep, curve * temperature, out=steep))
        return losses, factors

    return rule


def decoupled_rule(exp: RowExp) -> Rule:
    """DCL: softmax over the noise alone of two stacked views; force -1 on the other view, its share on noise."""

    def rule(scores: Tensor, block: Block) -> tuple[Tensor, Tensor]:
        other = other_view(block.anchors, scores.shape[1])[:, None]
        own = scores.gather(1, other)

        def fill_pair(values: Tensor, value: float) -> None:
            block.fill_anchors(values, value)
            values.scatter_(1, other, value)

        log_sum, total, shift = exp(scores, fill_pair)
        scores.scatter_(1, other, -total)
        return log_sum - without(shift, own), 1 / total

    return rule


def power_rule(exp: RowExp, q: float, log_density: float) -> Rule:
    """RINCE: with D the sum over the others of two stacked views, ((lam D)^q - e^{q x_p}) / q.

    Force (lam D)^q p_ij - e^{q x_p} [j is i's other view]; the first factor is left for the products' rows.
    """

    def rule(scores: Tensor, block: Block) -> tuple[Tensor, Tensor]:
        other = other_view(block.anchors, scores.shape[1])[:, None]
        own = scores.gather(1, other)
        log_sum, total, shift = exp(scores, block.fill_anchors)
        log_below = (log_sum if shift is None else log_sum + shift) + log_density
        scores.scatter_add_(1, other, -total * (q * (own - log_below)).exp())
        return raised(log_below, own, q), (q * log_below).exp() / total

    return rule


def hardest_rule(top: int, beta: Tensor | None = None) -> Rule:
    """Softmax of the other view and the `top` largest scores of noise, the rest without a force.

    Of s / tau as it comes; with `beta` () of -beta log(1 - s), from cosines, whose slope ends at the clamp.
    """

    def rule(scores: Tensor, block: Block) -> tuple[Tensor, Tensor]:
        other = other_view(block.anchors, scores.shape[1])[:, None]
        own = scores.gather(1, other)
        block.fill_anchors(scores, -torch.inf)
        columns = places_of_largest(scores.scatter_(1, other, -torch.inf), top)
        x = torch.cat([own, scores.gather(1, columns)], dim=1)
        slope: Tensor | float = 1.0
        if beta is not None:
            shortfall = (1 - x).clamp_min_(ENDPOINT_GAP)
            x = shortfall.log().mul_(-beta)
            slope = steepness(shortfall) * beta
        x -= x.amax(dim=1, keepdim=True)
        losses = x.logsumexp(dim=1, keepdim=True) - x[:, :1]
        force = x.softmax(dim=1)
        force[:, 0] -= 1
        scores.zero_().scatter_(1, torch.cat([other, columns], dim=1), force * slope)
        return losses, torch.ones_like(losses)

    return rule


def log_odds_rule() -> Rule:
    """Scores log(1 + s) - log(1 - s) from cosines of two stacked views; their slopes end at the clamps.

    The exponential of a score is the odds (1 + s) / (1 - s) themselves: neither exp nor log is taken of a block.
    """

    def rule(scores: Tensor, block: Block) -> tuple[Tensor, Tensor]:
        other = other_view(block.anchors, scores.shape[1])[:, None]
        block.fill_anchors(scores, 0)  # 1 with itself, which would have every block look like one at the pole
        own = scores.gather(1, other)
        below, slopes = odds(scores)
        block.fill_anchors(below, 0)
        total, (own_odds, own_slope) = below.sum(dim=1, keepdim=True), odds(own)
        block.fill_anchors(slopes, 0)
        slopes.scatter_add_(1, other, -total * own_slope / own_odds)
        return log_ratio(total, own_odds), 1 / total

    return rule


def odds(cosines: Tensor) -> tuple[Tensor, Tensor]:
    """(1 + s) / (1 - s), both held at 1e-6; and, in the cosines' place, its derivative, that of the logarithm
    1 / (1 - s) + 1 / (1 + s) without what is held."""
    if _is_between_the_poles(cosines):
        inverse = cosines.neg_().add_(1).reciprocal_()
        found = torch.mul(inverse, 2).sub_(1)
        return found, inverse.square_().mul_(2)  # of odds, slope and halves: (1 + s) + (1 - s) = 2
    right = (1 + cosines).clamp_min_(ENDPOINT_GAP)
    inverse = cosines.neg_().add_(1).clamp_min_(ENDPOINT_GAP).reciprocal_()
    found = right * inverse
    moved = found.masked_fill(inverse >= 1 / ENDPOINT_GAP, 0).add_(right > ENDPOINT_GAP)
    return found, inverse.mul_(moved)


def _is_between_the_poles(cosines: Tensor) -> bool:
    """Are all known to be away from the clamps, and so far from -1 that 2 / (1 - s) - 1 keeps its digits?"""
    if not can_look(cosines):
        return False
    low, high = torch.aminmax(cosines)
    return float(low) > -0.9 and float(high) < 1 - 2 * ENDPOINT_GAP


def steepness(shortfall: Tensor) -> Tensor:
    """1 / d in the place of d, and 0 where d was clamped."""
    steep = shortfall.reciprocal_()
    if can_look(steep) and float(steep.amax()) < 1 / ENDPOINT_GAP:  # a look takes a tenth of a mask's time
        return steep
    return steep.masked_fill_(steep >= 1 / ENDPOINT_GAP, 0)
