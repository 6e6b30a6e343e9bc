"""Each embedding loss as a rule of the fast path: scores in, losses out, forces in the scores' place.

Every rule works in place on one block that is in cache; `docs/decisions.md` has what was tried and did not pay.
"""

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from losses.evidence import ENDPOINT_GAP
from losses.pairs import other_view
from losses.streaming import Block, Rule


def supcon_rule(labels: Tensor) -> Rule:
    """SupCon on columns sorted by class, labels (N,): force q_ip - 1/|P| on a positive, q_in on noise."""

    def rule(scores: Tensor, block: Block, weights: Tensor) -> Tensor:
        positives, count = _positives(labels, block)
        band = scores[:, block.band]
        own = (band * positives).sum(dim=1, keepdim=True) / count
        band.scatter_(1, block.own_columns, -torch.inf)
        log_sum = _to_shares(scores, weights)
        band.sub_(positives * (weights / count))
        return log_sum - own

    return rule


def eps_sup_infonce_rule(labels: Tensor, epsilon: float) -> Rule:
    """eps-SupInfoNCE (SINCERE at epsilon = 0) on columns sorted by class, labels (N,).

    With g_ip = sigmoid(log B_i - score_ip + epsilon) / |P|: force -g_ip on a positive, and their sum, shared out
    by the softmax over the noise, on noise. Without noise both are 0.
    """

    def rule(scores: Tensor, block: Block, weights: Tensor) -> Tensor:
        positives, count = _positives(labels, block)
        band = scores[:, block.band]
        own = band.clone()
        band.masked_fill_(labels[block.anchors, None] == labels[block.band], -torch.inf)
        log_noise, total = _to_exp(scores)
        gap = torch.sub(log_noise + epsilon, own, out=own)  # (n, band)
        losses = logsigmoid(-gap).add_(epsilon).mul_(positives).sum(dim=1, keepdim=True).neg_() / count
        pull = gap.sigmoid_().mul_(positives).mul_(weights / count)
        scores.mul_(pull.sum(dim=1, keepdim=True) / total)
        band.sub_(pull)
        return losses.masked_fill_(log_noise < torch.finfo(log_noise.dtype).min / 4, 0)

    return rule


def contrast_rule(scores: Tensor, block: Block, weights: Tensor) -> Tensor:
    """Softmax over the others of two stacked views, towards the other view: force p_ij - 1[j is i's other view]."""
    other = other_view(block.anchors, scores.shape[1])[:, None]
    scores.scatter_(1, block.own_columns, -torch.inf)
    own = scores.gather(1, other)
    log_sum = _to_shares(scores, weights)
    scores.scatter_add_(1, other, -weights)
    return log_sum - own


def blend_rule(straight: Tensor, curved: Tensor, temperature: float) -> Rule:
    """Scores straight_i s / tau - curved_i log(1 - s) from s / tau of two stacked views; straight and curved (2B,).

    Weibit has straight = 0 and curved = beta, WEINCE 1 - lam and lam beta. The force is the softmax residual times
    the slope of the score, whose curved part ends at the clamp.
    """

    def rule(scores: Tensor, block: Block, weights: Tensor) -> Tensor:
        line, curve = straight[block.anchors, None], curved[block.anchors, None]
        shortfall = torch.mul(scores, -temperature).add_(1).clamp_min_(ENDPOINT_GAP)  # (n, 2B) 1 - s
        scores.mul_(line).sub_(shortfall.log().mul_(curve))
        losses = contrast_rule(scores, block, weights)
        steep = shortfall.reciprocal_()
        steep.masked_fill_(steep >= 1 / ENDPOINT_GAP, 0)
        scores.mul_(steep.mul_(curve * temperature).add_(line))
        return losses

    return rule


def _positives(labels: Tensor, block: Block) -> tuple[Tensor, Tensor]:
    """Who in the band is a positive of each anchor, bool (n, band), and how many (n, 1), at least 1."""
    positives = labels[block.anchors, None] == labels[block.band]
    positives.scatter_(1, block.own_columns, False)
    return positives, positives.sum(dim=1, keepdim=True).clamp_min_(1)


def _to_exp(scores: Tensor) -> tuple[Tensor, Tensor]:
    """Turn scores into exp(scores - row maximum), in place; log of the sum of exp and the scaled sum, both (n, 1)."""
    lowest, smallest = torch.finfo(scores.dtype).min / 2, torch.finfo(scores.dtype).tiny
    largest = scores.amax(dim=1, keepdim=True).clamp_min_(lowest)
    total = scores.sub_(largest).exp_().sum(dim=1, keepdim=True).clamp_min_(smallest)
    return largest + total.log(), total


def _to_shares(scores: Tensor, weights: Tensor) -> Tensor:
    """Turn scores into weights times their softmax, in place; the log of the sum of exp, (n, 1)."""
    log_sum, total = _to_exp(scores)
    scores.mul_(weights / total)
    return log_sum
