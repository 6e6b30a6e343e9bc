"""The reliability diagram: accuracy against confidence, what chance alone would give, and how many items say so."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.calibration import Calibration
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import BLUE, GREY, TRUTH, layout
from analysis.probe import Source

_FEW = 20  # items in a bin below which its accuracy says little
_BAND = "rgba(128,128,128,0.35)"
_SOURCES: dict[Source, str] = {
    "class head": "the model's class head, softmax(logits / temperature)",
    "linear probe": "a linear probe, logistic regression on frozen train embeddings (L2 penalty, C = 1, which by "
    "itself makes it less confident)",
}


def reliability_diagram(found: Calibration, source: Source) -> Exhibit:
    """Points at (mean confidence, accuracy), the diagonal, the null band of each bin, and the counts below."""
    bins, filled = found.bins, found.bins.count > 0
    plot = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.76, 0.24], vertical_spacing=0.05)
    layout(plot, x="confidence: probability of the predicted class", y="", height=560)
    diagonal = {"color": TRUTH, "dash": "dash", "width": 1.5}
    plot.add_scatter(x=[0, 1], y=[0, 1], mode="lines", name="calibrated", line=diagonal, hoverinfo="skip", row=1, col=1)
    _add_band(plot, found, filled)
    _add_points(plot, found, filled & (bins.count >= _FEW), BLUE, "circle", f"bin of {_FEW} items or more")
    _add_points(plot, found, filled & (bins.count < _FEW), GREY, "circle-open", f"bin of fewer than {_FEW}")
    _add_counts(plot, found)
    plot.update_xaxes(range=[-0.02, 1.02])
    plot.update_xaxes(title_text="", row=1, col=1)
    plot.update_yaxes(title_text="accuracy", range=[-0.03, 1.03], row=1, col=1)
    plot.update_yaxes(title_text="items", row=2, col=1)
    return Exhibit(
        stem="reliability",
        title=f"Can the probabilities be trusted? ECE {bins.ece:.3f}",
        plot=plot,
        how_to_read=_how_to_read(found, source),
        alt=f"Reliability diagram of the {source}: expected calibration error {bins.ece:.3f} on {found.items} items.",
        table=_table(found),
    )


def _how_to_read(found: Calibration, source: Source) -> str:
    low, high = found.null.ece
    return (
        f"Probabilities of {_SOURCES[source]}. Top label, {len(found.bins.count)} bins of {found.bins.scheme}. Below "
        f"the diagonal the model is over-confident, above it under-confident. ECE {found.bins.ece:.3f}; a calibrated "
        f"model with these confidences gives {low:.3f} to {high:.3f}. A grey bar is where such a model's accuracy "
        f"falls in 95 % of samples of {found.items:,} items."
    )


def _add_band(plot: go.Figure, found: Calibration, filled: np.ndarray) -> None:
    """A bar at each bin's mean confidence: where the accuracy of a calibrated model falls."""
    lower, upper, place = found.null.lower[filled], found.null.upper[filled], found.bins.confidence[filled]
    gap = np.full(len(place), np.nan)  # parts the bars of one line
    plot.add_scatter(
        x=np.stack([place, place, gap], axis=1).ravel(),
        y=np.stack([lower, upper, gap], axis=1).ravel(),
        mode="lines",
        line={"color": _BAND, "width": 12},
        name="calibrated, 95 % of samples",
        hovertemplate="calibrated, 95 % of samples: %{y:.3f}<extra></extra>",
        row=1,
        col=1,
    )


def _add_points(plot: go.Figure, found: Calibration, shown: np.ndarray, colour: str, symbol: str, name: str) -> None:
    bins = found.bins
    plot.add_scatter(
        x=bins.confidence[shown],
        y=bins.accuracy[shown],
        mode="markers",
        name=name,
        marker={"color": colour, "symbol": symbol, "size": 10, "line": {"width": 2, "color": colour}},
        customdata=bins.count[shown],
        hovertemplate="confidence %{x:.3f}, accuracy %{y:.3f}, %{customdata} items<extra></extra>",
        row=1,
        col=1,
    )


def _add_counts(plot: go.Figure, found: Calibration) -> None:
    bins = found.bins
    width = np.maximum(bins.upper - bins.lower, 0.004)
    plot.add_bar(
        x=(bins.lower + bins.upper) / 2,
        y=bins.count,
        width=width * 0.9,
        marker={"color": np.where(bins.count < _FEW, GREY, BLUE).tolist(), "line": {"width": 0}},
        text=[str(count) if count and wide else "" for count, wide in zip(bins.count, width > 0.03, strict=True)],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        showlegend=False,
        hovertemplate="%{y} items<extra></extra>",
        row=2,
        col=1,
    )


def _table(found: Calibration) -> pd.DataFrame:
    bins, null = found.bins, found.null
    columns = {
        "above": bins.lower,
        "up to": bins.upper,
        "items": bins.count,
        "mean confidence": bins.confidence,
        "accuracy": bins.accuracy,
        "calibrated from": null.lower,
        "calibrated to": null.upper,
    }
    return pd.DataFrame(columns)[bins.count > 0].reset_index(drop=True)
