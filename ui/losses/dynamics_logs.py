"""Training logs that the dynamics page can show: of the shipped checkpoints, and of what is open in this session."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import streamlit as st

from analysis.forces.training_log import Curves
from checkpoints.listing import inside
from checkpoints.native.curves import log_curves, run_curves
from checkpoints.native.file import is_native
from checkpoints.reading.content import kind_of
from checkpoints.reading.safe_files import read_head
from checkpoints.zoo import ZooEntry, of_images, shipped
from losses.catalog import CATALOG
from losses.errors import LabError
from ui import root
from ui.checkpoints import image_pass, offer
from ui.checkpoints.opened import BELOW, missing, opened
from ui.checkpoints.zoo_list import title
from ui.controls import Controls

_KEY = "checkpoint"
_DEFAULT = ("supcon", "sincere", "nt_xent")


def choose_logs(controls: Controls) -> tuple[tuple[Curves, ...], tuple[str, ...]]:
    """The runs, and for each the call that reads it. LabError where nothing is chosen or a file is not here."""
    entries = {entry.name: entry for entry in shipped()}
    losses = {name: CATALOG[entry.loss].title for name, entry in entries.items()}
    own = _own()
    offer.keep_within(_KEY, losses | own)
    default = tuple(name for name in _DEFAULT if name in entries)
    names = controls.choices("Training logs of", _KEY, losses | own, default=default)
    offer.draw_put_away()
    offer.warn_of_another([name for name in names if name in own])
    found = [_log(controls, entries, own, name) for name in names] + _of_images(controls)
    return tuple(run for run, _ in found), tuple(call for _, call in found)


def _of_images(controls: Controls) -> list[tuple[Curves, str]]:
    """Those of the shipped encoders of real images that are chosen."""
    entries = {entry.name: entry for entry in of_images()}
    if not entries:
        return []
    titles = {name: title(entry) for name, entry in entries.items()}
    picked = controls.several("And of encoders of CIFAR-10", "encoders", titles, empty="none")
    calls = {name: f"run_curves({f'checkpoints/zoo/{name}.npz'!a}, {titles[name]!a})" for name in picked}
    return [(_run_log(entries[name].digest, entries[name].path, titles[name]), calls[name]) for name in picked]


def _own() -> dict[str, str]:
    """Ref -> label of what is open here and has a training log, and of what a link asks for and is not here."""
    listed = offer.on_offer(_KEY, below=True)
    passes = image_pass.finished()
    return {ref: label for ref, label in listed.items() if ref not in passes and (_is_elsewhere(ref) or _read(ref))}


def _is_elsewhere(ref: str) -> bool:
    return not ref.startswith(BELOW) and opened().find(ref) is None


def _read(ref: str) -> Curves | None:
    """The log of a file that is open here; None where it has none, or has gone since."""
    file, folder = opened().find(ref), root.root()
    if file is not None:
        return file.log(_log_of)
    if folder is None:
        return None
    path = inside(folder, ref.removeprefix(BELOW))
    try:
        return opened().logs.once((str(path), root.state(path)), lambda: _log_of(path))
    except LabError:
        return None


def _log_of(path: Path) -> Curves | None:
    is_ours = path.is_file() and kind_of(read_head(path)) == "safetensors" and is_native(path)
    return log_curves(path) if is_ours else None


def _log(controls: Controls, entries: Mapping[str, ZooEntry], own: Mapping[str, str], ref: str) -> tuple[Curves, str]:
    """A run, and the call that reads it."""
    if ref in entries:
        call = f"log_curves({f'checkpoints/zoo/{ref}.safetensors'!a})"
        return _shipped_log(entries[ref].digest, entries[ref].path), call
    offer.check_here(controls, ref)
    run, file, shown = _read(ref), opened().find(ref), own[ref].removeprefix(BELOW)
    if run is None:
        raise missing(ref)
    path = ascii(file.name if file is not None else shown)
    call = f"log_curves({path}, {shown!a})"
    return replace(run, name=shown), f"# {path} is a file of yours: give its path.\n    {call}"


@st.cache_resource(max_entries=32, show_spinner="Reading the training log …")
def _run_log(digest: str, _path: Path, name: str) -> Curves:
    return run_curves(_path, name)


@st.cache_resource(max_entries=32, show_spinner="Reading the training log …")
def _shipped_log(digest: str, _path: Path) -> Curves:
    return log_curves(_path)
