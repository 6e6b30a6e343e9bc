"""Parquet and Arrow files: asked of a worker of their own (see `arrow_worker`), whose answer is read like a file."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Collection, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from checkpoints.arrays.listed import ListedArray, LoadedArrays
from checkpoints.reading.npz import read_npz
from checkpoints.reading.quoting import file_name, printable
from checkpoints.reading.safe_files import open_regular
from losses.errors import LabError

MOST_BYTES = 2 << 30
_ROOT = Path(__file__).parents[2]
_COMMAND = (sys.executable, "-m", "checkpoints.arrays.arrow_worker")
_SECONDS = 150


def list_parquet(path: Path) -> tuple[ListedArray, ...]:
    """By the footer and the first rows."""
    return _list(path, parquet=True)


def load_parquet(path: Path, wanted: Collection[str]) -> LoadedArrays:
    """The columns that are wanted."""
    return _load(path, wanted, parquet=True)


def list_arrow(path: Path) -> tuple[ListedArray, ...]:
    """By the schema and the first rows."""
    return _list(path, parquet=False)


def load_arrow(path: Path, wanted: Collection[str]) -> LoadedArrays:
    """The columns that are wanted."""
    return _load(path, wanted, parquet=False)


def _list(path: Path, *, parquet: bool) -> tuple[ListedArray, ...]:
    said, samples = _asked(path, None, parquet)
    return tuple(_listed(each, samples.get(str(number))) for number, each in enumerate(said))


def _listed(said: Mapping[str, Any], sample: np.ndarray | None) -> ListedArray:
    shape, refused = tuple(said["shape"]), str(said.get("refused", ""))
    values = np.empty(0) if sample is None else sample
    return ListedArray(
        str(said["name"]), str(said["dtype"]), shape, values, f"values of type {refused}" if refused else ""
    )


def _load(path: Path, wanted: Collection[str], *, parquet: bool) -> LoadedArrays:
    with open_regular(path) as (file, size):
        if size > MOST_BYTES:
            raise LabError(file_name(path), f"must have at most {MOST_BYTES:,} bytes", f"{size:,} bytes long")
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    names, arrays = _asked(path, list(wanted), parquet)
    return LoadedArrays({name: arrays[str(number)] for number, name in enumerate(names)}, digest, size)


def _asked(path: Path, wanted: list[str] | None, parquet: bool) -> tuple[list[Any], dict[str, np.ndarray]]:
    """What the worker says, and its arrays. LabError where it refuses, crashes or takes too long."""
    name, kind = file_name(path), "Parquet" if parquet else "Arrow"
    request = json.dumps({"path": str(path.absolute()), "parquet": parquet, "wanted": wanted}) + "\n"
    try:
        done = subprocess.run(
            _COMMAND, cwd=_ROOT, input=request.encode(), capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise LabError(name, f"must be read within {_SECONDS} s", but="takes longer") from error
    said, _, packed = done.stdout.partition(b"\n")
    if done.returncode or not said:
        raise LabError(name, f"must be a whole {kind} file", "broken, or needs too much memory", "Write it again.")
    answer = json.loads(said)
    if "but" in answer:
        broken = answer["but"] == "is broken"
        rule = (
            f"must be a whole {kind} file"
            if broken
            else "must have columns of numbers, texts or lists as long as each other"
        )
        raise LabError(name, rule, but=printable(answer["but"]), remedy="Write it again." if broken else "")
    arrays = read_npz(BytesIO(packed), name=name)[0] if packed else {}
    return answer["said"], arrays
