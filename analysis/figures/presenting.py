"""A figure as a slide shows it: the same marks, with text that is read from the last row.

Works on the plain JSON of a figure, so that one that was frozen long ago can be shown too. Colours stay; whoever shows
it gives text and ground theirs.
"""

import copy
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from analysis.figures import slide_labels, slide_legends, slide_line_names, slide_ticks
from analysis.figures.theme import INK

WIDTH, HEIGHT = 1200, 500
"""Pixels of a figure that has a slide of 1280 x 720 for itself."""
TEXT, TITLE = 18, 20
"""Pixels of tick labels, legends and annotations, and of axis titles, at least, on a slide of 1280 x 720."""
_USUAL = 13  # pixels of text in the house layout, for which paddings and shifts were chosen
_GROWN = TEXT / _USUAL
_LINE, _MARKER = 1.5, 1.3  # times as thick, and as large
_MARGIN = {"l": 80, "r": 24, "t": 48, "b": 72}
_BARE = 10  # pixels of a margin, at most, on a side without labels
_ROW_GAP = 78  # pixels between two rows of panels: tick labels, and the title of the panel below
_STANDOFF = 5  # pixels between an axis and its numbers, lest those of two axes meet at a corner
_SLANTED = 14  # pixels of text that stands upright in a panel
_HIGHER = 1.15  # times its width, a scene is whole in Plotly's own view
_MARKED = 16  # of text at or in a mark
_MOST = 84  # pixels of a margin above or below
_LINE_USUAL, _MARKER_USUAL = 2.0, 6.0  # Plotly's own


def presenting(plot: go.Figure, *, width: int = WIDTH, height: int = HEIGHT) -> go.Figure:
    """A copy of `plot` for a slide, or for print that is seen from afar; `width` and `height` in pixels."""
    return go.Figure(for_slide(plot.to_plotly_json(), width=width, height=height))


def for_slide(figure: Mapping[str, Any], *, width: int = WIDTH, height: int = HEIGHT) -> dict[str, Any]:
    """The same for a figure's JSON, {"data": [...], "layout": {...}, "frames": [...]}; what is given is not changed.

    >>> shown = for_slide({"data": [], "layout": {"xaxis": {"tickfont": {"size": 11}}}})
    >>> shown["layout"]["xaxis"]["tickfont"]["size"], shown["layout"]["xaxis"]["title"]["font"]["size"]
    (18, 20)
    """
    shown = _without_ink(copy.deepcopy(dict(figure)))
    layout = shown["layout"] = {**shown.get("layout", {})}
    layout.pop("template", None)
    slide_legends.move_from_above(shown)
    _size(layout, width, height)
    _enlarge_texts(layout)
    inner = _keep_room(shown, width, height)
    _part_rows(layout, inner)
    for axis in _axes(layout):
        _enlarge_axis(axis)
    _shrink_scenes(layout, inner)
    slide_ticks.number_at_powers(shown)
    slide_labels.wrap_titles(layout, inner)
    if slide_line_names.fit_names(shown, inner):
        inner = _keep_room(shown, width, height)
    slide_labels.fit_canvas(layout, inner, width)
    slide_legends.place_above(layout, inner)
    _enlarge_controls(layout)
    for trace in shown.get("data", ()):
        _enlarge_trace(trace)
    for frame in shown.get("frames") or ():
        for trace in frame.get("data") or ():
            _enlarge_trace(trace, default=False)
    return shown


def _keep_room(shown: dict[str, Any], width: int, height: int) -> int:
    """For the legend; pixels that it leaves to panels upwards."""
    slide_legends.keep_room(shown, width)
    margin = shown["layout"]["margin"]
    return int(max(120, height - margin["t"] - margin["b"]))


def _without_ink(given: Any) -> Any:
    """Texts that have the house ink take the colour of whoever shows them: a slide may be dark."""
    if isinstance(given, dict):
        return {name: _without_ink(each) for name, each in given.items() if not (name == "color" and _is_ink(each))}
    return [_without_ink(each) for each in given] if isinstance(given, list | tuple) else given


def _is_ink(colour: object) -> bool:
    return isinstance(colour, str) and colour == INK


def _size(layout: dict[str, Any], width: int, height: int) -> None:
    margin = layout.get("margin") or {}
    given = {side: margin.get(side) for side in _MARGIN}
    grown = {
        side: max(0 if _is_bare(given[side]) else least, round(_GROWN * (given[side] or 0)))
        for side, least in _MARGIN.items()
    }
    if not layout.get("sliders"):  # legends and axes take their room by themselves
        grown |= {side: min(grown[side], _MOST) for side in ("t", "b")}
    layout |= {"width": width, "height": height, "autosize": False, "margin": grown}
    _at_least(layout, "font", TEXT)


def _is_bare(margin: object) -> bool:
    """Whether a figure says that it has no axis on that side."""
    return isinstance(margin, int | float) and margin <= _BARE


def _part_rows(layout: dict[str, Any], inner: int) -> None:
    """Room for larger tick labels and panel titles between rows of panels; what stands on the paper goes along."""
    axes = [axis for name, axis in layout.items() if name.startswith("yaxis") and _parted(axis)]
    rows = sorted({(axis["domain"][0], axis["domain"][1]) for axis in axes})
    if len(rows) < 2 or any(after[0] < before[1] for before, after in pairwise(rows)):
        return
    gap = min(_ROW_GAP / inner, 0.5 / (len(rows) - 1))
    if min(after[0] - before[1] for before, after in pairwise(rows)) >= gap:
        return
    left = (1 - gap * (len(rows) - 1)) / sum(high - low for low, high in rows)
    old, new, at = [], [], 0.0
    for low, high in rows:
        old += [low, high]
        new += [at, at + left * (high - low)]
        at = new[-1] + gap
    for axis in axes:
        axis["domain"] = [_moved(place, old, new) for place in axis["domain"]]
    for mark in (*(layout.get("annotations") or ()), *(layout.get("shapes") or ())):
        for field in ("y", "y0", "y1"):
            if mark.get("yref") == "paper" and isinstance(mark.get(field), int | float):
                mark[field] = _moved(mark[field], old, new)


