"""The lines that give a checkpoint's figures without the app, run from the checkout."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.comparison.matching import matched
from analysis.outputs import Outputs
from checkpoints.native.file import peek
from checkpoints.reading.array_spec import READINGS
from checkpoints.zoo import FOLDER, of_images
from ui.checkpoints.analyses import Analyses

_ROOT = Path(__file__).parents[2]
_IMAGES = "# path/to/images: those it was opened with; spec=ForeignSpec(...) says limit, size and normalisation."

_OWN = "add_own_encoder('path/to/file.py:function')  # the code that the lab was started with"


@dataclass(frozen=True, slots=True)
class _Opening:
    """The call that opens a file, what must be imported for it, and what a reader must know of it."""

    call: str
    imports: tuple[str, ...]
    notes: tuple[str, ...]


def figure_code(analyses: Analyses, body: str, *used: Callable[..., Any]) -> str:
    """`body` makes `exhibit` of `outputs` with the functions and classes `used`, which are imported before it."""
    opening = _opening(analyses)
    return _joined([opening], [f"outputs = {opening.call}"], body, used)


def comparison_code(named: Mapping[str, Analyses], body: str, *used: Callable[..., Any]) -> str:
    """The same of several: `body` finds them in `outputs` by name, with the same test items in the same order."""
    openings = {name: _opening(analyses) for name, analyses in named.items()}
    opened = [f"    {name!r}: {opening.call}," for name, opening in openings.items()]
    return _joined(list(openings.values()), ["outputs = matched({", *opened, "})"], body, (matched, *used))


def _joined(openings: list[_Opening], opened: list[str], body: str, used: tuple[Callable[..., Any], ...]) -> str:
    own = [f"from {each.__module__} import {each.__qualname__}" for each in used]
    imports = sorted({*own, *(line for opening in openings for line in opening.imports)})
    numpy = ["import numpy as np", ""] if "np." in body else []
    notes = dict.fromkeys(note for opening in openings for note in opening.notes)
    return "\n".join([*numpy, *imports, "", *notes, *opened, *filter(None, body.split("\n")), "exhibit.plot.show()"])


def _opening(analyses: Analyses) -> _Opening:
    return analyses.once("opening", lambda: _opening_of(analyses.outputs))


def _opening_of(outputs: Outputs) -> _Opening:
    shipped, imports, notes = _shipped_path(outputs), ["from checkpoints import open_outputs"], list[str]()
    path = ascii(shipped or str(outputs.provenance.get("file", "checkpoint")))
    given = [path]
    if not shipped:
        notes.append(f"# {path} is a file of yours: give its path.")
    if "network" in outputs.provenance and not {"exported_from", "stated_by_the_run"} & outputs.provenance.keys():
        given.append("'path/to/images'")
        notes.append(_IMAGES)
    if builder := outputs.provenance.get("builder"):
        given.append(f"spec=ForeignSpec(network={str(builder)!r})")
        imports.append("from checkpoints.foreign.spec import ForeignSpec")
    if builder == "own":
        notes.append(_OWN)
        imports.append("from checkpoints.brought.own_code import add_own_encoder")
    if readings := _readings(outputs):
        given.append(f"arrays=ArraySpec({readings})")
        imports.append("from checkpoints.reading.array_spec import ArraySpec")
    return _Opening(f"open_outputs({', '.join(given)})", tuple(imports), tuple(notes))


def _shipped_path(outputs: Outputs) -> str | None:
    """From the checkout's root; None of a file that is not shipped."""
    name = str(outputs.provenance.get("file", ""))
    for path in (FOLDER / name, FOLDER / "seeds" / name):
        known = path.name == name and path.suffix == ".safetensors" and path.is_file()
        if known and peek(path).digest == outputs.digest:
            return path.relative_to(_ROOT).as_posix()
    same = (entry.path for entry in of_images() if entry.digest == outputs.digest)
    return next((path.relative_to(_ROOT).as_posix() for path in same), None)


def _readings(outputs: Outputs) -> str:
    """How its arrays were read, where they could be read otherwise."""
    possible = outputs.provenance.get("possible_readings")
    names = [name for name in READINGS if isinstance(possible, Mapping) and name in possible]
    names += ["mapping"] if "mapping" in outputs.provenance else []
    seed = [f"seed={outputs.split_seed}"] if outputs.split_seed else []
    return ", ".join([*(f"{name}={str(outputs.provenance[name])!r}" for name in names), *seed])
