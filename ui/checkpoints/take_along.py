"""What is open as files: made when asked for, with what the page has computed by then."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from analysis.outputs import Outputs
from checkpoints.exporting.columns import check_size
from checkpoints.exporting.computed import Computed, PlacedItems, known, pca_of_every
from losses.errors import LabError
from ui.checkpoints.analyses import Analyses
from ui.checkpoints.maps import POINTS
from ui.foreign_text import plain
from ui.uploads import safe_name

_METHODS = {"umap": "UMAP", "tsne": "t-SNE"}
_OF_EMBEDDINGS = (
    "A row an item: embedding, label, class scores, prediction, nearest target and noise, and the place on the map that"
    " is ready (UMAP, t-SNE, else PCA)."
)
_OF_SCORES = "A row an item: label, class scores, prediction."
_FILES = (
    " Parquet is for pandas, Embedding Atlas, FiftyOne and `datasets`; the .npz opens here again with the same numbers"
)
_PAIR = "; the pair is for the TensorBoard projector"


def draw(analyses: Analyses) -> None:
    """A row of buttons: no run of the page makes a file."""
    st.header("Take along", anchor=False)
    embedded = analyses.outputs.has_embeddings
    st.caption((_OF_EMBEDDINGS + _FILES + _PAIR if embedded else _OF_SCORES + _FILES) + ". Images stay here.")
    try:
        check_size(analyses.outputs)
    except LabError as mistake:
        st.info(plain(str(mistake)))
        return
    stem = Path(str(analyses.outputs.provenance.get("file", "checkpoint"))).stem or "checkpoint"
    with st.container(horizontal=True):
        for label, ending, mime, maker in (
            ("Parquet", "parquet", "application/vnd.apache.parquet", "parquet"),
            ("NumPy .npz", "npz", "application/octet-stream", "npz"),
            ("Projector's TSV pair", "zip", "application/zip", "projector_zip"),
        )[: None if embedded else -1]:  # the projector has nothing to project without embeddings
            st.download_button(
                plain(label),
                partial(made, analyses, maker),
                safe_name(f"{stem}-items.{ending}"),
                mime,
                key=f"take-along-{ending}",
                on_click="ignore",
            )


def made(analyses: Analyses, maker: str) -> bytes:
    """The file's bytes."""
    from checkpoints.exporting import files

    make: Callable[[Outputs, Computed], bytes] = getattr(files, maker)
    return make(analyses.outputs, Computed() if maker == "npz" else computed(analyses))


def computed(analyses: Analyses) -> Computed:
    """What the page has, or computes now: similarities, probabilities, and the map that is ready."""
    probabilities = known(analyses.probabilities)
    if not analyses.outputs.test.embeddings.shape[1]:
        return Computed(probabilities=probabilities)
    return Computed(analyses.nearest, probabilities, _ready(analyses) or pca_of_every(analyses.outputs))


def _ready(analyses: Analyses) -> PlacedItems | None:
    """The map of the test items that has been made already, none is started."""
    for method, name in _METHODS.items():
        found = analyses.finished_map("test", method, POINTS)
        if found is not None:
            return PlacedItems(name, "test", found.items, found.projection.coordinates)
    return None
