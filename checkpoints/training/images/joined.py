"""One training by several processes, by torch.distributed: what each does, and what they tell each other.

The batch is the same whatever their number: each takes its share of the places. Nothing here happens where there is
one process. Gradients follow the convention of `losses.processes`.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn

from checkpoints.training.images.place import Place, ProcessLost, place
from losses import processes
from losses.errors import LabError

Made = TypeVar("Made")
_WORDS = ("gloo", "nccl", "connection", "socket", "timed out", "tcpstore", "broken pipe")
_GO_ON = "Start it again: the same command continues after the last saved epoch."


@contextmanager
def together(device: str) -> Iterator[Place]:
    """Within the block the processes that torchrun started are one group, and this is this one's place in it.

    ProcessLost, one sentence, once another of them has ended: this one cannot go on without it.
    """
    here = place()
    if here.count == 1:
        yield here
        return
    before = signal.signal(signal.SIGTERM, _told_to_end)
    try:
        if device != "cpu" and torch.cuda.is_available():
            torch.cuda.set_device(here.local)
            dist.init_process_group("cpu:gloo,cuda:nccl")
        else:
            dist.init_process_group("gloo")
        yield here
        dist.destroy_process_group()
    except RuntimeError as error:
        if not _of_the_group(error):
            raise
        raise ProcessLost(
            "a training", "must have all its processes to its end", but="one has ended", remedy=_GO_ON
        ) from error
    finally:
        signal.signal(signal.SIGTERM, before)


def _of_the_group(error: RuntimeError) -> bool:
    return isinstance(error, dist.DistError) or any(word in str(error).lower() for word in _WORDS)


def _told_to_end(_signal: int, _frame: FrameType | None) -> None:
    why = "this one was told to end, as torchrun tells all where one has ended"
    raise ProcessLost("a training", "must have all its processes to its end", but=why, remedy=_GO_ON)


def count() -> int:
    """How many processes there are."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """This one's number, from 0."""
    return dist.get_rank() if count() > 1 else 0


def from_first(make: Callable[[], Made]) -> Made:
    """What `make` gives on the first process, on all of them; its LabError likewise."""
    if count() == 1:
        return make()
    told: list[Any] = [None, None]
    if rank() == 0:
        try:
            told[0] = make()
        except LabError as mistake:
            told[1] = _parts(mistake)
    dist.broadcast_object_list(told, src=0, device=torch.device("cpu"))
    if told[1] is not None:
        raise _mistake(told[1])
    return told[0]


def agreed(check: Callable[[], None]) -> None:
    """Runs `check` on every process; a LabError of one is raised on all, the first's first."""
    if count() == 1:
        return check()
    own = None
    try:
        check()
    except LabError as mistake:
        own = _parts(mistake)
    told: list[Any] = [None] * count()
    dist.all_gather_object(told, own)
    for each in told:
        if each is not None:
            raise _mistake(each)
    return None


def _parts(mistake: LabError) -> tuple[str, str, str, str]:
    return mistake.name, mistake.rule, mistake.remedy, mistake.but


def _mistake(parts: tuple[str, str, str, str]) -> LabError:
    name, rule, remedy, but = parts
    return LabError(name, rule, remedy=remedy, but=but)


def shares(size: int, processes: int) -> list[np.ndarray]:
    """Of each process the places (n,) in a batch of `size` that are its own, in order.

    Each has as many from the front as from the back, mirrored: the partner that mixing takes, as far from the batch's
    other end, is the same process's, and as far from its own share's other end.

    >>> [each.tolist() for each in shares(7, 2)]
    [[0, 6], [1, 2, 3, 4, 5]]
    """
    half = size // 2
    ends = [half * number // processes for number in range(processes + 1)]
    found = []
    for number in range(processes):
        front = np.arange(ends[number], ends[number + 1])
        middle = np.arange(half, half + size % 2 * (number == processes - 1))
        found.append(np.concatenate([front, middle, (size - 1 - front)[::-1]]))
    return found


def share(size: int) -> Tensor:
    """Places (n,) of a batch that are this process's own."""
    return torch.from_numpy(shares(size, count())[rank()])


def whole(tensors: tuple[Tensor, ...], size: int) -> tuple[Tensor, ...]:
    """Rows (n, ...) of this process's share -> those of the whole batch (N, ...) in its order, with gradient."""
    order = torch.from_numpy(np.argsort(np.concatenate(shares(size, count())))).to(tensors[0].device)
    return tuple(each[order] for each in processes.joined(tensors)[0])


def parts_joined(rows: Tensor) -> Tensor:
    """Consecutive parts (n, ...) of all processes, one after the other (N, ...)."""
    return processes.joined((rows,))[0][0] if count() > 1 else rows


def average_gradients(model: nn.Module) -> None:
    """Each gradient becomes its mean over processes: that of the loss of the whole batch."""
    if count() == 1:
        return
    gradients = [each.grad for each in model.parameters() if each.grad is not None]
    together = torch.cat([each.flatten() for each in gradients])
    dist.all_reduce(together)
    for each, mean in zip(gradients, (together / count()).split([each.numel() for each in gradients]), strict=True):
        each.copy_(mean.view_as(each))


def same_as_first(tensors: list[Tensor]) -> None:
    """Overwrites tensors with the first process's."""
    if count() > 1:
        for each in tensors:
            dist.broadcast(each, src=0)
