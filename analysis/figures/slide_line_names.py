"""Names beside the ends of a slide's lines: larger than on the page, with room kept for the longest, or in the legend.

Works on the plain JSON of a figure, as `analysis.figures.presenting` does, and changes what is given.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from analysis.figures.line_labels import spread

_LINE = 1.3  # times the size of its letters, a line of text
_LETTER = 0.66  # times that, the width of a letter of a wide font
_BETWEEN = 4  # pixels between two names
_READ, _LEAST = 16, 12  # smaller names than the first give way to the legend, where that has them too
_NUMBERS = 70  # pixels of the numbers of a panel right of names
_NARROW = 150  # pixels of a panel that is too narrow between names
_APART, _RIGHT = 0.08, 24  # of the width, between two panels without names; pixels right of the last
_SIDES = ("left", "right")

_Marks = list[dict[str, Any]]


def fit_names(shown: dict[str, Any], inner: int) -> bool:
    """Names as large as fits, apart, all of them right of their panels. Where some panel has no room for names that
    are read, all stand in the legend alone, with what was said below them: True then, for the legend has grown.

    `inner`: pixels that the panels have upwards.
    """
    layout = shown["layout"]
    stacks = _stacks(layout)
    if not stacks:
        return False
    heights = {axis: _share(layout, axis) * inner for axis in stacks}
    size = min(layout["font"]["size"], *(_largest(stacks[axis], heights[axis]) for axis in stacks))
    listed = _listed(shown)
    named = [bool(_split(mark, listed)[0]) for marks in stacks.values() for mark in marks]
    in_legend = sum(named) > len(named) / 2
    has_room = _place_beside(layout, stacks, max(_LEAST, size))
    if in_legend and (size < _READ or not has_room):
        _move_to_legend(shown, stacks)
        _place_columns(layout, _APART * _across(layout), _RIGHT)
        return True
    for axis, marks in stacks.items():
        _write(marks, max(_LEAST, size), heights[axis])
    return False


def _stacks(layout: Mapping[str, Any]) -> dict[str, _Marks]:
    """Upright axis -> names beside the lines of its panel, from the lowest."""
    found: dict[str, _Marks] = defaultdict(list)
    for mark in layout.get("annotations") or ():
        x, y = str(mark.get("xref", "")), str(mark.get("yref", ""))
        if x.endswith(" domain") and y.endswith(" domain") and mark.get("x") == 1 and mark.get("xanchor") == "left":
            found[y.removesuffix(" domain")].append(mark)
    return {axis: sorted(marks, key=lambda mark: mark["y"]) for axis, marks in found.items()}


def _share(layout: Mapping[str, Any], axis: str) -> float:
    low, high = (layout.get(axis.replace("y", "yaxis", 1)) or {}).get("domain") or (0, 1)
    return float(high - low)


def _largest(marks: _Marks, height: float) -> int:
    """Pixels of a letter, that all names stand one below the other in a panel of this height."""
    return int((height - _BETWEEN * len(marks)) / (_LINE * sum(len(_lines(mark)) for mark in marks)))


def _write(marks: _Marks, size: int, height: float) -> None:
    """In this size, moved as little as keeps them apart."""
    sizes = [(_LINE * size * len(_lines(mark)) + _BETWEEN) / height for mark in marks]
    wanted = [min(max(mark["y"], own / 2), 1 - own / 2) for mark, own in zip(marks, sizes, strict=True)]
    for mark, at in zip(marks, spread(wanted, sizes), strict=True):
        mark["y"], mark["font"] = at, {**(mark.get("font") or {}), "size": size}


def _place_beside(layout: dict[str, Any], stacks: Mapping[str, _Marks], size: int) -> bool:
    """Panels as far apart as their names need; False, and nothing is moved, where that leaves them too narrow."""
    marks = [mark for each in stacks.values() for mark in each]
    longest = max(len(line) for mark in marks for line in _lines(mark))
    names = round(_LETTER * size * longest) + max(mark.get("xshift", 0) for mark in marks)
    columns = max(1, len(_columns(layout)))
    wide = layout["width"] - layout["margin"]["l"] - names - (columns - 1) * (names + _NUMBERS)
    if wide < _NARROW * columns:
        return False
    _place_columns(layout, names + _NUMBERS, names)
    return True


def _across(layout: Mapping[str, Any]) -> float:
    return float(layout["width"] - layout["margin"]["l"] - layout["margin"]["r"])


def _columns(layout: Mapping[str, Any]) -> list[tuple[float, float]]:
    return sorted(
        {tuple(axis["domain"]) for each, axis in layout.items() if each.startswith("xaxis") and "domain" in axis}
    )


def _place_columns(layout: dict[str, Any], apart: float, right: int) -> None:
    """Panels beside each other so many pixels apart, with so many right of the last; their titles go along."""
    columns = _columns(layout)
    layout["margin"]["r"] = right
    gap = apart / _across(layout)
    width = (1 - gap * (len(columns) - 1)) / max(1, len(columns))
    starts = {column: place * (width + gap) for place, column in enumerate(columns)}
    for axis in (axis for each, axis in layout.items() if each.startswith("xaxis") and "domain" in axis):
        start = starts[tuple(axis["domain"])]
        axis["domain"] = [start, min(1.0, start + width)]
    for mark in layout["annotations"]:
        for (low, high), start in starts.items():
            if mark.get("xref") == "paper" and low <= mark["x"] <= high:
                mark["x"] = start + width * (mark["x"] - low) / (high - low)
                break


def _move_to_legend(shown: dict[str, Any], stacks: Mapping[str, _Marks]) -> None:
    """What stood below a name stands behind it, with the panel's side where there are two."""
    layout, listed = shown["layout"], _listed(shown)
    told: dict[str, list[str]] = defaultdict(list)
    for axis in sorted(stacks, key=lambda axis: _start(layout, stacks[axis][0])):
        side = _side(layout, stacks[axis][0])
        for mark in stacks[axis]:
            name, lines = _split(mark, listed)
            told[name] += [f"{line}{side}" for line in lines]
    for trace in shown["data"]:
        if trace.get("showlegend", True) is not False and trace.get("name") and told.get(trace["name"]):
            trace["name"] = f"{trace['name']} ({', '.join(told[trace['name']])})"
    gone = [id(mark) for marks in stacks.values() for mark in marks]
    layout["annotations"] = [mark for mark in layout["annotations"] if id(mark) not in gone]


