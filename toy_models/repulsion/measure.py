"""Read a batch and the forces on it: how much of what a loss does to a class pushes it apart."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from losses.numerics import masked_logsumexp
from losses.pairs import Roles
from toy_models.traces import names_of


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """All of the shape of the leading dimensions; NaN where there is nothing to measure.

    repelling_share: of ordered same-class pairs (anchor, positive), those whose derivative is above 0, beyond rounding.
    push_to_pull: sum of the positive over the sum of the negative derivatives on same-class pairs, without its sign.
    positive_share: sum_p q_ip, the same-class part of the denominator over all others, mean over anchors with
    a positive. same_cosine, noise_cosine: means over pairs. margin: median nearest same-class cosine minus median
    nearest noise cosine over anchors that have both (Feeney & Hughes, arXiv 2309.14277, section 5, with both taken
    from this batch). same_force, noise_force: mean derivative of the pairs, nats per unit of cosine.
    """

    repelling_share: np.ndarray
    push_to_pull: np.ndarray
    positive_share: np.ndarray
    same_cosine: np.ndarray
    noise_cosine: np.ndarray
    margin: np.ndarray
    same_force: np.ndarray
    noise_force: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Metrics(Reading):
    """What is recorded of a batch, as in `run.Frame`."""

    loss: np.ndarray
    gradient_norm: np.ndarray


METRICS = names_of(Metrics)


def read(cosines: Tensor, forces: Tensor, roles: Roles, temperature: float) -> Reading:
    """cosines and forces (..., N, N); the roles are those by class, whatever the loss -> a reading of shape (...)."""
    on_same = forces * roles.positives
    push, pull = _total(on_same.clamp_min(0)), -_total(on_same.clamp_max(0))
    pairs, noise_pairs = roles.positives.sum(), roles.noise.sum()
    readings = {
        "repelling_share": _total(repels(forces, roles, temperature).to(forces.dtype)) / pairs,
        "push_to_pull": push / pull,  # 0 / 0, NaN, where nothing acts on a class
        "positive_share": _positive_share(cosines / temperature, roles),
        "same_cosine": _total(cosines * roles.positives) / pairs,
        "noise_cosine": _total(cosines * roles.noise) / noise_pairs,
        "margin": _margin(cosines, roles),
        "same_force": _total(on_same) / pairs,
        "noise_force": _total(forces * roles.noise) / noise_pairs,
    }
    return Reading(**{name: value.cpu().double().numpy() for name, value in readings.items()})


def repels(forces: Tensor, roles: Roles, temperature: float) -> Tensor:
    """(..., N, N) bool: same-class pairs that are pushed apart."""
    return (forces > resolution(roles, temperature, forces.dtype)) & roles.positives


def resolution(roles: Roles, temperature: float, dtype: torch.dtype) -> Tensor:
    """(N, 1): from which size on a derivative on a positive is no rounding, some thousand times that of its terms.

    Where q_ip = 1/|P| (a class at one point, its noise out of reach) rounding alone would decide.
    """
    positives = roles.positive_count[:, None].clamp_min(1)
    return 4096 * torch.finfo(dtype).eps / (positives * temperature)


def _total(pairs: Tensor) -> Tensor:
    return pairs.sum((-2, -1))


def _positive_share(scores: Tensor, roles: Roles) -> Tensor:
    among_all = masked_logsumexp(scores, roles.positives | roles.noise)
    share = (masked_logsumexp(scores, roles.positives) - among_all).exp()
    return share[..., roles.positives.any(-1)].mean(-1)


def _margin(cosines: Tensor, roles: Roles) -> Tensor:
    both = roles.positives.any(-1) & roles.noise.any(-1)
    if not both.any():
        return cosines.new_full(cosines.shape[:-2], torch.nan)
    nearest = [cosines.masked_fill(~mask, -torch.inf).amax(-1)[..., both] for mask in (roles.positives, roles.noise)]
    return nearest[0].quantile(0.5, dim=-1) - nearest[1].quantile(0.5, dim=-1)
