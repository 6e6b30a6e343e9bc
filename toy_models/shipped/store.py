"""Where shipped runs lie, and how one is read and written: an .npz like `Trace.save`'s, with when it was made."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from losses.errors import LabError
from toy_models.shipped.answers import MARK, answer_from, arrays_of
from toy_models.shipped.thinning import thin
from toy_models.worlds import WorldEntry

if TYPE_CHECKING:
    from toy_models.simplex import Reference

_FOLDER = Path(__file__).parent / "runs"
_SLOWLY_SOLVED = {"simplex"}
_WRONG = (LabError, OSError, KeyError, TypeError, ValueError, IndexError, BadZipFile)
"""What a file that is not whole, or of another version, raises: it is as if it were not there."""


@dataclass(frozen=True, slots=True, eq=False)
class ShippedRun:
    """Some frames of a run that went to its end on a CPU, its seconds of computing, when it was made (Unix time)."""

    frames: tuple[Any, ...]
    seconds: float
    made: float


def path_of(world: WorldEntry, preset: str) -> Path:
    return _FOLDER / f"{world.name}-{preset}.npz"


def keep(path: Path, world: WorldEntry, trace: Any) -> None:
    """Write a whole run's trace, thinned; with the exact answers, where they take long."""
    arrays = {"spec": np.array(trace.spec.to_json()), "computed": trace.seconds[-1], "made": np.array(time.time())}
    if world.name in _SLOWLY_SOLVED:
        arrays |= arrays_of(world.package.reference(trace.spec))
    np.savez_compressed(path, allow_pickle=False, **arrays, **thin(trace))


def find(world: WorldEntry, spec: Any) -> ShippedRun | None:
    """The shipped run of a preset with this very spec; None where there is none, or none that is whole."""
    try:
        arrays = _arrays(world, lambda preset: preset == spec)
        seconds, made = float(arrays["computed"]), float(arrays["made"])
        return ShippedRun(_frames(arrays, spec, world), seconds, made)
    except _WRONG:
        return None


def find_answer(world: WorldEntry, alike: Callable[[Any], bool]) -> "Reference | None":
    """The exact answers of the first preset whose spec is `alike` in all that they depend on; None without one."""
    try:
        return answer_from(_arrays(world, alike))
    except _WRONG:
        return None


def _arrays(world: WorldEntry, alike: Callable[[Any], bool]) -> Mapping[str, np.ndarray]:
    """Of the first preset that is alike. KeyError without one."""
    name, preset = next(((n, each) for n, each in world.presets.items() if alike(each.spec)), ("", None))
    if preset is None:
        raise KeyError(world.name)
    with path_of(world, name).open("rb") as stream, np.load(stream, allow_pickle=False) as file:
        if str(file["spec"]) != preset.spec.to_json():
            raise KeyError(name)
        return {name: file[name] for name in file}


def _frames(arrays: Mapping[str, np.ndarray], spec: Any, world: WorldEntry) -> tuple[Any, ...]:
    """One for each row. ValueError for arrays of another shape than the spec's, or that do not go to its end."""
    beside = ("spec", "computed", "made", "steps")
    names = [name for name in arrays if name not in beside and not name.startswith(MARK)]
    rows = zip(arrays["steps"].tolist(), *(_rows(arrays[name]) for name in names), strict=True)
    frames = tuple(world.package.Frame(**dict(zip(("step", *names), row, strict=True))) for row in rows)
    trace = world.package.Trace.of(spec, frames)
    wrong = [name for name, shape in trace.shapes().items() if getattr(trace, name).shape != shape]
    if wrong or frames[-1].step != spec.frames[-1]:
        raise ValueError(wrong)
    return frames


def _rows(array: np.ndarray) -> list[Any]:
    """A step or a number of seconds is Python's own number."""
    return array.tolist() if array.ndim == 1 else list(array)
