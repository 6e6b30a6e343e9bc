"""Estimates against a whole number: a line through them, each with its interval."""

from collections.abc import Mapping

import plotly.graph_objects as go

from analysis.figures.theme import BLUE
from analysis.statistics.bootstrap import Estimate


def add_estimates(plot: go.Figure, known: Mapping[int, Estimate], hover: str) -> None:
    """One mark a key of `known`, in its order; `hover` is Plotly's template of what a mark says."""
    plot.add_scatter(
        x=list(known),
        y=[each.value for each in known.values()],
        mode="lines+markers",
        line={"color": BLUE, "width": 2},
        error_y={
            "symmetric": False,
            "array": [each.high - each.value for each in known.values()],
            "arrayminus": [each.value - each.low for each in known.values()],
            "color": BLUE,
        },
        showlegend=False,
        hovertemplate=f"{hover}<extra></extra>",
    )
