"""Names at the right ends of lines: a legend of many lines is more than a reader can look up."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import plotly.graph_objects as go

from analysis.figures.bands import Cell
from analysis.figures.labels import wrapped

ROOM = 96  # pixels right of a panel for the longest line of a name
_LETTERS = 15  # in a line
_LINE, _BETWEEN = 14, 5  # pixels of a name's line, and between two names


def add_line_labels(plot: go.Figure, ends: Mapping[str, float], cell: Cell, *, height: float) -> None:
    """`ends`: what to write -> where the line ends, from 0 at the bottom of its panel, `height` pixels high, to 1."""
    names = sorted(ends, key=lambda name: ends[name])
    texts = [_lines(name) for name in names]
    sizes = [_size(text) / height for text in texts]
    x, y = (axis.plotly_name.replace("axis", "") for axis in plot.get_subplot(**cell.place))
    place = {"x": 1, "xref": f"{x} domain", "xanchor": "left", "xshift": 4, "yref": f"{y} domain", "yanchor": "middle"}
    looks = {"align": "left", "font": {"size": 11}, "showarrow": False}
    heights = spread([ends[name] for name in names], sizes)
    named = [{"text": text, "y": at, **looks, **place} for text, at in zip(texts, heights, strict=True)]
    # All at once: added one by one, all that are there are checked again each time, the tenth part of a page's time.
    plot.layout.annotations = [*plot.layout.annotations, *named]


def height_of(names: Iterable[str]) -> int:
    """Pixels that the names need, one below the other."""
    return sum(_size(_lines(name)) for name in names)


def _lines(name: str) -> str:
    """As it is written: lines that are apart stay so."""
    return "<br>".join(wrapped(line, _LETTERS) for line in name.split("<br>"))


def _size(text: str) -> int:
    return _LINE * (1 + text.count("<br>")) + _BETWEEN


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
