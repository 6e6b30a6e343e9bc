"""Curves of TensorBoard's event files that lie beside a checkpoint, read by `tensorboard` where it is installed."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from checkpoints.listing import is_text
from checkpoints.reading.quoting import printable
from losses.errors import LabError, plural

MOST_FILES, MOST_BYTES = 16, 64 << 20
_MOST_ENTRIES, _MOST_ANSWER, _SECONDS = 2_000, 64 << 20, 90
_MARK = ".tfevents."
_ROOT = Path(__file__).parents[1]
_COMMAND = (sys.executable, "-m", "checkpoints.event_worker")
INSTALL = "`pip install tensorboard` in the lab's environment (requirements-models.txt has the version that was tried)"


@dataclass(frozen=True, slots=True, eq=False)
class EventCurves:
    """curves: tag -> steps (P,) int64 and values (P,) float64, by step. left_out: one sentence, "" for nothing."""

    curves: Mapping[str, tuple[np.ndarray, np.ndarray]]
    left_out: str = ""


def installed() -> bool:
    """Whether there is a reader. Nothing is imported."""
    return importlib.util.find_spec("tensorboard") is not None


def event_files_beside(path: Path) -> tuple[Path, ...]:
    """Event files in the folder of a checkpoint and in the folders there, by name; no links are followed."""
    folder = path if path.is_dir() else path.parent
    files, folders = _entries(folder)
    found = [each for each in files if _MARK in each.name]
    for inner in folders:
        found += [each for each in _entries(inner)[0] if _MARK in each.name]
    return tuple(sorted(found))


def _entries(folder: Path) -> tuple[list[Path], list[Path]]:
    """Files and folders in it; none where it cannot be read."""
    files, folders = list[Path](), list[Path]()
    try:
        with os.scandir(folder) as entries:
            for _, each in zip(range(_MOST_ENTRIES), entries, strict=False):
                if each.is_symlink() or each.name.startswith(".") or not is_text(each.name):
                    continue
                if each.is_dir():
                    folders.append(Path(each.path))
                elif each.is_file():
                    files.append(Path(each.path))
    except OSError:
        return [], []
    return files, folders


def read_events(files: Sequence[Path], folder: Path) -> EventCurves:
    """Their scalars, joined by tag where a training was resumed; those of a folder within `folder` under its name.

    LabError where the reader refuses one, crashes or takes too long.
    """
    small = [each for each in files if each.stat().st_size <= MOST_BYTES]
    kept = small[-MOST_FILES:]
    said = _asked(kept) if kept else []
    joined: dict[str, list[list[float]]] = {}
    for path, curves in zip(kept, said, strict=True):
        before = "" if path.parent == folder else f"{path.parent.name}/"
        for tag, points in curves.items():
            joined.setdefault(printable(before + str(tag))[:120], []).extend(points)
    left = len(files) - len(kept)
    why = f"{plural(left, 'event file')} left out: the last {MOST_FILES} of at most {MOST_BYTES >> 20} MB are read."
    return EventCurves({tag: _curve(points) for tag, points in sorted(joined.items()) if points}, why if left else "")


def _curve(points: list[list[float]]) -> tuple[np.ndarray, np.ndarray]:
    steps, values = np.array(points, np.float64).reshape(-1, 2).T
    order = np.argsort(steps, kind="stable")
    return steps[order].astype(np.int64), values[order]


def _asked(files: Sequence[Path]) -> list[dict[str, Any]]:
    request = json.dumps([str(each.absolute()) for each in files]) + "\n"
    try:
        done = subprocess.run(
            _COMMAND, cwd=_ROOT, input=request.encode(), capture_output=True, timeout=_SECONDS, check=False
        )
        answer: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1][:_MOST_ANSWER])
    except (subprocess.TimeoutExpired, ValueError, IndexError) as error:
        rule = "must be whole and of TensorBoard's own making to be read"
        name, remedy = "event files beside the checkpoint", f"Or: {INSTALL}."
        raise LabError(name, rule, but="are broken, or take too long", remedy=remedy) from error
    return answer
