"""Texts within a slide's figure that have no more room than their panels leave: they are as large as fits.

Works on the plain JSON of a figure, as `analysis.figures.presenting` does, and changes what is given.
"""

import textwrap
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

_LINE = 1.3  # times the size of its letters, a line of text
_LETTER = 9  # pixels of a letter of an axis title
_LEAST = 12
_APART_NUMBERS = 8  # pixels between a title and the numbers of its axis
_APART, _RIGHT = 0.08, 24  # of the width, between two panels; pixels right of the last
_READ = 16  # of names beside lines: smaller ones give way to the legend, which has the same names


def fit_stacks(shown: dict[str, Any], inner: int) -> None:
    """Names beside the ends of lines, one below the other: as large as their distances allow. Where that is too small
    and the legend has them too, the legend alone."""
    layout = shown["layout"]
    stacks = defaultdict(list)
    for mark in layout.get("annotations") or ():
        if mark.get("xref", "").endswith(" domain") and str(mark.get("yref", "")).endswith(" domain"):
            stacks[mark["yref"].removesuffix(" domain")].append(mark)
    listed = {each.get("name") for each in shown.get("data", ()) if each.get("showlegend", True) is not False}
    gone = False
    for name, marks in stacks.items():
        if len(marks) < 2:
            continue
        low, high = (layout.get(name.replace("y", "yaxis", 1)) or {}).get("domain") or (0, 1)
        size = min(layout["font"]["size"], _room(marks, (high - low) * inner))
        told = sum(_flat(mark) in listed or _flat(mark, 1) in listed for mark in marks)
        if size < _READ and told > len(marks) / 2:
            layout["annotations"] = [mark for mark in layout["annotations"] if mark not in marks]
            gone = True
        for mark in marks:
            mark["font"] = {**(mark.get("font") or {}), "size": max(_LEAST, size)}
    if gone:
        _widen(layout)


def _widen(layout: dict[str, Any]) -> None:
    """Panels beside each other take the room of the names that were between them; their titles go along."""
    across = [axis for each, axis in layout.items() if each.startswith("xaxis") and "domain" in axis]
    columns = sorted({tuple(axis["domain"]) for axis in across})
    width = (1 - _APART * (len(columns) - 1)) / max(1, len(columns))
    starts = {column: place * (width + _APART) for place, column in enumerate(columns)}
    for axis in across:
        start = starts[tuple(axis["domain"])]
        axis["domain"] = [start, min(1.0, start + width)]
    for mark in layout["annotations"]:
        for (low, high), start in starts.items():
            if mark.get("xref") == "paper" and low <= mark["x"] <= high:
                mark["x"] = start + width * (mark["x"] - low) / (high - low)
                break
    layout["margin"]["r"] = min(layout["margin"]["r"], _RIGHT)


def _room(marks: list[dict[str, Any]], height: float) -> int:
    """Pixels of a letter's size, that no two texts meet in a panel of this height."""
    ordered = sorted(marks, key=lambda mark: mark["y"])
    distances = [
        height * (upper["y"] - lower["y"]) / (_LINE * (_lines(upper) + _lines(lower)) / 2)
        for lower, upper in pairwise(ordered)
    ]
    return int(min(distances))


def _flat(mark: Mapping[str, Any], lines: int = 99) -> str:
    return " ".join(str(mark.get("text", "")).split("<br>")[:lines])


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
