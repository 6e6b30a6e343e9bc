"""The map of a split: one point an item, coloured by class, with what the map keeps of the neighbourhoods."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.bootstrap import Unavailable
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import label
from analysis.figures.theme import TRUTH, class_style, layout
from analysis.map_quality import MapQuality
from analysis.outputs import Split
from analysis.projection import Projection

_DRAWN_AS_SVG = 3000  # points; more need WebGL, which is slower to start and does not print as well
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
) -> Exhibit:
    """Map of `items` (M,) of `split`, coordinates (M, 2); `chosen` is ringed. Points carry their index in the split."""
    labels = split.labels[items]
    classes = [_Class(int(index), labels == index, label(class_names[index])) for index in np.unique(labels)]
    traces = [_points(one, projection, split.ids[items], items) for one in classes]
    if chosen is not None and chosen in items:
        traces.append(_ring(projection.coordinates[np.flatnonzero(items == chosen)[0]]))
    plot = layout(go.Figure(traces), **_axes(projection), height=600)
    if len(class_names) <= _NAMED:
        plot.update_layout(annotations=[_name(one, projection.coordinates[one.members]) for one in classes])
    if projection.explained is None:
        plot.update_xaxes(showticklabels=False).update_yaxes(showticklabels=False)
    # Equal scales: a distance along one axis is one along the other. The user's zoom survives a new ring.
    plot.update_yaxes(scaleanchor="x")
    plot.update_layout(uirevision=projection.method, hovermode="closest", margin_b=100)
    # Below the map: above it, the plot's own buttons would cover it.
    plot.update_layout(legend={"itemsizing": "constant", "yanchor": "top", "y": -0.16})
    return Exhibit(
        stem=f"map-{projection.method.lower()}-{of}",
        title=f"Which {of} items does the encoder put together?",
        plot=plot,
        how_to_read=_how_to_read(projection, quality, len(items), len(split), of),
        alt=f"{projection.method} map of {len(items)} {of} items in {len(np.unique(labels))} classes.",
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


def _axes(projection: Projection) -> dict[str, str]:
    if projection.explained is None:
        return {"x": "UMAP 1 (no unit)", "y": "UMAP 2 (no unit)"}
    first, second = projection.explained
    return {"x": f"principal axis 1, {first:.0%} of variance", "y": f"principal axis 2, {second:.0%} of variance"}


@dataclass(frozen=True, slots=True, eq=False)
class _Class:
    """One class on the map: its index, which of the points are its own (M,) bool, its name fit for Plotly."""

    index: int
    members: np.ndarray
    name: str


# Traces and annotations are plain dicts, checked once by Plotly: adding them one by one checks all of them each time.


def _points(one: _Class, projection: Projection, ids: np.ndarray, items: np.ndarray) -> dict[str, object]:
    style = class_style(one.index)
    x, y = projection.coordinates[one.members].T
    return {
        "type": "scatter" if len(items) <= _DRAWN_AS_SVG else "scattergl",
        "x": x,
        "y": y,
        "mode": "markers",
        "name": one.name,
        "marker": {"color": style.colour, "symbol": style.symbol, "size": 8, "opacity": 0.8},
        "customdata": items[one.members],
        "text": [label(text) for text in ids[one.members]],
        "hovertemplate": f"%{{text}}<br>class {one.name}<extra></extra>",
        # A click is answered beside the map, so the other points need not fade.
        "selected": {"marker": {"opacity": 0.8}},
        "unselected": {"marker": {"opacity": 0.8}},
    }


def _name(one: _Class, coordinates: np.ndarray) -> dict[str, object]:
    """The class's name just above its core: the half of its points around the one nearest to the median.

    A class in two pieces is then named at one of them and not in the gap.
    """
    away = np.linalg.norm(coordinates - np.median(coordinates, axis=0), axis=1)
    centre = coordinates[away.argmin()]
    away = np.linalg.norm(coordinates - centre, axis=1)
    return {
        "x": float(centre[0]),
        "y": float(coordinates[away <= np.median(away), 1].max()),
        "yshift": 14,
        "text": f"<b>{one.name}</b>",
        "showarrow": False,
        "font": {"size": 15, "color": class_style(one.index).colour},
    }


def _ring(place: np.ndarray) -> dict[str, object]:
    return {
        "type": "scatter",
        "x": place[:1],
        "y": place[1:],
        "mode": "markers",
        "marker": {"color": TRUTH, "symbol": "circle-open", "size": 24, "line": {"width": 3}},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _how_to_read(projection: Projection, quality: MapQuality | Unavailable, shown: int, of_all: int, of: str) -> str:
    sample = "" if shown == of_all else f" ({shown:,} drawn from {of_all:,})"
    kept = (
        f"What it keeps: not available, {quality.reason}."
        if isinstance(quality, Unavailable)
        else f"Trustworthiness {quality.trustworthiness:.3f}; of an item's {quality.k} nearest by cosine, "
        f"{quality.overlap:.0%} are among its {quality.k} nearest here."
    )
    return (
        f"A point is a {of} item{sample}, its colour and symbol are its class; click one to see it. {kept} "
        f"Distances between clusters, and their sizes, mean nothing."
    )
