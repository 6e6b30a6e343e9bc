"""One batch out of the batches of all processes, by torch.distributed.

Convention: the mean loss is that of the joined batch on every process, and each process gets W times its share of
the gradient, W the number of processes: averaged over processes, as DistributedDataParallel does, that is the
gradient of the joined batch. Batches may differ in size.
"""

from itertools import chain
from math import prod
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from .errors import LabError


def joined(tensors: tuple[Tensor, ...]) -> tuple[tuple[Tensor, ...], Tensor]:
    """Tensors of equal length n with the rows of all processes, one process after the other, with gradient where
    they have one; and the indices (n,) of this process's rows."""
    _check_group()
    sizes = _sizes(tensors)
    own = torch.arange(sum(sizes), device=tensors[0].device)[_own(sizes)]
    return tuple(_Join.apply(tensor, sizes) for tensor in tensors), own


def summed(counts: Tensor) -> Tensor:
    """Sum over processes of a tensor without gradient."""
    _check_group()
    everywhere = counts.clone()
    dist.all_reduce(everywhere)
    return everywhere


def total(part: Tensor) -> Tensor:
    """Sum of a scalar over processes, with gradient."""
    return _Total.apply(part)


def _check_group() -> None:
    if not (dist.is_available() and dist.is_initialized()):
        raise LabError(
            "distributed",
            "needs an initialised process group",
            None,
            "Start with torchrun and call torch.distributed.init_process_group(), or leave distributed=False.",
        )


def _sizes(tensors: tuple[Tensor, ...]) -> list[int]:
    """How many rows each process has, of tensors that are alike but for that: else all processes say so together."""
    kinds = [(prod(tensor.shape[1:]), 8 * tensor.element_size()) for tensor in tensors]  # numbers a row, bits a number
    told = torch.zeros(dist.get_world_size(), 1 + 2 * len(kinds), dtype=torch.int64, device=tensors[0].device)
    told[dist.get_rank()] = torch.tensor([len(tensors[0]), *chain(*kinds)], device=told.device)
    found = summed(told).tolist()
    for process, (_, *there) in enumerate(found):
        _check_alike(process, there, found[0][1:])
    return [count for count, *_ in found]


def _check_alike(process: int, there: list[int], first: list[int]) -> None:
    """Numbers a row and bits a number, of each tensor, on a process and on the first one."""
    kinds = zip(there[::2], there[1::2], first[::2], first[1::2], strict=True)
    for numbers, bits, others, other_bits in kinds:
        if (numbers, bits) != (others, other_bits):
            rule = "must have rows of one size and dtype on all processes"
            has = f"has {others} numbers of {other_bits} bits on process 0, {numbers} of {bits} on process {process}"
            raise LabError("a joined batch", rule, but=has, remedy="Give every process the same model and dtype.")


def _own(sizes: list[int]) -> slice:
    rank = dist.get_rank()
    return slice(sum(sizes[:rank]), sum(sizes[: rank + 1]))


class _Join(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, rows: Tensor, sizes: list[int]) -> Tensor:
        ctx.sizes = sizes
        padded = rows.new_zeros(max(sizes), *rows.shape[1:])
        padded[: len(rows)] = rows
        parts = [torch.empty_like(padded) for _ in sizes]
        dist.all_gather(parts, padded)
        return torch.cat([part[:size] for part, size in zip(parts, sizes, strict=True)])

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None]:
        gathered = upstream.contiguous().clone()
        dist.all_reduce(gathered)
        return gathered[_own(ctx.sizes)], None


class _Total(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, part: Tensor) -> Tensor:
        summed = part.clone()
        dist.all_reduce(summed)
        return summed

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        return upstream * dist.get_world_size()
