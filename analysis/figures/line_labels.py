"""Names at the right ends of lines, where there are more of them than a reader can look up in a legend."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from analysis.figures.bands import Cell
from analysis.figures.labels import wrapped

MANY = 10  # lines in a figure: from here on they are named at their ends
_APART = 32  # pixels from one name to the next: two lines
ROOM = 96  # pixels right of a panel for the longest line of a name


def add_line_labels(plot: go.Figure, ends: Mapping[str, float], cell: Cell, *, height: float) -> None:
    """`ends`: what to write -> where the line ends, from 0 at the bottom of its panel, `height` pixels high, to 1."""
    names, top = sorted(ends, key=lambda name: ends[name]), 1 - _APART / 2 / height  # above it, the panel's title
    for name, at in zip(names, spread([min(ends[each], top) for each in names], _APART / height, top), strict=True):
        plot.add_annotation(
            x=1,
            xref="x domain",
            xanchor="left",
            xshift=4,
            y=at,
            yanchor="middle",
            yref="y domain",
            text=wrapped(name, 14),
            align="left",
            font={"size": 11},
            showarrow=False,
            **cell.place,
        )


def spread(places: Sequence[float], gap: float, top: float = 1.0) -> list[float]:
    """Ascending places, moved as little as keeps neighbours `gap` apart and all in [0, `top`] where there is room.

    >>> spread([0.5, 0.5, 1.2], 0.1)
    [0.5, 0.6, 1.0]
    """
    moved = [min(max(place, 0.0), top) for place in places]
    for at in range(1, len(moved)):
        moved[at] = max(moved[at], moved[at - 1] + gap)
    if moved:
        moved[-1] = min(moved[-1], top)
    for at in reversed(range(len(moved) - 1)):
        moved[at] = min(moved[at], moved[at + 1] - gap)
    return moved
