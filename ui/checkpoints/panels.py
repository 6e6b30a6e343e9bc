"""The checkpoint page below its controls: each section is a fragment, so that its controls rerun it alone."""

from collections.abc import Callable

import streamlit as st

from analysis.degenerate import warnings
from analysis.outputs import Outputs
from losses.errors import plural
from ui.checkpoints import accuracy as checkpoint_accuracy
from ui.checkpoints import calibration as checkpoint_calibration
from ui.checkpoints import clusters as checkpoint_clusters
from ui.checkpoints import curves as checkpoint_curves
from ui.checkpoints import geometry as checkpoint_geometry
from ui.checkpoints import glance as checkpoint_glance
from ui.checkpoints import map as checkpoint_map
from ui.checkpoints import objectives as checkpoint_objectives
from ui.checkpoints import provenance as checkpoint_provenance
from ui.checkpoints import similarity as checkpoint_similarity
from ui.checkpoints import tails as checkpoint_tails
from ui.checkpoints.analyses import Analyses
from ui.checkpoints.view import SECTIONS
from ui.errors import explain
from ui.foreign_text import line, plain

_DRAW: dict[str, Callable[[Analyses], None]] = {
    "glance": checkpoint_glance.section,
    "map": checkpoint_map.section,
    "similarity": checkpoint_similarity.section,
    "calibration": checkpoint_calibration.section,
    "accuracy": checkpoint_accuracy.section,
    "curves": checkpoint_curves.section,
    "tails": checkpoint_tails.section,
    "geometry": checkpoint_geometry.section,
    "clusters": checkpoint_clusters.section,
    "losses": checkpoint_objectives.section,
    "provenance": checkpoint_provenance.section,
}


def draw(analyses: Analyses, sections: tuple[str, ...]) -> None:
    """The chosen sections, in the order of the menu."""
    st.text(line(_description(analyses.outputs)))
    for said in analyses.once("warnings", lambda: warnings(analyses.outputs)):
        st.warning(plain(said))
    if not sections:
        st.info("Choose under *Show* what to look at.")
    for place, name in enumerate(sections):
        if place:
            st.divider()
        _section(name, analyses)


@st.fragment
def _section(name: str, analyses: Analyses) -> None:
    """A change of a control inside shows within 300 ms: sidebar and other sections stay as they are."""
    with st.spinner(f"{SECTIONS[name]} …"), explain():
        _DRAW[name](analyses)


def _description(outputs: Outputs) -> str:
    """What is open, in one line."""
    facts = outputs.provenance
    parts = [str(facts[name]) for name in ("file", "loss", "data") if name in facts]
    counts = f"{len(outputs.train):,} train and {len(outputs.test):,} test items"
    parts.append(plural(len(outputs.test), "item") + ", none of them train" if outputs.within else counts)
    parts.append(f"{len(outputs.class_names)} classes" if outputs.labelled else "no labels")
    embedded = f"{outputs.test.embeddings.shape[1]} dimensions, {facts.get('embeddings', 'as given')}"
    parts.append(embedded if outputs.has_embeddings else "no embeddings")
    return " · ".join(parts)
