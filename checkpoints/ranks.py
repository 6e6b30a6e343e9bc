"""torchrun --nproc-per-node K -m checkpoints.inspect ...: several processes share a pass of images, and the search for
nearest items; the first of them speaks, the others help.

They pass plain arrays through torch.distributed (gloo): shapes, then bytes, never objects.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import numpy as np

from losses.errors import LabError

if TYPE_CHECKING:
    from analysis.neighbours.large import Found
    from analysis.neighbours.nearest import Nearest
    from analysis.outputs import Outputs

T = TypeVar("T")
SEARCH, PASS = 1, 2
"""What the first asks of the others."""
_DTYPES = tuple(map(np.dtype, ("float32", "int64", "uint8")))
_AXES, _PIECE, _END = 6, 1 << 28, -1
_PATIENCE = timedelta(days=1)  # how long one may wait for another's share: one that dies is noticed at once
_current: list["Ranks"] = []


class Ranks:
    """One process of `size`, with its `rank` from 0."""

    def __init__(self, rank: int, size: int) -> None:
        self.rank, self.size = rank, size

    @property
    def others(self) -> range:
        """The helpers, as the first sees them."""
        return range(1, self.size)

    def share(self, items: list[T]) -> list[T]:
        """This one's part of what all have in the same order."""
        low, high = (len(items) * rank // self.size for rank in (self.rank, self.rank + 1))
        return items[low:high]

    def ask(self, what: int, *arrays: np.ndarray) -> None:
        """The first, of all others."""
        for other in self.others:
            self.send(other, np.array([what]), *arrays)

    def send(self, to: int, *arrays: np.ndarray) -> None:
        """Of float32, int64 and uint8."""
        _put(np.array([len(arrays)]), to)
        for array in arrays:
            about = np.full(_AXES + 2, -1, np.int64)
            about[:2] = _DTYPES.index(array.dtype), array.ndim
            about[2 : 2 + array.ndim] = array.shape
            _put(about, to)
            flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
            for start in range(0, flat.size, _PIECE):
                _put(flat[start : start + _PIECE], to)

    def receive(self, of: int) -> list[np.ndarray]:
        """What `send` sent there. SystemExit where the first has come to its end, or failed."""
        found, count = list[np.ndarray](), int(_got(np.empty(1, np.int64), of)[0])
        if count == _END:
            raise SystemExit(0)
        for _ in range(count):
            about = _got(np.empty(_AXES + 2, np.int64), of)
            dtype, shape = _DTYPES[about[0]], tuple(about[2 : 2 + about[1]].tolist())
            flat = np.empty(int(np.prod(shape)) * dtype.itemsize, np.uint8)
            for start in range(0, flat.size, _PIECE):
                _got(flat[start : start + _PIECE], of)
            found.append(flat.view(dtype).reshape(shape))
        return found

    def end(self) -> None:
        """The first says that it has come to its end, to those who are still there."""
        for other in self.others:
            with suppress(LabError):
                _put(np.array([_END]), other)

    def serve(self, also: Mapping[int, Callable[[], None]]) -> NoReturn:
        """A helper does what it is asked, and ends with the first."""
        while True:
            (what,), *arrays = self.receive(0)
            if what == SEARCH:
                _search_for(self, *arrays)
            else:
                also[int(what)]()


def current() -> Ranks | None:
    """Of the block that this is in; None outside of one."""
    return _current[-1] if _current else None


@contextmanager
def joined() -> Iterator[Ranks | None]:
    """All processes of torchrun, which helpers leave silently; None where this one was not started by it."""
    size = os.environ.get("WORLD_SIZE", "1")
    if not size.isdigit() or int(size) < 2 or "RANK" not in os.environ:
        yield None
        return
    ranks = Ranks(int(os.environ["RANK"]), int(size))
    with ExitStack() as stack:
        before = signal.signal(signal.SIGTERM, _ended)  # as torchrun says that another process is gone
        stack.callback(signal.signal, signal.SIGTERM, before)
        if ranks.rank:
            stack.enter_context(_silent())
        stack.enter_context(_group(ranks))
        yield ranks


@contextmanager
def _silent() -> Iterator[None]:
    """What goes wrong here goes wrong in the first process too, or is said there."""
    try:
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            yield
    except LabError as mistake:
        raise SystemExit(2) from mistake


@contextmanager
def _group(ranks: Ranks) -> Iterator[None]:
    import torch
    import torch.distributed as dist

    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")) % torch.cuda.device_count())
    try:
        dist.init_process_group("gloo", timeout=_PATIENCE)
    except RuntimeError as error:
        raise _lost() from error
    _current.append(ranks)
    try:
        yield
    finally:
        _current.remove(ranks)
        if ranks.rank == 0:
            ranks.end()
        dist.destroy_process_group()


def nearest(ranks: Ranks, outputs: "Outputs", k: int) -> "Nearest":
    """As `nearest_similarity`, each process searching its share of the train items."""
    from analysis.neighbours.large import merged, nearest_from, search
    from analysis.neighbours.nearest import nearest_similarity

    train, test = outputs.train, outputs.test
    if k < 1 or outputs.within or not (outputs.labelled and outputs.has_embeddings) or len(train) < ranks.size:
        return nearest_similarity(outputs, k=k)
    k, classes = min(k, len(train)), len(outputs.class_names)
    bounds = [len(train) * rank // ranks.size for rank in range(ranks.size + 1)]
    for other in ranks.others:
        mine = slice(*bounds[other : other + 2])
        about = np.array([k, classes, mine.start])
        ranks.send(other, np.array([SEARCH]), about, test.embeddings, train.embeddings[mine], train.labels[mine])
    own = slice(*bounds[:2])
    found = [search(test.embeddings, train.embeddings[own], train.labels[own], classes=classes, k=k)]
    found += [_found(*ranks.receive(other)) for other in ranks.others]
    return nearest_from(merged(found, k=k), outputs)


def _search_for(ranks: Ranks, about: np.ndarray, queries: np.ndarray, keys: np.ndarray, labels: np.ndarray) -> None:
    from analysis.neighbours.large import search

    k, classes, first = about.tolist()
    found = search(queries, keys, labels, classes=classes, k=k, first=first)
    ranks.send(0, found.maxima, found.neighbours.indices, found.neighbours.similarities)


def _found(maxima: np.ndarray, indices: np.ndarray, similarities: np.ndarray) -> "Found":
    from analysis.neighbours.graph import Neighbours
    from analysis.neighbours.large import Found

    return Found(maxima, Neighbours(indices, similarities))


def _put(array: np.ndarray, to: int) -> None:
    import torch
    import torch.distributed as dist

    try:
        dist.send(torch.from_numpy(array.copy()), to)
    except RuntimeError as error:
        raise _lost() from error


def _got(array: np.ndarray, of: int) -> np.ndarray:
    import torch
    import torch.distributed as dist

    try:
        dist.recv(torch.from_numpy(array), of)
    except RuntimeError as error:
        raise _lost() from error
    return array


def _ended(*_: object) -> NoReturn:
    if not _current:  # while the processes find each other, in code that an exception must not leave
        print(_lost(), file=sys.stderr, flush=True)
        os._exit(2)
    raise _lost()


def _lost() -> LabError:
    remedy = "Start it again: images that went through are kept. Without torchrun it says what ended the process."
    return LabError("torchrun", "must keep all of its processes until the end", but="has lost one", remedy=remedy)
