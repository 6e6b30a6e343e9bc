"""The parts of the dynamics page: which runs, their curves on one axis, and what was not recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from analysis.figures.dynamics import dynamics, layer_norms
from analysis.training_log import QUANTITIES, Curves
from checkpoints.curves import log_curves
from checkpoints.zoo import ZooEntry, shipped
from losses.catalog import CATALOG
from losses.errors import LabError
from ui.controls import Panel
from ui.exhibit import show

_DEFAULT = ("supcon", "sincere", "nt_xent")
_SHOWN = tuple(quantity.name for quantity in QUANTITIES if quantity.name != "knn_accuracy")
_CODE = """from analysis.figures.dynamics import dynamics
from checkpoints.curves import log_curves

names = {names}
dynamics([log_curves(f"checkpoints/zoo/{{name}}.safetensors") for name in names], {quantities}).plot.show()
"""


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: shipped checkpoints by name, quantities by name, layers or not."""

    names: tuple[str, ...]
    quantities: tuple[str, ...]
    layers: bool


def choose(controls: Panel) -> View:
    """The controls in the sidebar. LabError where nothing is chosen."""
    entries = {entry.name: entry for entry in shipped()}
    titles = {name: CATALOG[entry.loss].title for name, entry in entries.items()}
    default = tuple(name for name in _DEFAULT if name in entries)
    names = controls.choices("Shipped checkpoints", "checkpoint", titles, default=default)
    titles = {quantity.name: quantity.title for quantity in QUANTITIES}
    quantities = controls.choices("Curves", "curves", titles, default=_SHOWN)
    layers = controls.switch("Layer by layer", "layers", default=False, help="The gradient norm on each layer.")
    for what, chosen in (("checkpoint", names), ("curves", quantities)):
        if not chosen:
            raise LabError(what, "must name at least one", None, "Choose one in the sidebar.")
    return View(names, quantities, layers)


def figures(view: View) -> None:
    """The curves of the chosen checkpoints, and what is not there and why."""
    entries = {entry.name: entry for entry in shipped()}
    runs = [_curves(entries[name]) for name in view.names]
    if any(run.has(name) for run in runs for name in view.quantities):
        show(dynamics(runs, view.quantities), key="dynamics")
    else:
        st.info("None of the chosen curves exists for the chosen checkpoints; the reasons are below.")
    for reason in missing(runs, view.quantities):
        st.caption(reason)
    if view.layers:
        recorded = [run for run in runs if run.layers]
        if recorded:
            show(layer_norms(recorded), key="dynamics-layers")


def missing(runs: Sequence[Curves], names: Sequence[str]) -> list[str]:
    """One sentence for each thing that a reader may look for in vain."""
    old = [run.title for run in runs if not run.has("gradient_norm") or not run.layers]
    heads = [run.title for run in runs if CATALOG[run.loss].family == "class head"]
    paired = [run.title for run in runs if CATALOG[run.loss].family == "paired views"]
    said = []
    if old:
        said.append(f"Recorded no dynamics: {', '.join(old)} (a file of an earlier version).")
    if heads and {"repelling_share", "push_to_pull", "noise"} & set(names):
        said.append(f"No pairs of samples under a class head: {', '.join(heads)} act on logits, not on similarities.")
    if heads and "toward_optimum" in names:
        said.append("No cosine to the optimum under a class head: on real data it is not known.")
    if paired and "toward_optimum" in names:
        said.append(
            f"No cosine to the optimum for {', '.join(paired)}: each image is a class of its own, and more images than"
            " dimensions have no simplex to go to."
        )
    return said


def code(view: View) -> str:
    return _CODE.format(names=view.names, quantities=view.quantities)


@st.cache_resource(max_entries=32, show_spinner="Reading the training log …")
def _read(digest: str, _path: Path) -> Curves:
    return log_curves(_path)


def _curves(entry: ZooEntry) -> Curves:
    return _read(entry.digest, entry.path)
