"""How a `Style` of the theme is spelled in the options of ECharts, which draws the live pictures, and their axes."""

import math

LINES: dict[str, str | list[int]] = {
    "solid": "solid",
    "dash": "dashed",
    "dot": "dotted",
    "dashdot": [10, 4, 2, 4],
    "longdash": [14, 6],
}
_CROSS = "path://M3 0H5V3H8V5H5V8H3V5H0V3H3Z"
SYMBOLS = {
    "circle": "circle",
    "circle-open": "emptyCircle",
    "square": "rect",
    "square-open": "emptyRect",
    "diamond": "diamond",
    "diamond-open": "emptyDiamond",
    "triangle-up": "triangle",
    "triangle-up-open": "emptyTriangle",
    "cross": _CROSS,
    "x": _CROSS,
}


def log_axis(low: float, high: float) -> dict[str, object]:
    """A logarithmic axis from `low` to `high`, numbered at powers of ten alone: ECharts would number its ends too.

    Where fewer than two powers lie within, the axis goes on to those around.

    >>> log_axis(2e-5, 3.7)["axisLabel"]
    {'showMinLabel': False, 'showMaxLabel': False}
    >>> log_axis(154.0, 650.0)["min"], log_axis(154.0, 650.0)["max"]
    (100.0, 1000.0)
    """
    if math.floor(math.log10(high)) - math.ceil(math.log10(low)) < 1:
        low, high = 10.0 ** math.floor(math.log10(low)), 10.0 ** math.ceil(math.log10(high))
    whole = [math.log10(end).is_integer() for end in (low, high)]
    label = {"showMinLabel": whole[0], "showMaxLabel": whole[1]}
    return {"type": "log", "min": low, "max": high, "axisLabel": label}
