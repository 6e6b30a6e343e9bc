"""Curves that a training wrote for TensorBoard: a panel a tag, each on its own axis."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import label, short
from analysis.figures.theme import BLUE, layout

MOST_DRAWN = 6
_COLUMNS = 3
Curve = tuple[np.ndarray, np.ndarray]


def training_curves(curves: Mapping[str, Curve], shown: Sequence[str] = ()) -> Exhibit:
    """`shown`: the tags that are drawn, the first `MOST_DRAWN` where none is named; the table has all."""
    drawn = list(shown or curves)[:MOST_DRAWN]
    columns = min(_COLUMNS, len(drawn))
    rows = math.ceil(len(drawn) / columns)
    plot = make_subplots(rows, columns, subplot_titles=[label(tag) for tag in drawn], horizontal_spacing=0.07)
    layout(plot, x="", y="", height=120 + 240 * rows)
    for place, tag in enumerate(drawn):
        steps, values = curves[tag]
        trace = go.Scatter(
            x=steps, y=values, mode="lines" if len(steps) > 1 else "markers", line={"color": BLUE, "width": 2},
            name=label(tag), showlegend=False, hovertemplate="step %{x}: %{y:.6~g}<extra></extra>",
        )  # fmt: skip
        plot.add_trace(trace, row=place // columns + 1, col=place % columns + 1)
    plot.update_xaxes(title_text="step").update_yaxes(title_text="as logged")
    return Exhibit(
        "training-curves",
        "What did the training log?",
        plot,
        "Scalars from TensorBoard's event files beside the checkpoint, by TensorBoard's own reader, as the training"
        " script wrote them: what they mean, and in which unit, its author knows. Not smoothed."
        f" {len(drawn)} of {len(curves)} are drawn; the table has all.",
        "; ".join(f"{short(tag)} ends at {number(float(curves[tag][1][-1]))}" for tag in drawn),
        pd.concat([_rows(tag, *curve) for tag, curve in curves.items()], ignore_index=True),
    )


def _rows(tag: str, steps: np.ndarray, values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"curve": short(tag), "step": steps, "value": values})
