"""Texts within a slide's figure that have no more room than their panels leave: they are as large as fits.

Works on the plain JSON of a figure, as `analysis.figures.presenting` does, and changes what is given.
"""

import textwrap
from collections.abc import Mapping
from typing import Any

_LINE = 1.3  # times the size of its letters, a line of text
_LETTER = 9  # pixels of a letter of an axis title
_LEAST = 12
_APART_NUMBERS = 8  # pixels between a title and the numbers of its axis


def _lines(mark: Mapping[str, Any]) -> int:
    return 1 + str(mark.get("text", "")).count("<br")


def fit_canvas(layout: dict[str, Any], inner: int, width: int) -> None:
    """Titles of panels that lie on one pair of axes without numbers: as large as the space over each panel and the
    distance to its neighbour."""
    axis = layout.get("yaxis") or {}
    marks = [each for each in layout.get("annotations") or () if each.get("yanchor") == "bottom"]
    if axis.get("visible") is not False or "range" not in axis or "range" not in layout.get("xaxis", {}) or not marks:
        return
    (left, right), (low, high) = layout["xaxis"]["range"], axis["range"]
    unit = min(inner / (high - low), width / (right - left))
    for mark in marks:
        if low <= mark["y"] <= high and "xref" not in mark:
            over = min(high - mark["y"], 1e9) * unit - mark.get("yshift", 0)
            mark["font"] = {
                **mark["font"],
                "size": max(_LEAST, min(mark["font"]["size"], int(over / _LINE / _lines(mark)))),
            }


def wrap_titles(layout: dict[str, Any], inner: int) -> None:
    """A title beside a low panel in as many lines as it needs, up to three, and smaller where three are too few."""
    for name in [name for name in layout if name.startswith("yaxis")]:
        low, high = layout[name].get("domain") or (0, 1)
        room, title = (high - low) * inner, layout[name]["title"]
        text = (title.get("text") or "").replace("<br>", " ")
        letters = max(8, int(room / _LETTER))
        if len(text) > letters and "<" not in text:
            lines = textwrap.wrap(text, len(text) // min(3, -(-len(text) // letters)) + 5)
            longest = max(map(len, lines))
            size = min(title["font"]["size"], int(2 * room / longest))
            size = max(_LEAST, size)
            # Plotly writes further lines towards the axis' numbers.
            apart = _APART_NUMBERS + round(_LINE * size) * (len(lines) - 1)
            title |= {"text": "<br>".join(lines), "font": {**title["font"], "size": size}, "standoff": apart}