def _start(layout: Mapping[str, Any], mark: Mapping[str, Any]) -> float:
    """Where the panel beside which a name stands begins, as a share of the width."""
    axis = layout.get(str(mark["xref"]).removesuffix(" domain").replace("x", "xaxis", 1)) or {}
    return float((axis.get("domain") or (0, 1))[0])


def _side(layout: Mapping[str, Any], mark: Mapping[str, Any]) -> str:
    starts = [low for low, _ in _columns(layout)]
    return f" {_SIDES[starts.index(_start(layout, mark))]}" if len(starts) == len(_SIDES) else ""


def _listed(shown: Mapping[str, Any]) -> set[str]:
    """Names in the legend."""
    return {str(each.get("name")) for each in shown.get("data", ()) if each.get("showlegend", True) is not False}


def _split(mark: Mapping[str, Any], listed: set[str]) -> tuple[str, list[str]]:
    """The name in the legend with which a text begins, "" where it has none; and the lines after it."""
    lines = _lines(mark)
    counts = (count for count in range(len(lines), 0, -1) if " ".join(lines[:count]) in listed)
    own = next(counts, 0)
    return " ".join(lines[:own]), lines[own:]


def _lines(mark: Mapping[str, Any]) -> list[str]:
    return str(mark.get("text", "")).split("<br>")