def _parted(axis: Mapping[str, Any]) -> bool:
    return isinstance(axis.get("domain"), list | tuple) and "overlaying" not in axis


def _moved(place: float, old: list[float], new: list[float]) -> float:
    """Where `place` lies when `old` have become `new`; beyond them it stays as far from the end."""
    if place <= old[0] or place >= old[-1]:
        return place
    after = next(number for number, knot in enumerate(old) if place <= knot)
    share = (place - old[after - 1]) / max(old[after] - old[after - 1], 1e-9)
    return new[after - 1] + share * (new[after] - new[after - 1])


def _axes(layout: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Axes of all panels and scenes; the first ones also where the figure says nothing of them."""
    scenes = [name for name in layout if name.startswith("scene")]
    for scene in scenes:
        for name in ("xaxis", "yaxis", "zaxis"):
            yield layout[scene].setdefault(name, {})
    if not scenes:
        layout.setdefault("xaxis", {}), layout.setdefault("yaxis", {})
    for name in [name for name in layout if name.startswith(("xaxis", "yaxis"))]:
        layout[name].setdefault("automargin", True)
        yield layout[name]


def _shrink_scenes(layout: dict[str, Any], inner: int) -> None:
    """A scene that is higher than wide is drawn smaller, lest it be cut off at its sides."""
    across = layout["width"] - layout["margin"]["l"] - layout["margin"]["r"]
    for name in [name for name in layout if name.startswith("scene")]:
        domain = layout[name].get("domain") or {}
        (left, right), (low, high) = domain.get("x") or (0, 1), domain.get("y") or (0, 1)
        times = (high - low) * inner / max(1.0, (right - left) * across * _HIGHER)
        box = layout[name].get("aspectratio")
        if times > 1 and isinstance(box, dict):  # in every projection a scene is as large as its box
            layout[name]["aspectratio"] = {letter: round(side / times, 3) for letter, side in box.items()}


def _enlarge_axis(axis: dict[str, Any]) -> None:
    _at_least(axis, "tickfont", TEXT)
    axis.setdefault("ticklabelstandoff", _STANDOFF)
    title = axis.get("title") or {}
    axis["title"] = {"text": title} if isinstance(title, str) else title
    _at_least(axis["title"], "font", TITLE)


def _enlarge_texts(layout: dict[str, Any]) -> None:
    for name in ("legend", "hoverlabel"):
        _at_least(layout.setdefault(name, {}), "font", TEXT)
    for annotation in layout.get("annotations") or ():
        _at_least(annotation, "font", _SLANTED if annotation.get("textangle") else TEXT)
        for shift in ("xshift", "yshift"):
            if shift in annotation:
                annotation[shift] = round(_GROWN * annotation[shift])
    for name in [name for name in layout if name.startswith("coloraxis")]:
        _enlarge_colorbar(layout[name].setdefault("colorbar", {}))


def _enlarge_controls(layout: dict[str, Any]) -> None:
    """Sliders and buttons below a replay."""
    for control in (*(layout.get("sliders") or ()), *(layout.get("updatemenus") or ())):
        _at_least(control, "font", TEXT)
        if "pad" in control:
            control["pad"] = {side: round(_GROWN * pixels) for side, pixels in control["pad"].items()}


def _enlarge_trace(trace: dict[str, Any], *, default: bool = True) -> None:
    """`default`: also what the trace leaves to Plotly; a frame changes no more than it says."""
    for name, times, usual in (("line", _LINE, ("width", _LINE_USUAL)), ("marker", _MARKER, ("size", _MARKER_USUAL))):
        field, pixels = usual
        said = trace.get(name)
        own: dict[str, Any] = said if isinstance(said, dict) else {}
        if name not in _marks(trace) or not (default or field in own):
            continue
        given = own.get(field, pixels)
        if isinstance(given, int | float):
            trace[name] = {**own, field: round(times * given, 2)}
    if "text" in str(trace.get("mode", "")) and (default or "textfont" in trace):
        _at_least(trace, "textfont", _MARKED)
    if isinstance(trace.get("colorbar"), dict):
        _enlarge_colorbar(trace["colorbar"])
    marker = trace.get("marker")
    if isinstance(marker, dict) and isinstance(marker.get("colorbar"), dict):
        _enlarge_colorbar(marker["colorbar"])


def _marks(trace: Mapping[str, Any]) -> tuple[str, ...]:
    """What of lines and markers a trace draws, as far as it says so."""
    if not str(trace.get("type", "scatter")).startswith("scatter"):
        return ()
    mode = trace.get("mode", "")
    return tuple(name for name, word in (("line", "lines"), ("marker", "markers")) if word in mode)


def _enlarge_colorbar(bar: dict[str, Any]) -> None:
    _at_least(bar, "tickfont", TEXT)
    title = bar.get("title") or {}
    bar["title"] = {"text": title} if isinstance(title, str) else title
    _at_least(bar["title"], "font", TEXT)


def _at_least(owner: dict[str, Any], name: str, pixels: int) -> None:
    font = owner.get(name) or {}
    size = font.get("size")
    owner[name] = {**font, "size": max(pixels, size) if isinstance(size, int | float) else pixels}
