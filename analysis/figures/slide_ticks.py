"""Numbers on the axes of a slide's figure: a logarithmic one is numbered at powers of ten.

Between powers of ten Plotly writes numbers that are smaller than the axis says. Works on the plain JSON of a figure, as
`analysis.figures.presenting` does, and changes what is given.
"""

import base64
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

_DECADES, _POWERS = 1, 6  # so long an axis is numbered at powers of ten, at most so many


def number_at_powers(shown: dict[str, Any]) -> None:
    """Where the figure leaves numbers to Plotly and its axis is a decade long or more."""
    layout = shown["layout"]
    for name in [name for name in layout if name.startswith(("xaxis", "yaxis"))]:
        axis = layout[name]
        if axis.get("type") == "log" and not {"dtick", "tickvals"} & axis.keys():
            low, high = axis.get("range") or _extent(shown, name.replace("axis", ""))
            if high - low >= _DECADES:
                axis["dtick"] = max(1, math.ceil((high - low) / _POWERS))


def _extent(shown: Mapping[str, Any], axis: str) -> tuple[float, float]:
    """Of what is drawn along an axis, log10; (0, 0) where nothing is."""
    letter = axis[0]
    drawn = [each.get(letter) for each in shown.get("data", ()) if each.get(f"{letter}axis", letter) == axis]
    found = [value for each in drawn for value in _positive(each)]
    return (math.log10(min(found)), math.log10(max(found))) if found else (0.0, 0.0)


def _positive(given: object) -> Iterator[float]:
    """Least and largest number above 0 of a list, or of an array as Plotly packs it."""
    if isinstance(given, dict) and {"bdata", "dtype"} <= given.keys():
        values = np.frombuffer(base64.b64decode(given["bdata"]), dtype=np.dtype(f"<{given['dtype']}")).astype(float)
    elif isinstance(given, list):
        values = np.array([each for each in given if isinstance(each, int | float)], dtype=float)
    else:
        return
    values = values[np.isfinite(values) & (values > 0)]
    if values.size:
        yield from (float(values.min()), float(values.max()))
