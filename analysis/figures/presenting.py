"""A figure as a slide shows it: the same marks, with text that is read from the last row.

Works on the plain JSON of a figure, so that one that was frozen long ago can be shown too. Colours stay; whoever shows
it gives text and ground theirs.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import plotly.graph_objects as go

from analysis.figures.theme import INK

WIDTH, HEIGHT = 1200, 500
"""Pixels of a figure that has a slide of 1280 x 720 for itself."""
TEXT, TITLE = 18, 20
"""Pixels of tick labels, legends and annotations, and of axis titles, at least, on a slide of 1280 x 720."""
_USUAL = 13  # pixels of text in the house layout, for which paddings and shifts were chosen
_GROWN = TEXT / _USUAL
_LINE, _MARKER = 1.5, 1.3  # times as thick, and as large
_MARGIN = {"l": 80, "r": 24, "t": 48, "b": 72}
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
    _size(layout, width, height)
    for axis in _axes(layout):
        _enlarge_axis(axis)
    _enlarge_texts(layout)
    _enlarge_controls(layout)
    for trace in shown.get("data", ()):
        _enlarge_trace(trace)
    for frame in shown.get("frames") or ():
        for trace in frame.get("data") or ():
            _enlarge_trace(trace, default=False)
    return shown


def _without_ink(given: Any) -> Any:
    """Texts that have the house ink take the colour of whoever shows them: a slide may be dark."""
    if isinstance(given, dict):
        return {name: _without_ink(each) for name, each in given.items() if not (name == "color" and _is_ink(each))}
    return [_without_ink(each) for each in given] if isinstance(given, list | tuple) else given


def _is_ink(colour: object) -> bool:
    return isinstance(colour, str) and colour == INK


def _size(layout: dict[str, Any], width: int, height: int) -> None:
    margin = layout.get("margin") or {}
    grown = {side: max(least, round(_GROWN * (margin.get(side) or 0))) for side, least in _MARGIN.items()}
    layout |= {"width": width, "height": height, "autosize": False, "margin": grown}
    _at_least(layout, "font", TEXT)


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


def _enlarge_axis(axis: dict[str, Any]) -> None:
    _at_least(axis, "tickfont", TEXT)
    title = axis.get("title") or {}
    axis["title"] = {"text": title} if isinstance(title, str) else title
    _at_least(axis["title"], "font", TITLE)


def _enlarge_texts(layout: dict[str, Any]) -> None:
    for name in ("legend", "hoverlabel"):
        _at_least(layout.setdefault(name, {}), "font", TEXT)
    for annotation in layout.get("annotations") or ():
        _at_least(annotation, "font", TEXT)
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
        own = trace.get(name) if isinstance(trace.get(name), dict) else {}
        if name not in _marks(trace) or not (default or field in own):
            continue
        given = own.get(field, pixels)
        if isinstance(given, int | float):
            trace[name] = {**own, field: round(times * given, 2)}
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
