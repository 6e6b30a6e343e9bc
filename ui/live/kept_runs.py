"""Finished runs on disk, by all that their numbers depend on: of this machine, for every tab and the next start.

A file is plain arrays with one line of JSON and a digest over both; nothing is unpickled. Whatever is wrong with one,
and whatever was written by other code or libraries, is as if it were not there: the run is made anew.
"""

import hashlib
import json
import platform
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from analysis.maps.cache import default_folder as maps_folder
from checkpoints.reading import safetensors_file
from checkpoints.reading.atomic import write_atomic
from checkpoints.reading.safe_files import read_whole
from checkpoints.reading.safetensors_header import parse_header
from losses.errors import LabError
from toy_models.worlds import WorldEntry

SCHEMA = 1
MOST_RUNS = 200  # the longest unused go first
MOST_BYTES = 1 << 30  # of all together
LARGEST = 256 << 20  # bytes of one; a larger run is not kept
_ROOT = Path(__file__).parents[2]
_KEY = "nce_lab_run"


@dataclass(frozen=True, slots=True, eq=False)
class KeptRun:
    """A run that went to its end: its frames, seconds of computing, and when it ended (Unix time)."""

    frames: tuple[Any, ...]
    seconds: float
    ended: float


def default_folder() -> Path:
    """$XDG_CACHE_HOME/nce-lab/runs, by default ~/.cache/nce-lab/runs."""
    return maps_folder().with_name("runs")


def path_of(world: WorldEntry, spec: Any, device: str, folder: Path) -> Path:
    """Where a run lies: a digest of world, spec, device (what computes, not "auto"), code and libraries."""
    parts = [SCHEMA, world.name, spec.to_json(), device, made_by()]
    return folder / f"{hashlib.blake2b(json.dumps(parts).encode(), digest_size=20).hexdigest()}.run"


@cache
def made_by() -> str:
    """Libraries, machine and a digest of the code: other ones may give other numbers."""
    digest = hashlib.blake2b(digest_size=20)
    for source in sorted(path for part in ("losses", "toy_models") for path in (_ROOT / part).rglob("*.py")):
        digest.update(source.relative_to(_ROOT).as_posix().encode() + b"\0" + source.read_bytes() + b"\0")
    libraries = [f"{name} {version(name)}" for name in ("torch", "numpy", "scipy")]
    return ", ".join([*libraries, platform.machine(), digest.hexdigest()])


def keep(path: Path, spec: Any, frames: tuple[Any, ...], seconds: float) -> None:
    """Write a finished run; a disk that is full or cannot be written costs the next visitor a run, no more."""
    about = {"spec": spec.to_json(), "seconds": seconds, "ended": time.time()}
    names = [field.name for field in fields(frames[0])]
    arrays = {name: np.stack([np.asarray(getattr(frame, name)) for frame in frames]) for name in names}
    if sum(array.nbytes for array in arrays.values()) > LARGEST - (1 << 20):
        return
    text = json.dumps(about, sort_keys=True)
    data = safetensors_file.encode(arrays, {_KEY: text, "digest": _digest(text, arrays)})
    with suppress(OSError, LabError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, data)
        _trim(path.parent)


def find(path: Path, spec: Any, world: WorldEntry) -> KeptRun | None:
    """The run that was kept there, None where there is none that is whole, of this spec, and goes to its end."""
    try:
        arrays, about = _read(path)
        if about["spec"] != spec.to_json() or tuple(arrays["step"].tolist()) != spec.frames:
            return None
        frames = _frames(arrays, world.package.Frame)
        trace = world.package.Trace.of(spec, frames)
        if any(getattr(trace, name).shape != shape for name, shape in trace.shapes().items()):
            return None
        return KeptRun(frames, float(about["seconds"]), float(about["ended"]))
    except (LabError, OSError, KeyError, TypeError, ValueError, IndexError):
        return None


def _frames(arrays: Mapping[str, np.ndarray], frame: type) -> tuple[Any, ...]:
    """The rows of the arrays; a step or a number of seconds is Python's own number. TypeError for other arrays."""
    columns = [array if array.ndim > 1 else array.tolist() for array in arrays.values()]
    return tuple(frame(**dict(zip(arrays, row, strict=True))) for row in zip(*columns, strict=True))


def _read(path: Path) -> tuple[Mapping[str, np.ndarray], Mapping[str, Any]]:
    content = read_whole(path, limit=LARGEST)
    header = parse_header(content.data, name=path.name)
    arrays = {tensor.name: tensor.array(content.data) for tensor in header.tensors}
    text = header.metadata[_KEY]
    if header.metadata["digest"] != _digest(text, arrays):
        raise LabError(path.name, "must be as it was written")
    for array in arrays.values():
        array.setflags(write=False)
    with suppress(OSError):
        path.touch()  # it is in use: others go first
    return arrays, json.loads(text)


def _digest(text: str, arrays: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.blake2b(text.encode() + b"\0", digest_size=20)
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype.str} {arrays[name].shape}\n".encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()


def _trim(folder: Path) -> None:
    """The newest that fit stay."""
    found = []
    for file in folder.glob("*.run"):
        with suppress(OSError):
            found.append((file.stat().st_mtime, file.stat().st_size, file))
    total = 0
    for number, (_, size, file) in enumerate(sorted(found, reverse=True)):
        total += size
        if number >= MOST_RUNS or total > MOST_BYTES:
            file.unlink(missing_ok=True)
