"""The sections of the checkpoint page: each draws one analysis, or says why there is none."""

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from analysis.bootstrap import Unavailable
from analysis.calibration import Calibration, calibration
from analysis.figures.calibration import reliability_diagram
from analysis.figures.neighbours import accuracies
from analysis.figures.projection import embedding_map
from analysis.figures.similarity import class_medians, nearest_histograms
from analysis.outputs import Outputs
from ui.background import Job
from ui.checkpoint_analyses import Analyses, Map
from ui.checkpoint_item import item_panel
from ui.checkpoint_view import View
from ui.errors import explain, plain
from ui.exhibit import show


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
    parts = [str(facts[name]) for name in ("file", "loss", "data") if name in facts]
    parts.append(f"{len(outputs.train):,} train and {len(outputs.test):,} test items")
    parts.append(f"{len(outputs.class_names)} classes")
    parts.append(f"{outputs.train.embeddings.shape[1]} dimensions, {facts.get('embeddings', 'as given')}")
    return " · ".join(parts)


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
    """UMAP where it is asked for and ready, else PCA at once. What has no PCA map raises here, and has no UMAP."""
    at_once = analyses.pca(view.split)
    if view.method == "umap":
        job = analyses.umap(view.split)
        if not job.done:
            st.fragment(_wait, run_every=0.5)(job)
        else:
            with explain():
                return job.result()
    return at_once


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
    known = analyses.probabilities
    if isinstance(known, Unavailable):
        _not_available("Calibration", known)
        return
    found = calibration(known.probabilities, known.labels, bins=view.bins, scheme=view.scheme)
    show(reliability_diagram(found, known.source), key="reliability")
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


def _not_available(name: str, found: Unavailable) -> None:
    st.info(plain(f"{name}: not available, {found.reason}."))


_DRAW = {
    "map": _map,
    "similarity": _similarity,
    "calibration": _calibration,
    "accuracy": _accuracy,
    "provenance": _provenance,
}
