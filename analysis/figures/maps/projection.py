"""The map of a split: one point an item, coloured by class, with what the map keeps of the neighbourhoods."""

from dataclasses import replace

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import interval, percent, percent_interval
from analysis.figures.exhibit import Exhibit
from analysis.figures.maps.points import (
    LOOKS,
    MOST_AS_SVG,
    background,
    class_name,
    frames,
    map_classes,
    point_traces,
    ring,
)
from analysis.figures.splits import items_of
from analysis.figures.theme import layout
from analysis.maps.projection import Projection
from analysis.maps.quality import MapQuality
from analysis.outputs import Split
from analysis.statistics.bootstrap import Unavailable

_NAMED = 20  # classes named on the map itself; with more, the names hide it


def embedding_map(
    projection: Projection,
    quality: MapQuality | Unavailable,
    split: Split,
    items: np.ndarray,
    class_names: tuple[str, ...],
    *,
    chosen: int | None = None,
    of: str = "test",
    only: tuple[int, ...] = (),
) -> Exhibit:
    """Map of `items` (M,) of `split`, coordinates (M, 2); `chosen` is ringed. See `point_traces` on which is which.

    `only`: the classes that are told apart and can be clicked, all where empty; the others lie behind them in grey.
    """
    on_map, behind = len(items), list[dict[str, object]]()
    webgl = on_map > MOST_AS_SVG
    marked = projection.coordinates[items == chosen]  # none where nothing is chosen, or it is not on the map
    if only:
        shown = np.isin(split.labels[items], only)
        behind = [] if shown.all() else [background(projection.coordinates[~shown], webgl=webgl)]
        projection, items = replace(projection, coordinates=projection.coordinates[shown]), items[shown]
    labels = split.labels[items]
    classes = map_classes(labels, class_names)
    traces = behind + point_traces(projection, split, items, classes, webgl=webgl)
    traces += [] if webgl else [ring(place) for place in marked]
    # Unvalidated: Plotly looks at every symbol of 50,000 for two seconds. A test has it look at fewer.
    plot = layout(go.Figure(traces, _validate=False), **_axes(projection), height=600)
    named = classes if len(classes) <= _NAMED else []
    notes = [class_name(one, projection.coordinates[one.members], crowd=webgl) for one in named]
    notes += [frame for place in marked for frame in frames(place)] if webgl else []
    plot.update_layout(annotations=notes)
    if projection.explained is None:
        plot.update_xaxes(showticklabels=False).update_yaxes(showticklabels=False)
    # Equal scales: a distance along one axis is one along the other. The user's zoom survives a new ring.
    plot.update_yaxes(scaleanchor="x")
    plot.update_layout(uirevision=projection.method, hovermode="closest", margin_b=100)
    # Below the map: above it, the plot's own buttons would cover it.
    plot.update_layout(legend={"itemsizing": "constant", "yanchor": "top", "y": -0.16})
    if webgl:
        plot.update_layout(legend={"itemclick": False, "itemdoubleclick": False})
    return Exhibit(
        stem="-".join(filter(None, ("map", projection.method.lower(), of))),
        title=f"Which {items_of(of)} does the encoder put together?{_answer(quality)}",
        plot=plot,
        how_to_read=_how_to_read(quality, on_map, len(split), of, bool(behind)) + _untold(len(classes)),
        alt=f"{projection.method} map of {items_of(of, len(items))} in {len(classes)} classes.",
        table=pd.DataFrame(
            {
                "item": items,
                "id": split.ids[items],
                "class": np.array(class_names)[labels],
                "x": projection.coordinates[:, 0],
                "y": projection.coordinates[:, 1],
            }
        ),
    )


def _answer(quality: MapQuality | Unavailable) -> str:
    if isinstance(quality, Unavailable):
        return ""
    return f" The map keeps {percent(quality.overlap.value)} of each item's {quality.k} nearest"


def _axes(projection: Projection) -> dict[str, str]:
    if projection.explained is None:
        return {"x": f"{projection.method} 1 (no unit)", "y": f"{projection.method} 2 (no unit)"}
    first, second = projection.explained
    return {"x": f"principal axis 1, {first:.0%} of variance", "y": f"principal axis 2, {second:.0%} of variance"}


def _how_to_read(quality: MapQuality | Unavailable, on_map: int, of_all: int, of: str, filtered: bool) -> str:
    sample = "" if on_map == of_all else f" ({on_map:,} drawn from {of_all:,})"
    filtered_out = " Other classes are grey; the numbers are of the whole map." if filtered else ""
    point = f"a {of} item" if of else "an item"
    return (
        f"A point is {point}{sample}, its colour and symbol are its class; click one to see it. "
        f"{_kept(quality)}{filtered_out} Distances between clusters, and their sizes, mean nothing."
    )


def _untold(classes: int) -> str:
    if classes <= LOOKS:
        return ""
    return f" {classes:,} classes share {LOOKS} looks: choose some of them, and a legend tells them apart."


def _kept(quality: MapQuality | Unavailable) -> str:
    if isinstance(quality, Unavailable):
        return f"What it keeps: not available, {quality.reason}."
    overlap = percent_interval(quality.overlap)
    return (
        f"Trustworthiness {interval(quality.trustworthiness)}; of an item's {quality.k} nearest by cosine, {overlap} "
        f"are among its {quality.k} nearest here; both over {quality.anchors:,} items."
    )
