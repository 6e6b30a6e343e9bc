"""The lines that a claim's measurement leaves: numbers that change with something, beside theory where there is one."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import escaped
from analysis.figures.loss_styles import LOSS_STYLES
from analysis.figures.theme import TRUTH, Style, layout
from analysis.rules.findings import Drawing, Line

_TRUTH = Style(TRUTH, "dot", "circle")


def drawn(stem: str, drawing: Drawing, lines: Sequence[Line]) -> Exhibit:
    """One picture of a claim; the lines' names are shown literally."""
    plot = go.Figure()
    for line in lines:
        _add(plot, line)
    layout(plot, x=drawing.x, y=drawing.y)
    if drawing.log_x:
        plot.update_xaxes(type="log")
    if drawing.log_y:
        plot.update_yaxes(type="log")
    return Exhibit(stem, drawing.title, plot, drawing.how_to_read, _alt(drawing, lines), _table(drawing, lines))


def _add(plot: go.Figure, line: Line) -> None:
    style = LOSS_STYLES.get(line.style, _TRUTH)
    name = escaped(line.name)
    ends = {}
    if line.low:
        above = [high - y for y, high in zip(line.y, line.high, strict=True)]
        below = [y - low for y, low in zip(line.y, line.low, strict=True)]
        ends = {"error_y": {"symmetric": False, "array": above, "arrayminus": below, "color": style.colour}}
    plot.add_scatter(
        x=list(line.x),
        y=list(line.y),
        mode="lines" if line.exact else "lines+markers",
        line={"color": style.colour, "dash": "dot" if line.exact else style.dash, "width": 2},
        marker={"symbol": style.symbol, "size": 8, "color": style.colour},
        name=name,
        hovertemplate=f"{name}<br>%{{x:.4~g}}: %{{y:.4~g}}<extra></extra>",
        **ends,
    )


def _alt(drawing: Drawing, lines: Sequence[Line]) -> str:
    """Where each line begins and ends, and how far it reaches."""
    said = "; ".join(
        f"{line.name} from {number(line.y[0])} at {line.x[0]:g} to {number(line.y[-1])} at {line.x[-1]:g}"
        for line in lines
    )
    return f"{drawing.title} {drawing.y} against {drawing.x}. {said}."


def _table(drawing: Drawing, lines: Sequence[Line]) -> pd.DataFrame:
    rows = [
        {"line": line.name, drawing.x: x, drawing.y: y, "low": low, "high": high}
        for line in lines
        for x, y, low, high in zip(
            line.x, line.y, line.low or [None] * len(line.x), line.high or [None] * len(line.x), strict=True
        )
    ]
    return pd.DataFrame(rows)
