"""The maps side by side: PCA at once, another method once it is ready for every checkpoint."""

from functools import partial

import numpy as np
import streamlit as st

from analysis.figures.comparison.maps import MapPanel, comparison_maps
from ui.checkpoints.maps import Map, MapJob
from ui.compare.code import maps_code
from ui.compare.selection import take_points
from ui.compare.source import Model
from ui.compare.view import METHODS
from ui.errors import explain
from ui.exhibit import show

_POINTS = 20_000  # of all maps together


def draw_maps(models: tuple[Model, ...], method: str, items: np.ndarray, data: str) -> None:
    """`items` are marked; what is dragged over becomes the marked items of `data`."""
    maps, key = _current_maps(models, method), "compare-maps"
    panels = [MapPanel(model.name, found.projection, found.quality) for model, found in zip(models, maps, strict=True)]
    outputs = models[0].analyses.outputs
    figure = comparison_maps(panels, outputs.test, maps[0].items, outputs.class_names, items)
    figure = figure.given_by(maps_code(models, maps[0].projection.method, len(maps[0].items), items))
    show(figure, key=key, on_select=partial(take_points, key, data), selection_mode=("points", "box", "lasso"))


def _current_maps(models: tuple[Model, ...], method: str) -> list[Map]:
    """The method that is asked for where all of its maps are ready, else PCA. What has no PCA map raises here."""
    points = _POINTS // len(models)
    at_once = [model.analyses.pca("test", points) for model in models]
    if method == "pca":
        return at_once
    jobs = [model.analyses.map_job("test", method, points) for model in models]
    if not all(job.done for job in jobs):
        _wait(jobs, METHODS[method])
        return at_once
    stopped = any(job.stopped for job in jobs)
    if not stopped:
        with explain():
            return [job.result() for job in jobs]
    again = f"{METHODS[method]} {'was stopped' if stopped else 'ended'}; this is PCA. Start again"
    if st.button(again, type="tertiary"):
        for model, job in zip(models, jobs, strict=True):
            if job.failure is not None:
                model.analyses.forget_map("test", method, points)
        st.rerun()
    return at_once


@st.fragment(run_every=0.5)
def _wait(jobs: list[MapJob], method: str) -> None:
    ready = sum(job.done for job in jobs)
    if ready == len(jobs):
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"PCA for now; {method}: {ready} of {len(jobs)} ready, {max(job.seconds for job in jobs):.0f} s (the first"
            " one after a start compiles)."
        )
        if st.button("Stop", key="stop-maps"):
            for job in jobs:
                job.stop()
