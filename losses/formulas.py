"""The losses as written, from all scores at once, through autograd: the plain path, which the fast one must equal.

Each takes scores (n, N) of n anchors against all N and their roles, and gives the losses (n,), unchecked.
"""

import torch
from torch import Tensor

from .numerics import below_top, masked_logsumexp, softplus
from .pairs import Roles
from .records import ENDPOINT_GAP


def supcon_of_anchors(scores: Tensor, roles: Roles) -> Tensor:
    """-1/|P| sum_p log softmax over all others; 0 for an anchor with no positive."""
    others = roles.positives | roles.noise
    scores = below_top(scores, others)
    log_denominator = masked_logsumexp(scores, others)  # (n,)
    return _mean_over_positives(log_denominator[:, None] - scores, roles)


def x_clr_of_anchors(scores: Tensor, roles: Roles, noise_target: float) -> Tensor:
    """Cross-entropy of the softmax over all others against targets by role; see `targets_by_role`."""
    others = roles.positives | roles.noise
    losses = cross_entropy_of_anchors(scores, targets_by_role(scores, roles, noise_target), others)
    return losses * roles.positives.any(dim=-1)


def cross_entropy_of_anchors(scores: Tensor, targets: Tensor, others: Tensor) -> Tensor:
    """-sum_j t_ij log softmax_j of the scores over others (n, N) bool; targets (n, N), rows of sum 1, 0 elsewhere."""
    scores = below_top(scores, others)
    return masked_logsumexp(scores, others) - (targets * scores.masked_fill(~others, 0)).sum(dim=-1)


def targets_by_role(scores: Tensor, roles: Roles, noise_target: float) -> Tensor:
    """(n, N) like the scores: 1 / (|P| + |Nz| w) on positives and w times that on noise, w = `noise_target`."""
    weights = roles.positives + noise_target * roles.noise.to(scores.dtype)
    return weights / weights.sum(dim=-1, keepdim=True).clamp_min(torch.finfo(scores.dtype).tiny)


def eps_sup_infonce_of_anchors(scores: Tensor, roles: Roles, epsilon: float) -> Tensor:
    """log(e^{-epsilon} + B e^{-score}) = softplus(log B - score + epsilon) - epsilon, mean over positives.

    0 for an anchor with no positive, and where there is no noise. SINCERE at epsilon = 0.
    """
    scores = below_top(scores, roles.noise)
    log_noise = masked_logsumexp(scores, roles.noise)  # (n,) log B
    losses = softplus(log_noise[:, None] - scores + epsilon) - epsilon  # (n, N)
    return _mean_over_positives(losses, roles) * roles.noise.any(dim=-1)


def contrast_of_anchors(scores: Tensor, roles: Roles) -> Tensor:
    """-log softmax over all others of the one positive."""
    others = roles.positives | roles.noise
    scores = below_top(scores, others)
    own = scores.masked_fill(~roles.positives, 0).sum(dim=-1)
    return masked_logsumexp(scores, others) - own


def decoupled_of_anchors(scores: Tensor, roles: Roles) -> Tensor:
    """log of the sum over the noise alone, less the one positive."""
    scores = below_top(scores, roles.noise)
    return masked_logsumexp(scores, roles.noise) - scores.masked_fill(~roles.positives, 0).sum(dim=-1)


def hardest_of_anchors(scores: Tensor, roles: Roles, top: int) -> Tensor:
    """-log softmax of the one positive over it and the `top` largest scores of noise."""
    scores = below_top(scores, roles.positives | roles.noise)
    own = scores.masked_fill(~roles.positives, 0).sum(dim=-1, keepdim=True)
    nearest = scores.masked_fill(~roles.noise, -torch.inf).topk(top, dim=-1, sorted=False).values
    return torch.cat([own, nearest], dim=-1).logsumexp(dim=-1) - own.squeeze(-1)


def powered_of_anchors(scores: Tensor, roles: Roles, q: float, log_density: float) -> Tensor:
    """((lam D)^q - e^{q x_p}) / q, D the sum over all others."""
    own = scores.masked_fill(~roles.positives, 0).sum(dim=-1)
    return raised(masked_logsumexp(scores, roles.positives | roles.noise) + log_density, own, q)


def raised(log_below: Tensor, above: Tensor, q: float) -> Tensor:
    """(e^{q log_below} - e^{q above}) / q, at q = 0 its limit log_below - above."""
    return log_below - above if q == 0 else ((q * log_below).expm1() - (q * above).expm1()) / q


def pairs_of_anchors(logits: Tensor, roles: Roles) -> Tensor:
    """log(1 + e^-l) of the positive and log(1 + e^l) of each noise pair, added up."""
    return (softplus(-logits) * roles.positives + softplus(logits) * roles.noise).sum(dim=-1)


def log_odds(cosines: Tensor) -> Tensor:
    """2 artanh s = log(1 + s) - log(1 - s), both held at 1e-6 from their poles at s = -1 and 1."""
    return weibit_coordinate(cosines) - weibit_coordinate(-cosines)


def weibit_coordinate(cosines: Tensor) -> Tensor:
    """-log(1 - s) with s clamped below 1 - 1e-6, where its derivative 1 / (1 - s) would be unbounded."""
    # Not s is clamped but the shortfall: in float32 the number nearest to 1 - 1e-6 is 1.3 % further from 1.
    return -(1 - cosines).clamp_min(ENDPOINT_GAP).log()


def _mean_over_positives(losses: Tensor, roles: Roles) -> Tensor:
    """Mean over p in P(i) of (n, N) losses, (n,)."""
    return losses.masked_fill(~roles.positives, 0).sum(dim=-1) / roles.positive_count.clamp_min(1)
