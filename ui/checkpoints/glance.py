"""The first section: the three pictures that one comes for, side by side with their numbers."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import plotly.graph_objects as go
import streamlit as st

from analysis.calibration.top_label import calibration
from analysis.digits import interval, number, percent
from analysis.figures.calibration.top_label import CAUTION, is_cautious, reliability_diagram
from analysis.figures.exhibit import Exhibit
from analysis.figures.maps.points import MOST_AS_SVG
from analysis.figures.maps.projection import embedding_map
from analysis.figures.neighbours.nearest import nearest_histograms
from analysis.maps.projection import map_sample
from analysis.neighbours.separation import separation
from analysis.outputs import NO_EMBEDDINGS
from analysis.statistics.bootstrap import Unavailable
from losses.errors import LabError
from ui.checkpoints.analyses import Analyses
from ui.foreign_text import line, plain

_HEIGHT = 380  # pixels: with the title above them, three of them end on a projector
_BINS = 15


@dataclass(frozen=True, slots=True)
class Glance:
    """A picture and the number that it stands for, in words."""

    said: str
    exhibit: Exhibit


def section(analyses: Analyses) -> None:
    """Each at its first setting; the sections below have the same pictures large, with their controls."""
    made = {"map": _map, "similarity": _similarity, "calibration": _calibration}
    columns = st.columns(len(made), gap="small")
    for column, (name, make) in zip(columns, made.items(), strict=True):
        with column:
            _draw(analyses, name, make)


def _draw(analyses: Analyses, name: str, make: Callable[[Analyses], Glance | Unavailable]) -> None:
    try:
        found = make(analyses)
    except LabError as mistake:  # its section says it as an error, once
        found = Unavailable(str(mistake).removesuffix("."))
    if isinstance(found, Unavailable):
        st.caption(plain(f"Not available: {found.reason}."))
        return
    st.markdown(f"**{plain(found.said)}**")
    chart = _compact(found.exhibit.plot)
    config = {"displayModeBar": False}
    st.plotly_chart(chart, key=f"glance-{name}", config=config, alt=line(found.exhibit.alt))


def _compact(plot: go.Figure) -> go.Figure:
    """A third of the page wide; the buttons of Plotly would cover it."""
    small = go.Figure(plot)
    small.update_layout(height=_HEIGHT, margin={"l": 44, "r": 8, "t": 24, "b": 76}, dragmode=False)
    small.update_layout(legend={"orientation": "h", "y": -0.22, "yanchor": "top", "font": {"size": 11}})
    small.update_annotations(font_size=11)
    small.for_each_xaxis(_shorten)
    small.update_traces(text=None, selector={"type": "bar"})  # counts have no room; they are in the section's own
    if "yaxis2" in small.layout:
        small.update_yaxes(nticks=3, row=2, col=1)
    return small


def _shorten(axis: go.layout.XAxis) -> None:
    """What stands before a colon: the section below says the rest."""
    axis.title.text = (axis.title.text or "").partition(":")[0]


def _map(analyses: Analyses) -> Glance | Unavailable:
    """UMAP where it has been made, PCA before; of more items than are drawn as SVG so many, the same ones each time."""
    outputs = analyses.outputs
    if not outputs.has_embeddings:
        return Unavailable(NO_EMBEDDINGS)
    drawn = analyses.finished_map("test", "umap") or analyses.pca("test")
    rows, quality = map_sample(len(drawn.items), MOST_AS_SVG), drawn.quality
    seen = replace(drawn.projection, coordinates=drawn.projection.coordinates[rows])
    exhibit = embedding_map(seen, quality, outputs.test, drawn.items[rows], outputs.class_names)
    exhibit.plot.update_layout(showlegend=False)
    kept = "" if isinstance(quality, Unavailable) else f" keeps {percent(quality.overlap.value)} of neighbours"
    part = "" if len(rows) == len(drawn.items) else f", {len(rows):,} of {len(drawn.items):,} items"
    return Glance(f"{drawn.projection.method}{kept}{part}", exhibit)


def _similarity(analyses: Analyses) -> Glance | Unavailable:
    found = analyses.margin
    if isinstance(found, Unavailable):
        return found
    exhibit = analyses.once(("histograms", None), lambda: nearest_histograms(analyses.nearest, found, None))
    apart = separation(analyses.nearest)
    area = "" if isinstance(apart, Unavailable) else f", AUC {interval(apart.auc)}"
    return Glance(f"Margin {interval(found.margin)}{area}", exhibit)


def _calibration(analyses: Analyses) -> Glance | Unavailable:
    known = analyses.probabilities
    if isinstance(known, Unavailable):
        return known
    found = analyses.once(
        ("calibration", _BINS, "equal width"),
        lambda: calibration(known.probabilities, known.labels, bins=_BINS, scheme="equal width", losses=known.losses),
    )
    drawn = reliability_diagram(found, known.source, temperature=analyses.outputs.temperature)
    low, high = found.null.ece
    whose = "ECE" if known.source.startswith("class head") else "Probe's ECE"
    said = f"{whose} {number(found.bins.ece)} (calibrated: {number(low)} to {number(high)})"
    return Glance(f"{said}, {CAUTION}" if is_cautious(found, known.source) else said, drawn)
