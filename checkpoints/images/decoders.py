"""A side's images, scaled and in order: decoded here while they are few, by worker processes where they take longer.

Workers are given bytes, which this process reads, and give pixels: the same ones, as the same function makes them. They
end with the block that they were begun for, or when this process does.
"""

import json
import os
import queue
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from types import TracebackType

import numpy as np

from checkpoints.images.scaling import Scaling, scaled
from checkpoints.images.source import Side
from losses.errors import LabError

_USUAL = 8
_TRIED, _WORTH = 1.0, 4.0  # seconds of decoding before workers are thought of, and those left that pay for their start
_AHEAD, _BYTES_AHEAD = 512, 128 << 20
_COMMAND = (sys.executable, "-m", "checkpoints.images.decode_worker")
_ROOT = Path(__file__).parents[2]
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

Pixels = np.ndarray | str
"""(S, S, channels) uint8, or the sentence with which an image was refused."""


class Decoders:
    """For one block: `with Decoders(scaling, None) as decoders`. `workers`: None for as many as pay, 0 for none."""

    def __init__(self, scaling: Scaling, workers: int | None) -> None:
        self._scaling, self._forced = scaling, workers
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._workers: list[_Worker] = []
        self._spent = 0.0

    def __enter__(self) -> "Decoders":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for worker in self._workers:
            worker.end()

    @property
    def count(self) -> int:
        """How many workers there are."""
        return len(self._workers)

    def read(self, side: Side, rows: Sequence[int]) -> Iterator[tuple[int, Pixels]]:
        """(row, its pixels) for each row, in order."""
        for done, row in enumerate(rows):
            if self._workers or self._pays(side, done, len(rows)):
                yield from self._by_workers(side, rows[done:])
                return
            began = time.perf_counter()
            pixels = self._here(side, row)
            self._spent += time.perf_counter() - began
            yield row, pixels

    def _pays(self, side: Side, done: int, total: int) -> bool:
        """Whether workers are wanted from here on; they are begun then."""
        if side.encoded is None:
            return False
        wanted = self._forced
        if wanted is None:
            left = self._spent / max(1, done) * (total - done)
            wanted = min(_USUAL, _cores()) if self._spent > _TRIED and left > _WORTH and _cores() > 1 else 0
        for _ in range(wanted):
            self._workers.append(worker := _Worker(self._scaling))
            self._idle.put(worker)
        return wanted > 0

    def _here(self, side: Side, row: int) -> Pixels:
        try:
            if side.encoded is None:
                return self._scaling.pixels(side.read(row), name=str(side.ids[row]))
            data, name = side.encoded(row)
            return scaled(data, self._scaling, name=name)
        except LabError as refusal:
            return str(refusal)

    def _by_workers(self, side: Side, rows: Sequence[int]) -> Iterator[tuple[int, Pixels]]:
        """This thread reads the bytes, a thread a worker waits for its pixels."""
        most = max(2 * self.count, min(_AHEAD, _BYTES_AHEAD // (self._scaling.side**2 * 3)))
        waiting: deque[tuple[int, int, Future[Pixels]]] = deque()
        held = 0
        with ThreadPoolExecutor(self.count) as threads:
            for row in rows:
                size, pixels = self._asked(side, row, threads)
                waiting.append((row, size, pixels))
                held += size
                while len(waiting) >= most or (held > _BYTES_AHEAD and waiting):
                    first, size, pixels = waiting.popleft()
                    held -= size
                    yield first, pixels.result()
            for first, _, pixels in waiting:
                yield first, pixels.result()

    def _asked(self, side: Side, row: int, threads: ThreadPoolExecutor) -> tuple[int, Future[Pixels]]:
        assert side.encoded is not None
        try:
            data, name = side.encoded(row)
        except LabError as refusal:
            refused: Future[Pixels] = Future()
            refused.set_result(str(refusal))
            return 0, refused
        return len(data), threads.submit(self._by_one, data, name)

    def _by_one(self, data: bytes, name: str) -> Pixels:
        worker = self._idle.get()
        try:
            return worker.ask(data, name)
        finally:
            self._idle.put(worker)


class _Worker:
    """The other end of a worker, begun anew where an image ended it."""

    def __init__(self, scaling: Scaling) -> None:
        self._scaling, self._process, self._ended = scaling, self._begun(), False

    @staticmethod
    def _begun() -> subprocess.Popen[bytes]:
        pipe, environment = subprocess.PIPE, {**os.environ, **_ONE_THREAD}
        return subprocess.Popen(
            _COMMAND, cwd=_ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
        )

    def ask(self, data: bytes, name: str) -> Pixels:
        """The pixels of a JPEG or PNG, or the sentence of its refusal."""
        head = {"name": name, "bytes": len(data), "scaling": astuple(self._scaling)}
        if self._process.poll() is not None and not self._ended:
            self.close()
            self._process = self._begun()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(head).encode() + b"\n" + data)
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            said = json.loads(line) if line.endswith(b"\n") else {"follow": -1}
            pixels = self._process.stdout.read(max(0, said["follow"]))
        except (BrokenPipeError, ValueError):  # ValueError: closed, as the pass was stopped
            said, pixels = {"follow": -1}, b""
        if "refused" in said:
            return str(said["refused"])
        if len(pixels) != said["follow"]:
            self._process.kill()
            self._process.wait()
            return str(LabError(name, "must be a whole JPEG or PNG image", "one that its decoder did not survive"))
        side, channels = self._scaling.side, self._scaling.channels
        return np.frombuffer(pixels, np.uint8).reshape(side, side, channels)

    def end(self) -> None:
        """For good: who still asks, since the pass was stopped, begins no other."""
        self._ended = True
        self.close()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):  # what was not sent yet need not be
                pipe.close()


def _cores() -> int:
    """Those that this process may use, of those that torchrun has it share."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    sharing = os.environ.get("LOCAL_WORLD_SIZE", "1")
    return max(1, here // max(1, int(sharing) if sharing.isdigit() else 1))
