"""Where the legend of a slide's figure stands: above the panels, below them or beside them, with room kept for it.

Works on the plain JSON of a figure, as `analysis.figures.presenting` does, and changes what is given.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

_BELOW = 84  # pixels of tick labels and an axis title between panels and a legend below
_LINE, _LETTER, _SIGN = 25, 9.5, 62  # pixels of a legend's line, of one of its letters, of the mark before a name
_OVER = 26  # of a line of titles below a legend above
_FEW = 3  # names below each other that have room above a panel
_SLIDER = 0.32  # of a narrow panel's width, where a slider begins
_PAD = 12  # pixels below a slider that no legend stands under


def move_from_above(shown: dict[str, Any]) -> None:
    """A list of many names above the panels goes beside them, and the slider above it comes down."""
    layout = shown["layout"]
    legend, margin = layout.get("legend") or {}, layout.get("margin") or {}
    y = legend.get("y")
    upright = legend.get("orientation", "v") == "v" and isinstance(y, int | float) and y > 1
    if not upright or len(_names(shown)) <= _FEW:
        return
    layout["legend"] = {**legend, "x": 1.01, "xanchor": "left", "y": 1, "yanchor": "top"}
    for control in (*(layout.get("sliders") or ()), *(layout.get("updatemenus") or ())):
        pad = control.get("pad") or {}
        spare = max(0, pad.get("b", 0) - _PAD)
        control["pad"] = {**pad, "b": pad.get("b", 0) - spare}
        layout["margin"] = {**margin, "t": max(0, (margin.get("t") or 0) - spare)}
    for slider in layout.get("sliders") or ():  # the buttons beside it keep their width, the panel does not
        slider |= {"x": _SLIDER, "len": 1 - _SLIDER}


def keep_room(shown: dict[str, Any], width: int) -> None:
    """As many pixels of the margin as a legend above or below the panels needs, and the titles that one above stands
    over; below, it stands at the figure's end."""
    layout, names = shown["layout"], _names(shown)
    margin, legend = layout["margin"], layout["legend"]
    y = legend.get("y")
    if not isinstance(y, int | float) or not names:
        return
    needed = _LINE * _lines(names, width - margin["l"] - margin["r"])
    if y < 0:
        legend |= {"yref": "container", "y": 0, "yanchor": "bottom"}
        margin["b"] = _BELOW + needed
    elif y > 1:
        margin["t"] = max(margin["t"], _titles(layout) + needed)


def place_above(layout: dict[str, Any], inner: int) -> None:
    """A legend above the panels stands over their larger titles."""
    y = layout["legend"].get("y")
    if isinstance(y, int | float) and y > 1:
        layout["legend"]["y"] = 1 + _titles(layout) / inner


def _titles(layout: Mapping[str, Any]) -> int:
    """Pixels of titles over the upper panels."""
    over = [str(mark.get("text", "")) for mark in layout.get("annotations") or () if _stands_over(mark, layout)]
    return 6 + _OVER * max((1 + text.count("<br") for text in over), default=0)


def _names(shown: Mapping[str, Any]) -> list[str]:
    named = [each for each in shown.get("data", ()) if each.get("name") and each.get("showlegend", True) is not False]
    return list(dict.fromkeys(str(each["name"]) for each in named))


def _lines(names: Sequence[str], width: int) -> int:
    """Of a legend across: as long as all names fit into one, else in columns as wide as the longest."""
    wide = [_SIGN + _LETTER * len(name) for name in names]
    return 1 if sum(wide) <= width else math.ceil(len(names) / max(1, int(width / max(wide))))


def _stands_over(mark: Mapping[str, Any], layout: Mapping[str, Any]) -> bool:
    """A title over the upper panels, on the paper or at the end of an axis."""
    y, axis = mark.get("y"), str(mark.get("yref", ""))
    if not isinstance(y, int | float):
        return False
    if axis == "paper":
        return y >= 0.98
    ends = (layout.get(axis.replace("y", "yaxis", 1)) or {}).get("range") or ()
    return mark.get("yanchor") == "bottom" and y >= max(ends, default=math.inf)
