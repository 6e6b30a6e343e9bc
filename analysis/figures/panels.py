"""A grid of equal panels, one a model, with shared axes."""

import math
from collections.abc import Iterable, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.figures.bands import Cell

_WIDEST = 3  # panels beside each other


def grid(titles: Sequence[str], *, vertical: float = 0.1) -> tuple[go.Figure, list[Cell]]:
    """An empty grid of panels with these titles (of up to two lines), and the cell of each; zooming one zooms all."""
    columns = len(titles) if len(titles) <= _WIDEST else math.ceil(len(titles) / 2)
    rows = math.ceil(len(titles) / columns)
    cells = [Cell(place // columns + 1, place % columns + 1) for place in range(len(titles))]
    plot = make_subplots(
        rows=rows,
        cols=columns,
        specs=[[{} if Cell(row + 1, col + 1) in cells else None for col in range(columns)] for row in range(rows)],
        subplot_titles=list(titles),
        shared_xaxes="all",
        shared_yaxes="all",
        horizontal_spacing=0.025,
        vertical_spacing=vertical,
    )
    return plot, cells


def add_together(plot: go.Figure, placed: Iterable[tuple[dict[str, object], Cell]]) -> None:
    """Add traces, plain dicts with their cells, in one call and last: Plotly checks a whole figure again for every
    change that is made alone, the longer the more traces there are."""
    traces, cells = zip(*placed, strict=True)
    plot.add_traces(list(traces), rows=[cell.row for cell in cells], cols=[cell.col for cell in cells])


def outer_titles(plot: go.Figure, *, x: str, y: str) -> None:
    """One axis title below all panels, and one left of each row: small panels have no room for their own."""
    plot.update_annotations(font_size=13)
    plot.update_xaxes(title_text="").update_yaxes(title_text="")
    plot.update_yaxes(title_text=y, col=1)
    place = {"x": 0.5, "y": 0, "xref": "paper", "yref": "paper", "yanchor": "top", "yshift": -24}
    plot.add_annotation(text=x, showarrow=False, **place)
