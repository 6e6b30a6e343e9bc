"""What the compare page is asked to show."""

from dataclasses import dataclass
from typing import Literal, cast

import streamlit as st

from analysis.accuracy.probe import Source
from analysis.comparison.measured import MEASURES, MeasuredModel, common_source
from analysis.comparison.relevance import LARGEST, SMALLEST
from ui.controls import Controls

Mark = Literal["drag", "disagree", "wrong", "moved"]
_SECTIONS = {
    "table": "Differences",
    "map": "Maps",
    "similarity": "Nearest similarity",
    "calibration": "Calibration",
    "seeds": "Over seeds",
}
METHODS = {"pca": "PCA", "umap": "UMAP", "tsne": "t-SNE"}
_MARKS = {
    "drag": "what I drag over",
    "disagree": "where nearest neighbours disagree",
    "wrong": "wrong under every model",
    "moved": "whose margin differs most",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the numbers are taken: neighbours that vote, calibration bins, and whether every model gets a probe."""

    k: int
    bins: int
    probe_all: bool

    def source(self, measured: tuple[MeasuredModel, ...]) -> Source:
        """Where class probabilities come from: the same for all models."""
        return "linear probe" if self.probe_all else common_source(measured)


@dataclass(frozen=True, slots=True)
class View:
    """What the controls ask for. smallest: (measure, smallest difference of interest) for every measure."""

    sections: tuple[str, ...]
    method: str
    mark: Mark
    reading: Reading
    smallest: tuple[tuple[str, float], ...]


def choose_view(controls: Controls, most_neighbours: int) -> View:
    """All controls below the choice of the checkpoints."""
    sections = controls.choices("Show", "show", _SECTIONS, default=("table", "map", "similarity"))
    method = controls.choice("Maps", "map", METHODS, default="pca", help="PCA stands in until all are ready.")
    mark = controls.choice("Mark test items", "mark", _MARKS, default="drag")
    k = controls.integer("Neighbours that vote", "k", default=1, low=1, high=most_neighbours)
    bins = controls.integer("Calibration bins", "bins", default=15, low=2, high=100)
    probe_all = controls.switch(
        "Probabilities by a linear probe for all",
        "probe",
        help="Else those of the class heads, where every model has one.",
    )
    return View(sections, method, cast(Mark, mark), Reading(k, bins, probe_all), _choose_smallest(controls))


def _choose_smallest(controls: Controls) -> tuple[tuple[str, float], ...]:
    """A number for each measure: what a difference must reach, beside being more than chance."""
    with st.expander("Smallest differences that matter"):
        st.caption("A difference below gets no verdict, however sure it is. 0: any that is more than chance.")
        return tuple(
            (
                key,
                controls.real(
                    f"{measure.title} ({measure.unit})",
                    f"smallest_{key}",
                    default=SMALLEST[key],
                    low=0.0,
                    high=LARGEST,
                    step=SMALLEST[key],
                ),
            )
            for key, measure in MEASURES.items()
        )
