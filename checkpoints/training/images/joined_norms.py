"""Batch norms that see the batch of all processes. torch's own SyncBatchNorm needs a GPU, and this one none."""

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from checkpoints.training.images import joined

_OVER = (0, 2, 3)


class JoinedBatchNorm(nn.BatchNorm2d):
    """As nn.BatchNorm2d, with mean and variance of the maps (N, C, H, W) of all processes while it is trained."""

    def forward(self, maps: Tensor) -> Tensor:
        if not self.training or joined.count() == 1:
            return super().forward(maps)
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        maps_32 = maps.float()
        mean, variance, items = _statistics(maps_32.detach())
        with torch.no_grad():
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * (items / (items - 1)), self.momentum)
        normal = _Normalised.apply(maps_32, mean, (variance + self.eps).rsqrt(), items)
        return (normal * _column(self.weight) + _column(self.bias)).to(maps.dtype)


def joined_norms(model: nn.Module) -> nn.Module:
    """The model, each nn.BatchNorm2d in it a JoinedBatchNorm with the same tensors under the same names."""
    for module in model.modules():
        if type(module) is nn.BatchNorm2d:
            module.__class__ = JoinedBatchNorm
    return model


def _statistics(maps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Mean and variance (C,) over all processes, and over how many values: Chan, Golub & LeVeque 1983, which loses no
    digits where the mean is large."""
    variance, mean = torch.var_mean(maps, _OVER, correction=0)
    own = torch.cat([mean.new_tensor([maps.numel() // maps.shape[1]]), mean, variance])
    told = [torch.empty_like(own) for _ in range(joined.count())]
    dist.all_gather(told, own)
    every = torch.stack(told).double()  # (processes, 1 + 2 C)
    items, (means, variances) = every[:, :1], every[:, 1:].chunk(2, dim=1)
    whole = items.sum()
    mean_of_all = (items * means).sum(dim=0) / whole
    spread = (items * (variances + (means - mean_of_all) ** 2)).sum(dim=0) / whole
    return mean_of_all.float(), spread.float(), whole.float()


def _column(values: Tensor) -> Tensor:
    return values[None, :, None, None]


class _Normalised(torch.autograd.Function):
    """(x - mean) / deviation, the two being functions of the x of all processes."""

    @staticmethod
    def forward(ctx: Any, maps: Tensor, mean: Tensor, inverse: Tensor, items: Tensor) -> Tensor:
        normal = (maps - _column(mean)) * _column(inverse)
        ctx.save_for_backward(normal, inverse, items)
        return normal

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None, None]:
        normal, inverse, items = ctx.saved_tensors
        sums = torch.stack([upstream.sum(_OVER), (upstream * normal).sum(_OVER)])
        dist.all_reduce(sums)
        level, slope = sums / items
        return _column(inverse) * (upstream - _column(level) - normal * _column(slope)), None, None, None
