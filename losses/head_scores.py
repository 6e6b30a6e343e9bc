"""Scores of a class head's candidates, unchecked: classes with the counts of their labels, or soft targets."""

import torch
from torch import Tensor

from .numerics import product, widen


def label_scores(logits: Tensor, counts: Tensor, noise_probs: Tensor, temperature: float | Tensor) -> Tensor:
    """f_ik / tau - log eta_k + log n_k, (N, K), unchecked: a class's score times its n_k candidates, counts (K,).

    A class with no candidate has score -inf.
    """
    f = widen(logits)
    present = counts > 0
    prior = torch.where(present, noise_probs.to(f.dtype), 1)
    weight = torch.where(present, counts.to(f.dtype), 1).log() - prior.log()
    return (f / temperature + weight).masked_fill(~present, -torch.inf)


def class_counts(labels: Tensor, classes: int) -> Tensor:
    """How many labels each class has, (N,) -> (K,)."""
    return (labels[:, None] == torch.arange(classes, device=labels.device)).sum(dim=0)


def target_scores(logits: Tensor, targets: Tensor, noise_probs: Tensor, temperature: float | Tensor) -> Tensor:
    """a_ij = sum_k w_jk (f_ik / tau - log eta_k), (N, M), unchecked."""
    f = widen(logits)
    targets = targets.to(f.dtype)
    return product(f, targets.mT) / temperature - log_prior(targets, noise_probs)


def log_prior(targets: Tensor, noise_probs: Tensor) -> Tensor:
    """sum_k w_jk log eta_k, (M, K) -> (M,), with 0 log 0 = 0."""
    return torch.xlogy(targets, noise_probs.to(targets.dtype)).sum(dim=-1)
