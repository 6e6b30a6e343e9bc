"""The map section: controls, the map itself, and the item that was clicked, searched or typed."""

from functools import partial

import numpy as np
import streamlit as st

from analysis.figures.maps.projection import embedding_map
from analysis.maps.projection import map_sample
from analysis.maps.quality import map_quality
from analysis.outputs import NO_EMBEDDINGS, Outputs
from analysis.statistics.bootstrap import Unavailable
from ui.checkpoints.analyses import Analyses, Map, SplitName
from ui.checkpoints.code import figure_code
from ui.checkpoints.item import item_panel
from ui.checkpoints.maps import MapJob, map_call
from ui.checkpoints.search import search
from ui.checkpoints.unavailable import not_available
from ui.checkpoints.view import MAP, class_options, said, splits
from ui.controls import Controls, part
from ui.errors import explain
from ui.exhibit import show

_CODE = """
split = outputs.{split}
items = map_sample(len(split), {points})
embeddings = split.embeddings[items]
projection = {call}
quality, names = map_quality(embeddings, projection.coordinates), outputs.class_names
exhibit = embedding_map(projection, quality, split, items, names, chosen={chosen}, of={of!r}, only={only})
"""
_HELP = "PCA is shown until it is ready."
_METHODS = {"umap": "UMAP", "pca": "PCA", "tsne": "t-SNE"}
_POINTS = {"2000": "2,000", "10000": "10,000", "50000": "50,000"}


def section(analyses: Analyses) -> None:
    """The map on the left, the item on the right."""
    methods = _methods(analyses)
    if not methods:
        not_available("Map", Unavailable(NO_EMBEDDINGS))
        return
    with part(*MAP) as controls:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            method = controls.choice("Map", "map", methods, default=next(iter(methods)), help=_HELP)
            split: SplitName = controls.choice("Items on the map", "items", splits(analyses.outputs), default="test")  # type: ignore[assignment]
            points = int(controls.choice("Points at most", "points", _POINTS, default="10000"))
            only = _choose_classes(controls, analyses.outputs)
        left, right = st.columns([3, 2], gap="large")
        with right, st.container(horizontal=True, vertical_alignment="bottom"):
            item = _choose_item(controls, len(analyses.split(split)) - 1)
            search(analyses.split(split).ids)
    with left:
        _map(analyses, method, split, points, tuple(map(int, only)), item)
    with right:
        item_panel(analyses, split, item)


def _methods(analyses: Analyses) -> dict[str, str]:
    """Those that there can be, the one to begin with first."""
    given = any(split.coordinates is not None for split in (analyses.outputs.test, analyses.outputs.train))
    return ({"given": "As given"} if given else {}) | (_METHODS if analyses.outputs.has_embeddings else {})


def _choose_classes(controls: Controls, outputs: Outputs) -> tuple[str, ...]:
    if not outputs.labelled:
        return ()
    return controls.several("Classes", "only", class_options(outputs.class_names))


def _choose_item(controls: Controls, last: int) -> int:
    # Another split or checkpoint may have fewer items than the one that was chosen from.
    if st.session_state.get("item", 0) > last:
        st.session_state["item"] = last
    return controls.integer("Chosen item", "item", default=0, low=0, high=last, help="Or click a point of the map.")


def _map(analyses: Analyses, method: str, split: SplitName, points: int, only: tuple[int, ...], item: int) -> None:
    drawn, key = _current_map(analyses, method, split, points), f"map-{split}"
    if isinstance(drawn, Unavailable):
        not_available("Map", drawn)
        return
    of = said(split, analyses.outputs)
    figure = embedding_map(
        drawn.projection,
        drawn.quality,
        analyses.split(split),
        drawn.items,
        analyses.outputs.class_names,
        chosen=item,
        of=of,
        only=only,
    )
    shown = figure.table["item"].to_numpy()
    call, used = map_call(drawn.projection.method)
    body = _CODE.format(split=split, points=len(drawn.items), call=call, chosen=item, only=only, of=of)
    code = figure_code(analyses, body, map_sample, map_quality, embedding_map, *used)
    show(figure.given_by(code), key=key, on_select=partial(_take_click, key, shown))


def _current_map(analyses: Analyses, method: str, split: SplitName, points: int) -> Map | Unavailable:
    """The method that is asked for where it is ready, else PCA at once. What has no PCA map raises here."""
    if method == "given":
        return analyses.given(split, points)
    at_once = analyses.pca(split, points)
    if method == "pca":
        return at_once
    job = analyses.map_job(split, method, points)
    if not job.done:
        _wait(job, _METHODS[method])
        return at_once
    if not job.stopped:
        with explain():
            return job.result()
    again = f"{_METHODS[method]} {'was stopped' if job.stopped else 'ended'}; this is PCA. Start again"
    st.button(again, type="tertiary", on_click=analyses.forget_map, args=(split, method, points))
    return at_once


@st.fragment(run_every=0.5)
def _wait(job: MapJob, method: str) -> None:
    """Polls; Stop stands in here, since the fragment around it may be busy."""
    if job.done:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        first = " (the first one after a start compiles)" if method == "UMAP" else ""
        st.caption(f"PCA for now; {method} is being computed, {job.seconds:.0f} s{first}.")
        if st.button("Stop", key="stop-map"):
            job.stop()


def _take_click(key: str, shown: np.ndarray) -> None:
    """The point that was clicked becomes the chosen item."""
    points = st.session_state[key].selection.points
    if points and "customdata" in points[0]:
        st.session_state["item"] = int(points[0]["customdata"])
    elif points and points[0].get("point_index", len(shown)) < len(shown):
        st.session_state["item"] = int(shown[points[0]["point_index"]])
