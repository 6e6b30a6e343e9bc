"""The maps of several models side by side, each laid on the first, with the chosen items marked in all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import number, value_of
from analysis.figures.bands import Cell
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import label, short
from analysis.figures.panels import add_together, grid, outer_titles
from analysis.figures.theme import LOOKS, class_style, layout
from analysis.maps.procrustes import Aligned, align
from analysis.maps.projection import Projection
from analysis.maps.quality import MapQuality
from analysis.outputs import Split
from analysis.statistics.bootstrap import Unavailable

_DRAWN_AS_SVG = 6000  # points of all panels together


@dataclass(frozen=True, slots=True, eq=False)
class MapPanel:
    """One model's map of the shared items."""

    name: str
    projection: Projection
    quality: MapQuality | Unavailable


def comparison_maps(
    panels: Sequence[MapPanel], split: Split, items: np.ndarray, class_names: tuple[str, ...], chosen: np.ndarray
) -> Exhibit:
    """Maps of the `items` (N,) of the shared `split`, coordinates (N, 2); `chosen` are indices in the split.

    The second and further maps are turned, mirrored and scaled onto the first. Points carry their index in the split.
    """
    first = panels[0].projection.coordinates
    aligned = [align(panel.projection.coordinates, first) for panel in panels]
    titles = [_title(panel, found, place) for place, (panel, found) in enumerate(zip(panels, aligned, strict=True))]
    plot, cells = grid(titles)
    layout(plot, x="", y="", height=430 if cells[-1].row == 1 else 700)
    _style(plot, panels[0].projection)
    add_together(plot, _placed(aligned, cells, split, items, class_names, np.isin(items, chosen)))
    return Exhibit(
        stem=f"comparison-map-{panels[0].projection.method.lower()}",
        title=f"Do they put the same items together?{_answer(panels, aligned)}",
        plot=plot,
        how_to_read=_how_to_read(panels, len(items), len(split)) + _untold(len(class_names)),
        alt="; ".join(f"{p.projection.method} map of {short(p.name)}" for p in panels),
        table=_table(panels, aligned, split, items, class_names),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """What one panel draws: coordinates (N, 2) of `items` (N,), and which of them are marked (N,) bool."""

    coordinates: np.ndarray
    split: Split
    items: np.ndarray
    class_names: tuple[str, ...]
    marked: np.ndarray


def _placed(
    aligned: Sequence[Aligned],
    cells: Sequence[Cell],
    split: Split,
    items: np.ndarray,
    class_names: tuple[str, ...],
    marked: np.ndarray,
) -> Iterator[tuple[dict[str, object], Cell]]:
    svg = len(items) * len(aligned) <= _DRAWN_AS_SVG
    for found, cell in zip(aligned, cells, strict=True):
        points = _Points(found.at_equal_spread.astype(np.float32), split, items, class_names, marked)
        for trace in _traces(points, svg=svg, in_legend=cell == cells[0]):
            yield trace, cell


def _traces(points: _Points, *, svg: bool, in_legend: bool) -> list[dict[str, object]]:
    """A trace for each class, or for each style where there are more classes than styles."""
    labels = points.split.labels[points.items]
    named, traces = len(points.class_names) <= LOOKS, []
    for index in np.unique(labels % LOOKS):
        members = np.flatnonzero(labels % LOOKS == index)
        style = class_style(int(index))
        traces.append(
            {
                "type": "scatter" if svg else "scattergl",
                "x": points.coordinates[members, 0],
                "y": points.coordinates[members, 1],
                "mode": "markers",
                "name": label(points.class_names[index]) if named else "",
                "legendgroup": str(index),
                "showlegend": named and in_legend,
                "marker": {"color": style.colour, "symbol": style.symbol, "size": 6, "opacity": 0.75},
                "selectedpoints": np.flatnonzero(points.marked[members]).tolist() if points.marked.any() else None,
                "selected": {"marker": {"opacity": 1, "size": 9}},
                "unselected": {"marker": {"opacity": 0.12}},
                "customdata": points.items[members].astype(np.int32),
                # Words for tens of thousands of points would be the most of what is sent.
                "text": _words(points, members) if svg else None,
                "hovertemplate": "%{text}<extra></extra>" if svg else "item %{customdata}<extra></extra>",
            }
        )
    return traces


def _words(points: _Points, members: np.ndarray) -> list[str]:
    rows = points.items[members]
    names = [points.class_names[found] for found in points.split.labels[rows]]
    return [f"{label(of)}<br>class {label(name)}" for of, name in zip(points.split.ids[rows], names, strict=True)]


def _style(plot: go.Figure, projection: Projection) -> None:
    kind = "principal axis" if projection.method == "PCA" else projection.method
    unit = "" if projection.method == "PCA" else " (no unit)"
    outer_titles(plot, x=f"{kind} 1{unit} of the reference", y=f"{kind} 2{unit}")
    if projection.method != "PCA":
        plot.update_xaxes(showticklabels=False).update_yaxes(showticklabels=False)
    plot.update_yaxes(scaleanchor="x")
    plot.update_layout(dragmode="select", hovermode="closest", uirevision="maps", margin={"t": 60, "b": 110})
    legend = {"itemsizing": "constant", "yanchor": "top", "y": -0.19 if plot.layout.height < 500 else -0.09}
    plot.update_layout(legend=legend)


def _title(panel: MapPanel, found: Aligned, place: int) -> str:
    return label(panel.name) + ("<br>reference" if place == 0 else f"<br>residual {number(found.residual, least=2)}")


def _answer(panels: Sequence[MapPanel], aligned: Sequence[Aligned]) -> str:
    """How much of the spread is left over of each map but the first."""
    left = [(number(found.residual, least=2), short(panel.name)) for panel, found in zip(panels, aligned, strict=True)]
    said = ", ".join(f"{residual} of {name}'s" for residual, name in left[1:])
    return f" Laid on {left[0][1]}'s map, {said} is left over"


def _untold(classes: int) -> str:
    """Where colour and symbol repeat, that they do."""
    if classes <= LOOKS:
        return ""
    return (
        f" {classes:,} classes share {LOOKS} looks, so two points of one look may be of two classes: drag over points"
        " to see of which."
    )


def _how_to_read(panels: Sequence[MapPanel], shown: int, of_all: int) -> str:
    sample = "" if shown == of_all else f" ({shown:,} drawn from {of_all:,})"
    kept = "; ".join(
        f"{short(panel.name)} {value_of(panel.quality.trustworthiness)}"
        for panel in panels
        if isinstance(panel.quality, MapQuality)
    )
    return (
        f"A point is a test item{sample}; drag over some and they are marked in all panels and in the histograms. Each "
        "further map is turned and mirrored onto the first and drawn with its spread (orthogonal Procrustes); the "
        "residual is the share of that spread that even the best scale leaves over, 0 for maps of one shape and 1 for "
        f"unrelated ones. Trustworthiness: {kept or 'not available'}. Distances between clusters mean nothing."
    )


def _table(
    panels: Sequence[MapPanel],
    aligned: Sequence[Aligned],
    split: Split,
    items: np.ndarray,
    class_names: tuple[str, ...],
) -> pd.DataFrame:
    columns: dict[str, object] = {"item": items, "id": split.ids[items]}
    columns["class"] = np.array(class_names)[split.labels[items]]
    for panel, found in zip(panels, aligned, strict=True):
        columns |= {f"{panel.name} x": found.at_equal_spread[:, 0], f"{panel.name} y": found.at_equal_spread[:, 1]}
    return pd.DataFrame(columns)
