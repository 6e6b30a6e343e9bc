"""An encoder of the user's own: a function in a file of this machine, named when the lab starts, never by a page.

Its contract: `function()` gives an nn.Module, or any callable, that takes images (N, C, H, W) in [0, 1] to features
(N, F), or to (features, class logits). Preprocessing is said by attributes of what it gives, or by a dict beside it:
side (pixels), channels (3 or 1), mean and std of each channel.
"""

import hashlib
import inspect
import runpy
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from torch import nn

from checkpoints.brought.network import Brought, Wanted, in_a_line
from checkpoints.foreign.constants import Constants
from checkpoints.foreign.spec import SIDES, ForeignSpec, Triple
from losses.errors import LabError

OPTION = "--encoder"
_FORM = "Write path/to/file.py:function."
_SAYS = ("side", "channels", "mean", "std")
_ADDED: list[Brought] = []


def own_encoder() -> Brought | None:
    """The encoder that was brought since the process began; the last one."""
    return _ADDED[-1] if _ADDED else None


def add_own_encoder(argument: str) -> Brought:
    """Run the file of `argument`, "path/to/file.py:function", try what the function gives on one batch, and keep it.

    LabError where file, function, preprocessing or result do not fit.
    """
    path, colon, name = argument.rpartition(":")
    if not colon or not path or not name.isidentifier():
        raise LabError(OPTION, "must name a file and a function in it", repr(argument), _FORM)
    file = Path(path).expanduser()
    function, digest = _function(file, name)
    title = f"{name} of {file.name}"
    given, said = _given(title, function)
    wanted, fills = _wanted(title, said), _fills(given)
    own = Brought(title, digest, lambda _: _given(title, function)[0], wanted, fills)
    own.module({}).tried(wanted.preparation(ForeignSpec()))
    _ADDED[:] = [own]
    return own


def _function(path: Path, name: str) -> tuple[Callable[[], Any], str]:
    """The function, and the sha256 of its file with all that was imported from beside it."""
    if path.suffix != ".py" or not path.is_file():
        raise LabError(OPTION, "must name a Python file that exists", str(path), _FORM)
    folder, before = str(path.resolve().parent), set(sys.modules)
    sys.path.insert(0, folder)
    try:
        found = runpy.run_path(str(path)).get(name)
    except Exception as error:
        raise LabError(OPTION, f"names {path.name}, which fails with {in_a_line(error)}") from error
    finally:
        sys.path.remove(folder)
    if not callable(found):
        raise LabError(OPTION, f"must name a function of {path.name}", repr(name), _FORM)
    return found, _digest(path, folder, set(sys.modules) - before)


def _digest(path: Path, folder: str, imported: set[str]) -> str:
    files = {getattr(sys.modules.get(each), "__file__", None) or "" for each in imported}
    beside = sorted(each for each in files if each.startswith(folder) and Path(each).is_file())
    content = hashlib.sha256()
    for each in (path, *map(Path, beside)):
        content.update(hashlib.sha256(each.read_bytes()).digest())
    return content.hexdigest()


def _given(title: str, function: Callable[[], Any]) -> tuple[Callable, Mapping[str, Any]]:
    """What takes images, and what is said of them."""
    try:
        inspect.signature(function).bind()
    except (TypeError, ValueError) as error:
        raise LabError(title, "must be called without arguments", None, "Give its arguments defaults.") from error
    try:
        found = function()
    except Exception as error:
        raise LabError(title, f"failed with {in_a_line(error)}") from error
    pair = isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], Mapping)
    given, beside = found if pair else (found, {})
    if not callable(given):
        rule = "must give an nn.Module, or a callable that takes images, or one of them with a dict"
        raise LabError(
            title, rule, but=f"gives one of the type {type(given).__name__}" if given is not None else "gives nothing"
        )
    if unknown := [str(each)[:40] for each in beside if each not in _SAYS]:
        raise LabError(title, f"may say {', '.join(_SAYS)}", but=f"says {', '.join(unknown[:4])}")
    own = {each: getattr(given, each) for each in _SAYS if getattr(given, each, None) is not None}
    return given, {each: value for each, value in own.items() if not callable(value)} | dict(beside)


def _fills(given: Callable) -> bool:
    return isinstance(given, nn.Module) and bool(given.state_dict())


def _wanted(title: str, said: Mapping[str, Any]) -> Wanted:
    side, channels = said.get("side"), said.get("channels", 3)
    if side is not None and (type(side) is not int or not SIDES[0] <= side <= SIDES[1]):
        raise LabError(f"side of {title}", f"must be a whole number of {SIDES[0]} to {SIDES[1]} pixels", repr(side))
    if channels not in (1, 3):
        raise LabError(f"channels of {title}", "must be 3, or 1 for grey images", repr(channels))
    return Wanted(f"as {title} says", side, channels, _constants(title, said, channels))


def _constants(title: str, said: Mapping[str, Any], channels: int) -> Constants | None:
    if "mean" not in said and "std" not in said:
        return None
    return _triple(title, "mean", said, channels, 0.0), _triple(title, "std", said, channels, 1e-6)


def _triple(title: str, name: str, said: Mapping[str, Any], channels: int, low: float) -> Triple:
    """Three numbers, one of a grey image three times."""
    try:
        given = said.get(name)
        numbers = [float(given)] if isinstance(given, int | float) else [float(each) for each in given]  # type: ignore[union-attr]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) != channels or not all(low <= number <= 1 for number in numbers):
        rule = f"must be {channels} number{'s' if channels > 1 else ''} from 0 to 1" + (
            ", none of them 0" if low else ""
        )
        raise LabError(f"{name} of {title}", rule, repr(said.get(name))[:80], "Values of images lie in [0, 1].")
    first, *others = numbers
    return (first, others[0], others[1]) if others else (first, first, first)
