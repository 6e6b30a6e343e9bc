"""How long does a shipped checkpoint take from its file to outputs, and a hostile one to its refusal?"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

from checkpoints import open_outputs, peek
from checkpoints.zoo import FOLDER, ZooEntry, shipped
from losses.errors import LabError

REPEATS = 5

# A header of the largest size allowed, all of it one list of empty texts where a tensor should be.
_HOSTILE = b'{"a":[' + b'"",' * 3_300_000 + b'""]}'


def rows() -> Iterable[tuple[str, float, str, float]]:
    """From the file to PCA and histograms there are 2 s; the limits here leave most of them to analysis and drawing."""
    entries = shipped()
    yield "list all shipped checkpoints, without torch", _seconds(shipped), "s", 0.5
    yield "describe one (peek)", _seconds(lambda: peek(entries[0].path)), "s", 0.1
    yield "first opening in a new process, its imports included", _once(lambda: _first(entries[0])), "s", 10.0
    yield "open a shipped checkpoint to outputs, slowest of all", max(map(_opening, entries)), "s", 1.0
    yield "refuse a hostile header of 10 MB", _once(_refusal), "s", 5.0


def _first(entry: ZooEntry) -> None:
    script = f"from checkpoints import open_outputs; open_outputs({str(entry.path)!r})"
    subprocess.run([sys.executable, "-c", script], cwd=FOLDER.parents[1], check=True, timeout=120)


def _opening(entry: ZooEntry) -> float:
    return _seconds(lambda: open_outputs(entry.path))


def _refusal() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hostile.safetensors"
        path.write_bytes(len(_HOSTILE).to_bytes(8, "little") + _HOSTILE)
        try:
            open_outputs(path)
        except LabError:
            return
    raise AssertionError("a hostile header was accepted")


def _seconds(work: Callable[[], object]) -> float:
    return median(_once(work) for _ in range(REPEATS))


def _once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
