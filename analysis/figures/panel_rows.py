"""A figure of several rows of panels as several figures, a row each: on a slide, where text must be large.

Works on the plain JSON of a figure, like `analysis.figures.presenting`. What is given is not changed.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

Row = tuple[float, float]
"""Lower and upper end: of panels on the paper, or of a window on an axis."""
_NEAR = 1e-3
_TIED = ("matches", "scaleanchor", "overlaying")


def by_rows(figure: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A figure for each row, from the top; the figure alone where it has one row, or cannot be taken apart.

    >>> two = {"yaxis": {"domain": [0.6, 1]}, "yaxis2": {"domain": [0, 0.4], "anchor": "x2"}, "xaxis": {}, "xaxis2": {}}
    >>> traces = [{"y": [1]}, {"y": [2], "xaxis": "x2", "yaxis": "y2"}]
    >>> [each["data"] for each in by_rows({"data": traces, "layout": two})] == [traces[:1], traces[1:]]
    True
    """
    layout = figure.get("layout", {})
    if any(name.startswith("scene") for name in layout):
        return [dict(figure)]
    if windows := _windows(layout):
        return [_seen_through(figure, each, len(windows)) for each in windows]
    rows = _rows(layout)
    if len(rows) < 2 or not _free(layout, rows):
        return [dict(figure)]
    return [_only(figure, rows, row) for row in reversed(rows)]


def rows_of(layout: Mapping[str, Any]) -> int:
    """How many rows of panels a figure has; 1 where there is no saying."""
    return max(1, len(_windows(layout)), len(_rows(layout)))


def _rows(layout: Mapping[str, Any]) -> list[Row]:
    """Of panels, from the lowest; none where they lie beside each other unevenly."""
    rows = sorted({(axis["domain"][0], axis["domain"][1]) for _, axis in _axes(layout, "y") if "domain" in axis})
    return [] if any(after[0] < before[1] for before, after in pairwise(rows)) else rows


