"""Class scores that are infinite, or leave the numbers once divided by tau: losses where these have a limit.

-inf is the score of a class that is ruled out; 0 log 0 = 0 for a target that gives it no weight. One score of +inf has
all the probability; two have no limit and give NaN, as does a row of -inf. The losses themselves are computed without
these cares, and again with them where something came out that is not finite.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from .checks import can_look
from .numerics import product, widen
from .temperature import Temperature, tempered_logits


def is_settled(losses: Tensor) -> bool:
    """Whether the losses, of any shape, are known to need no further care."""
    return can_look(losses) and bool(losses.detach().isfinite().all())


def settled(logits: Tensor, temperature: float | Tensor) -> Tensor:
    """Scores (N, K) with the softmax of logits / tau, none above 0: the largest is taken off before the division."""
    top = logits.detach().amax(dim=-1, keepdim=True)
    endless = logits == torch.inf
    alone = torch.where(endless, 0.0, -torch.inf).where(endless.sum(dim=-1, keepdim=True) == 1, torch.nan)
    return torch.where(top == torch.inf, alone.to(logits.dtype), (logits - top) / temperature)


def weighted_sum(weights: Tensor, log_probs: Tensor) -> Tensor:
    """sum_k w_k log p_k, (N, K) -> (N,), where a class of weight 0 may have probability 0."""
    return (weights * log_probs.masked_fill((weights == 0) & (log_probs == -torch.inf), 0)).sum(dim=-1)


def settled_target_scores(logits: Tensor, targets: Tensor, log_prior: Tensor, temperature: float | Tensor) -> Tensor:
    """sum_k w_jk f_ik / tau - log_prior_j up to a number per row, logits (N, K), targets (M, K) -> (N, M).

    A candidate with weight on a score of -inf is out; of a score of +inf, all are that have less weight on it than
    others. Rows of targets are taken to sum to 1.
    """
    unused = ~(targets != 0).any(dim=0)
    logits = logits.masked_fill(unused, -torch.inf)
    endless = logits == torch.inf
    finite = logits.masked_fill(endless, -torch.inf)
    top = finite.detach().amax(dim=-1, keepdim=True)
    shifted = (finite - top.masked_fill(top == -torch.inf, 0)) / temperature
    ruled_out = (shifted == -torch.inf) & ~endless
    scores = product(shifted.masked_fill(shifted == -torch.inf, 0), targets.mT) - log_prior
    out = product(ruled_out.to(targets.dtype), (targets != 0).to(targets.dtype).mT) > 0
    on_endless = product(endless.to(targets.dtype), targets.mT)
    less = on_endless < on_endless.amax(dim=-1, keepdim=True)
    return scores.masked_fill(out | less, -torch.inf)


def against_classes(scores: Tensor, labels: Tensor, counts: Tensor) -> Tensor:
    """-log of the share of one candidate of the own class, from `label_scores` (N, K) with counts (K,) -> (N,)."""
    own = labels.clamp_min(0)[:, None]
    return counts[own].squeeze(1).to(scores.dtype).log() - scores.log_softmax(dim=-1).gather(1, own).squeeze(1)


def against_candidates(scores: Tensor, own: Tensor) -> Tensor:
    """-log softmax over candidates (N, M) of the own one (N,) -> (N,)."""
    return -scores.log_softmax(dim=-1).gather(1, own[:, None]).squeeze(1)


def of_log_probs(logits: Tensor, temperature: Temperature, losses_of: Callable[[Tensor, bool], Tensor]) -> Tensor:
    """Losses (N,) from log softmax(f / tau) (N, K), made without care and, where that does not do, with care."""
    f, tau = tempered_logits(widen(logits), temperature)
    losses = losses_of((f / tau).log_softmax(dim=-1), False)
    return losses if is_settled(losses) else losses_of(settled(f, tau).log_softmax(dim=-1), True)


def settled_against_candidates(
    logits: Tensor, candidates: Tensor, log_prior: Tensor, temperature: float | Tensor, own: Tensor
) -> Tensor:
    """-log softmax of `settled_target_scores` of the own candidate (N,) -> (N,), all scores in memory."""
    scores = settled_target_scores(logits, candidates.to(logits.dtype), log_prior.to(logits.dtype), temperature)
    return against_candidates(scores, own)
