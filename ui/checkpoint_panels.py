"""The checkpoint page: its controls, and a function for each section that draws one analysis or says why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from analysis.bootstrap import Unavailable
from analysis.calibration import Calibration, Scheme
from analysis.figures.calibration import reliability_diagram
from analysis.figures.neighbours import accuracies
from analysis.figures.projection import embedding_map
from analysis.figures.similarity import class_medians, nearest_histograms
from analysis.outputs import Outputs
from ui.background import Job
from ui.checkpoint_analyses import LARGEST_K, Analyses, Map, SplitName
from ui.checkpoint_item import item_panel
from ui.controls import Panel
from ui.errors import explain, plain
from ui.exhibit import show

_SECTIONS = {
    "map": "Map",
    "similarity": "Nearest similarity",
    "calibration": "Calibration",
    "accuracy": "Accuracy",
    "provenance": "Provenance",
}


@dataclass(frozen=True, slots=True)
class View:
    """What the controls ask for."""

    sections: tuple[str, ...]
    method: str
    split: SplitName
    item: int
    k: int
    bins: int
    scheme: Scheme


def choose_view(controls: Panel, analyses: Analyses) -> View:
    """All controls below the choice of the checkpoint."""
    sections = controls.choices("Show", "show", _SECTIONS, default=("map", "similarity"))
    method = controls.choice("Map", "map", {"umap": "UMAP, PCA until it is ready", "pca": "PCA"}, default="umap")
    split = controls.choice("Items on the map", "items", {"test": "test", "train": "train"}, default="test")
    last = len(analyses.split(split)) - 1
    # Another split or checkpoint may have fewer items than the one that was chosen from.
    if st.session_state.get("item", 0) > last:
        st.session_state["item"] = last
    item = controls.integer("Chosen item", "item", default=0, low=0, high=last, help="Or click a point of the map.")
    k = controls.integer("Neighbours that vote", "k", default=5, low=1, high=LARGEST_K)
    bins = controls.integer("Calibration bins", "bins", default=15, low=2, high=100)
    schemes = {"equal width": "of equal width", "equal mass": "of equal mass"}
    scheme = controls.choice("Bins", "scheme", schemes, default="equal width")
    return View(sections, method, split, item, k, bins, scheme)


def draw(analyses: Analyses, view: View) -> None:
    """The chosen sections, in the order of the menu."""
    st.text(_description(analyses.outputs))
    if not view.sections:
        st.info("Choose under *Show* what to look at.")
    for section in view.sections:
        with explain():
            _DRAW[section](analyses, view)


def _description(outputs: Outputs) -> str:
    """What is open, in one line."""
    facts = outputs.provenance
    named = [str(facts[name]) for name in ("file", "loss", "data") if name in facts]
    return (
        f"{' · '.join(named)} · {len(outputs.train):,} train and {len(outputs.test):,} test items in "
        f"{len(outputs.class_names)} classes · {outputs.train.embeddings.shape[1]} dimensions, "
        f"{facts.get('embeddings', 'as given')}"
    )


def _map(analyses: Analyses, view: View) -> None:
    left, right = st.columns([3, 2], gap="large")
    with left:
        drawn, key = _current_map(analyses, view), f"map-{view.split}"
        figure = embedding_map(
            drawn.projection,
            drawn.quality,
            analyses.split(view.split),
            drawn.items,
            analyses.outputs.class_names,
            chosen=view.item,
            of=view.split,
        )
        show(figure, key=key, on_select=partial(_take_click, key))
    with right:
        item_panel(analyses, view.split, view.item)


def _current_map(analyses: Analyses, view: View) -> Map:
    """UMAP where it is asked for and ready, else PCA at once."""
    if view.method == "umap":
        job = analyses.umap(view.split)
        if not job.done:
            st.fragment(_wait, run_every=0.5)(job)
        else:
            with explain():
                return job.result()
    return analyses.pca(view.split)


def _wait(job: Job[Map]) -> None:
    if job.done:
        st.rerun()
    st.caption(f"PCA for now; UMAP is being computed, {job.seconds:.0f} s (the first one after a start compiles).")


def _take_click(key: str) -> None:
    """The point that was clicked becomes the chosen item."""
    points = st.session_state[key].selection.points
    if points and "customdata" in points[0]:
        st.session_state["item"] = int(points[0]["customdata"])


def _similarity(analyses: Analyses, view: View) -> None:
    if isinstance(analyses.margin, Unavailable):
        _not_available("Nearest similarity", analyses.margin)
        return
    show(nearest_histograms(analyses.nearest, analyses.margin), key="nearest-similarity")
    show(class_medians(analyses.nearest, analyses.outputs.class_names), key="class-medians")


def _calibration(analyses: Analyses, view: View) -> None:
    found, probabilities = analyses.calibration(view.bins, view.scheme), analyses.probabilities
    if isinstance(found, Unavailable) or isinstance(probabilities, Unavailable):
        _not_available("Calibration", found)
        return
    show(reliability_diagram(found, probabilities.source), key="reliability")
    st.text(_scores(found))


def _scores(found: Calibration) -> str:
    nll = f"infinite ({found.impossible} labels had probability 0)" if found.impossible else f"{found.nll:.4f} nats"
    return f"NLL {nll} · Brier score {found.brier:.4f} (0 to 2) · largest gap of a bin (MCE) {found.bins.mce:.3f}"


def _accuracy(analyses: Analyses, view: View) -> None:
    outputs = analyses.outputs
    show(accuracies(analyses.accuracies(view.k), len(outputs.test), len(outputs.class_names)), key="accuracy")


def _provenance(analyses: Analyses, view: View) -> None:
    st.subheader("Where does it come from?", anchor=False)
    provenance = dict(analyses.outputs.provenance)
    provenance.pop("log", None)
    command = provenance.pop("command", None)
    if command:
        st.caption("The command that made it")
        st.code(str(command), language="bash", wrap_lines=True)
    facts = pd.DataFrame({"field": list(provenance), "value": [_words(value) for value in provenance.values()]})
    st.dataframe(facts, hide_index=True, height="content")


def _words(value: object) -> str:
    """A fact as one line: {"a": 1, "b": 2} reads "a 1, b 2"."""
    return ", ".join(f"{name} {part}" for name, part in value.items()) if isinstance(value, Mapping) else str(value)


def _not_available(name: str, found: Unavailable | Calibration) -> None:
    reason = found.reason if isinstance(found, Unavailable) else ""
    st.info(plain(f"{name}: not available, {reason}."))


_DRAW = {
    "map": _map,
    "similarity": _similarity,
    "calibration": _calibration,
    "accuracy": _accuracy,
    "provenance": _provenance,
}
