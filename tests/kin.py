"""The relatives of NT-Xent as their papers write them, of one anchor by its cosines: independent of the records."""

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

KIN = ("dcl", "rince", "temperature_free_infonce", "siglip")
Q, DENSITY, BIAS = 0.5, 0.01, -10.0
TARGET_TAU = 0.1
"""The catalogue's defaults."""


def soft_of_row(positives: Tensor, noise: Tensor, tau: float) -> Tensor:
    """X-CLR of an anchor by its cosines to positives (p,) and noise (n,): targets by similarities 1 and 0."""
    wanted = torch.cat([torch.ones_like(positives), torch.zeros_like(noise)]) / TARGET_TAU
    return -(wanted.softmax(0) * (torch.cat([positives, noise]) / tau).log_softmax(0)).sum()


def of_row(name: str, own: Tensor, noise: Tensor, across: Tensor, tau: float, times: float | Tensor = 1.0) -> Tensor:
    """The loss of an anchor with cosine `own` () to its other view, `noise` (n,) to all others, of which `across` (m,)
    are in the other view, each so many times."""
    if name == "dcl":
        return (noise / tau).exp().sum().log() - own / tau
    if name == "rince":
        below = (own / tau).exp() + (noise / tau).exp().sum()
        return -((own / tau).exp() ** Q) / Q + (DENSITY * below) ** Q / Q
    if name == "temperature_free_infonce":
        odds = torch.cat([own[None], noise])
        odds = (1 + odds).clamp_min(1e-6) / (1 - odds).clamp_min(1e-6)
        return -(odds[0] / odds.sum()).log()
    return -logsigmoid(own / tau + BIAS) - (times * logsigmoid(-(across / tau + BIAS))).sum()
