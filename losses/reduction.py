"""From the losses of all anchors to what the caller asked for: a mean, or this process's own losses."""

import torch
from torch import Tensor

from . import processes
from .closed_form import EachLoss, LossesAndGradient, WeightedSum
from .options import Options


def reduced(losses: Tensor, takes_part: Tensor, own: Tensor, options: Options) -> Tensor:
    """Plain path: losses (N,) of all anchors, who takes part (N,), indices of this process's anchors (n,)."""
    if options.reduction == "none":
        return losses[own]
    return _over_processes(losses[own].sum() / takes_part.sum(), options)


def reduced_by_blocks(
    z: Tensor, block_pass: LossesAndGradient, takes_part: Tensor, own: Tensor, options: Options
) -> Tensor:
    """Fast path: the same from anchors z (N, D) and a pass over blocks of this process's anchors."""
    if options.reduction == "none":
        return EachLoss.apply(z, block_pass).masked_fill(~takes_part, 0)[own]
    weights = torch.zeros_like(z[:, 0]).index_copy_(0, own, takes_part[own].to(z.dtype))
    return _over_processes(WeightedSum.apply(z, weights, block_pass) / takes_part.sum(), options)


def _over_processes(part: Tensor, options: Options) -> Tensor:
    return processes.total(part) if options.distributed else part
