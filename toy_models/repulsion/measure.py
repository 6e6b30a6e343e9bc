"""Read a batch and the forces on it: how much of what a loss does to a class pushes it apart."""

from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from losses.numerics import masked_logsumexp
from toy_models.repulsion.batch import Batch


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


METRICS = tuple(field.name for field in fields(Reading))


def read(similarities: Tensor, forces: Tensor, batch: Batch, temperature: float) -> Reading:
    """similarities and forces (..., N, N) of one batch's labels -> a reading of shape (...)."""
    same, noise = batch.same_class, batch.noise
    on_same, on_noise = forces[..., same], forces[..., noise]  # (..., pairs)
    push, pull = on_same.clamp_min(0).sum(-1), -on_same.clamp_max(0).sum(-1)
    readings = {
        "repelling_share": repels(forces, batch, temperature)[..., same].to(forces.dtype).mean(-1),
        "push_to_pull": push / pull,  # 0 / 0, NaN, where nothing acts on a class
        "positive_share": _positive_share(similarities, batch, temperature),
        "same_cosine": similarities[..., same].mean(-1),
        "noise_cosine": similarities[..., noise].mean(-1),
        "margin": _margin(similarities, same, noise),
        "same_force": on_same.mean(-1),
        "noise_force": on_noise.mean(-1),
    }
    return Reading(**{name: value.cpu().double().numpy() for name, value in readings.items()})


def repels(forces: Tensor, batch: Batch, temperature: float) -> Tensor:
    """(..., N, N) bool: same-class pairs that are pushed apart."""
    return (forces > resolution(batch, temperature, forces.dtype)) & batch.same_class


def resolution(batch: Batch, temperature: float, dtype: torch.dtype) -> Tensor:
    """(N, 1): the derivative on a positive from which on its sign is no rounding, some thousand times that of its terms.

    Where q_ip = 1/|P| (a class at one point, its noise out of reach) rounding alone would decide.
    """
    positives = batch.same_class.sum(-1, keepdim=True).clamp_min(1)
    return 4096 * torch.finfo(dtype).eps / (positives * temperature)


def _positive_share(similarities: Tensor, batch: Batch, temperature: float) -> Tensor:
    scores, same = similarities / temperature, batch.same_class
    among_all = masked_logsumexp(scores, same | batch.noise)
    share = (masked_logsumexp(scores, same) - among_all).exp()
    return share[..., same.any(-1)].mean(-1)


def _margin(similarities: Tensor, same: Tensor, noise: Tensor) -> Tensor:
    target, other = nearest(similarities, same, noise)
    both = same.any(-1) & noise.any(-1)
    if not both.any():
        return similarities.new_full(similarities.shape[:-2], torch.nan)
    return target[..., both].quantile(0.5, dim=-1) - other[..., both].quantile(0.5, dim=-1)


def nearest(similarities: Tensor, same: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Each anchor's largest same-class and largest noise cosine, (..., N) both; -inf where it has none."""
    return tuple(similarities.masked_fill(~mask, -torch.inf).amax(-1) for mask in (same, noise))  # type: ignore[return-value]
