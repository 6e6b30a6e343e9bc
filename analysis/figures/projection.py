"""The map of a split: one point an item, coloured by class, with what the map keeps of the neighbourhoods."""

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
    plot = layout(go.Figure(), **_axes(projection), height=560)
    labels = split.labels[items]
    for index in np.unique(labels):
        _add_class(plot, int(index), labels == index, projection, split.ids[items], items, class_names)
    if chosen is not None and chosen in items:
        _add_ring(plot, projection.coordinates[np.flatnonzero(items == chosen)[0]])
    if projection.explained is None:
        plot.update_xaxes(showticklabels=False).update_yaxes(showticklabels=False)
    # Equal scales: a distance along one axis is one along the other. The user's zoom survives a new ring.
    plot.update_yaxes(scaleanchor="x")
    plot.update_layout(uirevision=projection.method, legend={"itemsizing": "constant"}, hovermode="closest")
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


def _add_class(
    plot: go.Figure,
    index: int,
    of_class: np.ndarray,
    projection: Projection,
    ids: np.ndarray,
    items: np.ndarray,
    class_names: tuple[str, ...],
) -> None:
    """The points of one class, and its name at their middle."""
    style, name = class_style(index), label(class_names[index])
    x, y = projection.coordinates[of_class].T
    plot.add_scattergl(
        x=x,
        y=y,
        mode="markers",
        name=name,
        marker={"color": style.colour, "symbol": style.symbol, "size": 8, "opacity": 0.8},
        customdata=items[of_class],
        text=[label(text) for text in ids[of_class]],
        hovertemplate=f"%{{text}}<br>class {name}<extra></extra>",
        # A click is answered beside the map, so the other points need not fade.
        selected={"marker": {"opacity": 0.8}},
        unselected={"marker": {"opacity": 0.8}},
    )
    if len(class_names) <= _NAMED:
        _add_name(plot, name, style.colour, x, y)


def _add_name(plot: go.Figure, name: str, colour: str, x: np.ndarray, y: np.ndarray) -> None:
    """The class's name just above the bulk of its points, which it must not hide."""
    plot.add_annotation(
        x=float(np.median(x)),
        y=float(np.quantile(y, 0.9)),
        yshift=16,
        text=f"<b>{name}</b>",
        showarrow=False,
        font={"size": 15, "color": colour},
    )


def _add_ring(plot: go.Figure, place: np.ndarray) -> None:
    plot.add_scattergl(
        x=place[:1],
        y=place[1:],
        mode="markers",
        marker={"color": TRUTH, "symbol": "circle-open", "size": 24, "line": {"width": 3}},
        hoverinfo="skip",
        showlegend=False,
    )


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
