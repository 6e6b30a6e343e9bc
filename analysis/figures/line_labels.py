"""Names at the right ends of lines, where there are more of them than a reader can look up in a legend."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import plotly.graph_objects as go

from analysis.figures.bands import Cell
from analysis.figures.labels import wrapped

MANY = 10  # lines in a figure: from here on they are named at their ends
ROOM = 96  # pixels right of a panel for the longest line of a name
_LINE, _BETWEEN = 14, 5  # pixels of a name's line, and between two names


def add_line_labels(plot: go.Figure, ends: Mapping[str, float], cell: Cell, *, height: float) -> None:
    """`ends`: what to write -> where the line ends, from 0 at the bottom of its panel, `height` pixels high, to 1."""
    names = sorted(ends, key=lambda name: ends[name])
    texts = [wrapped(name, 14) for name in names]
    sizes = [(_LINE * (1 + text.count("<br>")) + _BETWEEN) / height for text in texts]
    for text, at in zip(texts, spread([ends[name] for name in names], sizes), strict=True):
        place = {"x": 1, "xref": "x domain", "xanchor": "left", "xshift": 4, "yref": "y domain", "yanchor": "middle"}
        plot.add_annotation(text=text, y=at, align="left", font={"size": 11}, showarrow=False, **place, **cell.place)


def spread(places: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Ascending middles, moved as little as keeps what is `sizes` high apart, and below 1 where there is room.

    >>> [round(at, 2) for at in spread([0.5, 0.5, 1.2], [0.1, 0.1, 0.2])]
    [0.5, 0.6, 0.9]
    """
    moved = [min(max(place, 0.0), 1 - size / 2) for place, size in zip(places, sizes, strict=True)]
    apart = [(one + other) / 2 for one, other in pairwise(sizes)]
    for at in range(1, len(moved)):
        moved[at] = max(moved[at], moved[at - 1] + apart[at - 1])
    if moved:
        moved[-1] = min(moved[-1], 1 - sizes[-1] / 2)
    for at in reversed(range(len(moved) - 1)):
        moved[at] = min(moved[at], moved[at + 1] - apart[at])
    return moved
