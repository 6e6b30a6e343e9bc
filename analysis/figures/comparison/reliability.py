"""Reliability diagrams of several models side by side on shared axes."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.accuracy.probe import Source
from analysis.calibration.top_label import Calibration
from analysis.digits import number, numbers
from analysis.figures.bands import Cell
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import label, short
from analysis.figures.panels import grid, outer_titles
from analysis.figures.theme import BLUE, TRUTH, layout

_BAND = "rgba(128,128,128,0.35)"


def comparison_reliability(found: Mapping[str, Calibration], source: Source) -> Exhibit:
    """A panel a model: accuracy against confidence, with the band of a calibrated model; points grow with the items."""
    titles = [f"{label(name)} <br>ECE {number(each.bins.ece)}" for name, each in found.items()]
    plot, cells = grid(titles)
    layout(plot, x="", y="", height=400 if cells[-1].row == 1 else 680)
    for each, cell in zip(found.values(), cells, strict=True):
        _add_diagram(plot, each, cell)
    outer_titles(plot, x="confidence: probability of the predicted class", y="accuracy")
    plot.update_xaxes(range=[-0.02, 1.02]).update_yaxes(range=[-0.03, 1.03])
    plot.update_layout(margin={"t": 60, "b": 100}, legend={"yanchor": "top", "y": -0.19 if len(found) < 4 else -0.1})
    bands = "; ".join(f"{short(name)} {' to '.join(numbers(each.null.ece))}" for name, each in found.items())
    items = next(iter(found.values())).items
    return Exhibit(
        stem="comparison-reliability",
        title="Whose probabilities can be trusted? ECE "
        + ", ".join(f"{short(name)} {number(each.bins.ece)}" for name, each in found.items()),
        plot=plot,
        how_to_read=(
            f"Probabilities of the {source} of each. Below the diagonal a model is over-confident, above it under-"
            "confident; a point's area is its number of items. A grey bar is where a calibrated model's accuracy falls "
            f"in 95 % of samples of {items:,} items. The ECE that a calibrated model with these confidences gives: "
            f"{bands}."
        ),
        alt="; ".join(title.replace("<br>", ", ") for title in titles),
        table=pd.DataFrame([line for name, each in found.items() for line in _lines(name, each)]),
    )


def _add_diagram(plot: go.Figure, found: Calibration, cell: Cell) -> None:
    bins, filled, first = found.bins, found.bins.count > 0, cell == Cell(1, 1)
    diagonal = {"color": TRUTH, "dash": "dash", "width": 1.5}
    plot.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line=diagonal, name="calibrated", showlegend=first, hoverinfo="skip",
        **cell.place,
    )  # fmt: skip
    place, gap = bins.confidence[filled], np.full(int(filled.sum()), np.nan)
    plot.add_scatter(
        x=np.stack([place, place, gap], axis=1).ravel(),
        y=np.stack([found.null.lower[filled], found.null.upper[filled], gap], axis=1).ravel(),
        mode="lines",
        line={"color": _BAND, "width": 8},
        name="calibrated, 95 % of samples",
        showlegend=first,
        hoverinfo="skip",
        **cell.place,
    )
    plot.add_scatter(
        x=place,
        y=bins.accuracy[filled],
        mode="markers",
        cliponaxis=False,  # a mark at (1, 1) is whole
        name="bin",
        showlegend=first,
        marker={"color": BLUE, "size": 5 + 20 * np.sqrt(bins.count[filled] / found.items), "opacity": 0.8},
        customdata=bins.count[filled],
        hovertemplate="confidence %{x:.6~g}, accuracy %{y:.6~g}, %{customdata} items<extra></extra>",
        **cell.place,
    )


def _lines(name: str, found: Calibration) -> list[dict[str, object]]:
    bins, null = found.bins, found.null
    return [
        {
            "model": name,
            "above": bins.lower[at],
            "up to": bins.upper[at],
            "items": bins.count[at],
            "mean confidence": bins.confidence[at],
            "accuracy": bins.accuracy[at],
            "calibrated from": null.lower[at],
            "calibrated to": null.upper[at],
        }
        for at in np.flatnonzero(bins.count)
    ]
