"""Parquet as Hugging Face's datasets write it: a column of images (bytes), one of labels, in one shard or several.

https://huggingface.co/docs/datasets. Asked of a worker of their own (see `parquet_worker`), one image at a time.
"""

import json
import subprocess
import sys
import threading
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from checkpoints.images.bounds import MOST_SAMPLES
from checkpoints.images.decode import MOST_BYTES
from checkpoints.images.labelled import Label, Samples, labelled_data
from checkpoints.images.shards import begins, shards_at
from checkpoints.images.source import ImageData
from checkpoints.images.splits import split_called, split_of
from checkpoints.reading.quoting import file_name, printable
from losses.errors import LabError, plural

ENDING = (".parquet",)
_COMMAND = (sys.executable, "-m", "checkpoints.images.parquet_worker")
_ROOT = Path(__file__).parents[2]
_REMEDY = "Give a folder with the shards of both, named train-*.parquet and test-*.parquet, say."


class _Worker:
    """The other end of the worker, begun anew where a file ended it."""

    def __init__(self) -> None:
        self._one_at_a_time, self._process = threading.Lock(), self._begun()

    @staticmethod
    def _begun() -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        return subprocess.Popen(_COMMAND, cwd=_ROOT, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)

    def ask(self, path: Path, **what: object) -> tuple[dict[str, Any], bytes]:
        """What it says, and an image's bytes. LabError where the file is refused, or ends it."""
        name = file_name(path)
        with self._one_at_a_time:
            said, data = self._asked({"path": str(path.absolute())} | what)
        if "but" in said:
            raise LabError(name, said["rule"], but=printable(str(said["but"])))
        if said.get("broken", not said):
            raise LabError(name, "must be a whole Parquet file", "broken, or needs too much memory", "Write it again.")
        return said, data

    def _asked(self, request: dict[str, object]) -> tuple[dict[str, Any], bytes]:
        """({}, b"") where it ended."""
        if self._process.poll() is not None:
            self.close()
            self._process = self._begun()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return {}, b""
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            self._process.wait()
            return {}, b""
        said = json.loads(line)
        return said, self._process.stdout.read(int(said.get("follow", 0)))

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


def is_parquet(path: Path) -> bool:
    """By its first bytes."""
    return begins(path, b"PAR1")


@contextmanager
def parquet_data(path: Path) -> Iterator[ImageData]:
    """The images of the file at `path`, or of those below it; open inside the block."""
    worker = _Worker()
    try:
        yield _data(worker, path)
    finally:
        worker.close()


def _data(worker: _Worker, path: Path) -> ImageData:
    top, names = path if path.is_dir() else path.parent, shards_at(path, ENDING)
    labels, splits, classes = list[Label](), list[str](), list[str]()
    columns, starts, ids = list[str](), list[int](), list[str]()
    for name in names:
        said, _ = worker.ask(top / name)
        columns.append(said["image"])
        starts.append(len(labels))
        labels += said["labels"]
        own = split_of(name)
        splits += [split_called(str(each)) for each in said["splits"]] or [own] * len(said["labels"])
        ids += [f"{name} row {row}" for row in range(len(said["labels"]))]
        classes = said["names"] or classes
        if len(labels) > MOST_SAMPLES:
            raise LabError(file_name(path), f"must have at most {MOST_SAMPLES:,} rows", but="has more")

    def data(row: int) -> bytes:
        shard = bisect_right(starts, row) - 1
        said, found = worker.ask(top / names[shard], row=row - starts[shard], column=columns[shard], most=MOST_BYTES)
        return _checked(said, found, ids[row])

    kind = f"Parquet, {plural(len(names), 'shard')}"
    return labelled_data(
        Samples(splits, labels, ids, data), name=file_name(path), kind=kind, class_names=classes, remedy=_REMEDY
    )


def _checked(said: dict[str, Any], found: bytes, name: str) -> bytes:
    if said["bytes"] < 0:
        raise LabError(printable(name), "must have its bytes in the file", but="names another place, or none")
    if said["bytes"] > MOST_BYTES:
        raise LabError(printable(name), f"must have at most {MOST_BYTES:,} bytes", f"{said['bytes']:,} bytes long")
    return found
