"""What the checkpoint page is asked to show."""

from dataclasses import dataclass

import streamlit as st

from analysis.calibration import Scheme
from ui.checkpoint_analyses import LARGEST_K, Analyses, SplitName
from ui.controls import Panel

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
