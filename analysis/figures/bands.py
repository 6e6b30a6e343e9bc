"""A loss's curve over training: the median over seeds with a band from lowest to highest, and its exact optimum."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.figures.loss_styles import LOSS_STYLES


@dataclass(frozen=True, slots=True)
class Cell:
    """A subplot, counted from 1."""

    row: int
    col: int

    @property
    def place(self) -> dict[str, int]:
        return {"row": self.row, "col": self.col}


def add_curve(
    plot: go.Figure, steps: np.ndarray, values: np.ndarray, loss: str, title: str, cell: Cell, *, in_legend: bool
) -> None:
    """values (T, S) after steps (T,); `loss` names the style, `title` is what the legend says."""
    style = LOSS_STYLES[loss]
    if values.shape[1] > 1:
        plot.add_scatter(
            x=np.concatenate([steps, steps[::-1]]),
            y=np.concatenate([values.max(axis=1), values.min(axis=1)[::-1]]),
            fill="toself",
            fillcolor=style.colour,
            opacity=0.18,
            mode="none",
            hoverinfo="skip",
            legendgroup=loss,
            showlegend=False,
            **cell.place,
        )
    plot.add_scatter(
        x=steps,
        y=np.median(values, axis=1),
        mode="lines+markers",
        line={"color": style.colour, "dash": style.dash, "width": 2},
        marker={"symbol": style.symbol, "size": 8, "color": style.colour, "maxdisplayed": 8},
        name=title,
        legendgroup=loss,
        showlegend=in_legend,
        hovertemplate=f"{title}<br>step %{{x}}: %{{y:.6~g}}<extra></extra>",
        **cell.place,
    )


def add_optimum(plot: go.Figure, last_step: int, value: float, loss: str, title: str, cell: Cell) -> None:
    """A dotted line at the loss's exact optimum."""
    plot.add_scatter(
        x=[0, last_step],
        y=[value, value],
        mode="lines",
        line={"color": LOSS_STYLES[loss].colour, "dash": "dot", "width": 1.5},
        legendgroup=loss,
        showlegend=False,
        hovertemplate=f"{title}, exact optimum: %{{y:.6~g}}<extra></extra>",
        **cell.place,
    )


def band_sentence(seeds: int) -> str:
    """What a band is, for a "how to read this"; empty for one seed."""
    return "" if seeds == 1 else f" A band spans {seeds} seeds, the line is their median."


def table_of_runs(curves: Any, columns: Mapping[str, str]) -> pd.DataFrame:
    """A row for each frame, loss and seed of a trace: which run it is of, then `columns`, title -> field."""
    run = {"loss": curves.loss_name, "seed": curves.seed, "step": curves.step, "seconds": curves.seconds}
    return pd.DataFrame(run | {title: getattr(curves, field) for title, field in columns.items()})