def _axes(layout: Mapping[str, Any], letter: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """("y2", its axis) of each axis of this letter."""
    for name, axis in layout.items():
        if name.startswith(f"{letter}axis"):
            yield name.replace("axis", ""), axis


def _within(layout: Mapping[str, Any], row: Row) -> set[str]:
    """Names of the axes of a row's panels."""
    upright = {name: axis for name, axis in _axes(layout, "y") if tuple(axis.get("domain", ())) == row}
    across = {str(axis.get("anchor", "x")) for axis in upright.values()}
    return {*upright, *across, *(name for name, axis in _axes(layout, "x") if axis.get("anchor") in upright)}


def _free(layout: Mapping[str, Any], rows: Sequence[Row]) -> bool:
    """Whether no panel is tied to one of another row by more than a range that both name."""
    axes = dict(_axes(layout, "x")) | dict(_axes(layout, "y"))
    kept = [_within(layout, row) for row in rows]
    if sum(map(len, kept)) != len(axes):
        return False
    for own in kept:
        for name in own:
            axis = axes.get(name, {})
            ties = [tie for tie in _TIED if axis.get(tie, name) not in own and not str(axis[tie]).startswith("free")]
            if any(tie != "matches" or "range" not in axis for tie in ties):
                return False
    return True


def _only(figure: Mapping[str, Any], rows: Sequence[Row], row: Row) -> dict[str, Any]:
    """The figure with the panels of one row, as high as they may be."""
    shown = copy.deepcopy(dict(figure))
    layout = shown["layout"]
    own = _within(layout, row)
    _name_columns(layout, own)
    for letter in "xy":
        for name, axis in list(_axes(layout, letter)):
            if name not in own:
                del layout[name.replace(letter, f"{letter}axis", 1)]
            elif axis.get("matches", name) not in own:
                del axis["matches"]
    for _, axis in _axes(layout, "y"):
        axis["domain"] = [0, 1]
    _keep_traces(shown, [str(each.get("yaxis", "y")) in own for each in shown["data"]])
    for what in ("annotations", "shapes"):
        if what in layout:
            layout[what] = [each for each in layout[what] if _belongs(each, own, rows, row)]
    _lower(layout, row[1] - row[0])
    return shown


def _name_columns(layout: dict[str, Any], own: set[str]) -> None:
    """What only the lowest panel of a column says of its axis, that of this row says."""
    columns: dict[tuple[float, ...], dict[str, Any]] = {}
    for _, axis in _axes(layout, "x"):
        if (axis.get("title") or {}).get("text"):
            columns[tuple(axis.get("domain", ()))] = axis
    for name, axis in _axes(layout, "x"):
        said = columns.get(tuple(axis.get("domain", ())))
        if name in own and said is not None and not (axis.get("title") or {}).get("text"):
            axis["title"] = copy.deepcopy(said["title"])
            if axis.get("showticklabels") is False:
                axis["showticklabels"] = True


def _keep_traces(shown: dict[str, Any], kept: Sequence[bool]) -> None:
    """Some of the traces, in the frames too; a name in the legend passes to a trace that is kept."""
    places = {old: new for new, old in enumerate(place for place, keep in enumerate(kept) if keep)}
    gone = [each for place, each in enumerate(shown["data"]) if place not in places]
    shown["data"] = [each for place, each in enumerate(shown["data"]) if place in places]
    _pass_names(shown["data"], gone)
    for frame in shown.get("frames") or ():
        drawn = frame.get("data") or ()
        at = frame.get("traces") or range(len(drawn))
        pairs = [(places[place], each) for place, each in zip(at, drawn, strict=False) if place in places]
        frame["traces"], frame["data"] = [place for place, _ in pairs], [each for _, each in pairs]


def _pass_names(kept: list[dict[str, Any]], gone: list[dict[str, Any]]) -> None:
    named = {each.get("name") for each in kept if each.get("showlegend", True) is not False}
    for each in gone:
        name = each.get("name")
        if each.get("showlegend", True) is False or not name or name in named:
            continue
        heir = next((one for one in kept if one.get("name") == name), None)
        if heir is not None:
            heir["showlegend"] = True
            named.add(name)


def _belongs(mark: dict[str, Any], own: set[str], rows: Sequence[Row], row: Row) -> bool:
    """Whether a mark is of this row; one on the paper is moved to where the row's panels are now."""
    refs = {str(mark.get(ref, "paper")).removesuffix(" domain") for ref in ("xref", "yref")}
    if refs - {"paper"} - own:
        return False
    places = [mark[field] for field in ("y", "y0", "y1") if isinstance(mark.get(field), int | float)]
    if mark.get("yref", "paper") != "paper" or not places or not 0 <= max(places) <= 1 + _NEAR:
        return True
    if max((each for each in rows if each[0] <= max(places) + _NEAR), default=rows[0]) != row:
        return False
    low, high = row
    for field in ("y", "y0", "y1"):
        if isinstance(mark.get(field), int | float):
            mark[field] = (mark[field] - low) / (high - low)
    return True


def _lower(layout: dict[str, Any], share: float) -> None:
    """The height that a page would give so much of the figure."""
    height, margin = layout.get("height"), layout.get("margin") or {}
    if isinstance(height, int | float):
        around = sum(margin.get(side) or 0 for side in "tb")
        layout["height"] = round(around + share * (height - around))


def _windows(layout: Mapping[str, Any]) -> list[Row]:
    """Of one pair of axes that shows no numbers, on which panels lie in even rows, each below a title: what of the
    axis is a row's, from the top."""
    axes = list(_axes(layout, "y"))
    if len(axes) != 1 or axes[0][1].get("visible") is not False or "range" not in axes[0][1]:
        return []
    low, high = axes[0][1]["range"]
    titles = [each for each in layout.get("annotations") or () if each.get("yanchor") == "bottom"]
    heights = sorted({round(each["y"], 6) for each in titles if each.get("yref", "y") == "y"}, reverse=True)
    steps = [upper - lower for upper, lower in pairwise(heights)]
    if not steps or max(steps) - min(steps) > _NEAR or abs(len(heights) * steps[0] - (high - low)) > _NEAR:
        return []
    return [(high - (place + 1) * steps[0], high - place * steps[0]) for place in range(len(heights))]


def _seen_through(figure: Mapping[str, Any], window: Row, count: int) -> dict[str, Any]:
    shown = copy.deepcopy(dict(figure))
    shown["layout"]["yaxis"]["range"] = list(window)
    _lower(shown["layout"], 1 / count)
    return shown
