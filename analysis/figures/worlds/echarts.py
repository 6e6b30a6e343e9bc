"""How a `Style` of the theme is spelled in the options of ECharts, which draws the live pictures."""

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
