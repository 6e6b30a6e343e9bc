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
_FEW = 16  # marks that can be told apart


def drawn(stem: str, drawing: Drawing, lines: Sequence[Line]) -> Exhibit:
    """One picture of a claim; the lines' names are shown literally."""
    plot = go.Figure()
    for line in lines:
        _add(plot, line, drawing.joined)
    layout(plot, x=drawing.x, y=drawing.y)
    if all(len(line.x) == 1 for line in lines):
        _name_beside(plot, lines)
    if drawing.log_x:
        plot.update_xaxes(type="log", **_ticks(lines))
    if drawing.log_y:
        plot.update_yaxes(type="log", dtick=1)
    return Exhibit(stem, drawing.title, plot, drawing.how_to_read, _alt(drawing, lines), _table(drawing, lines))


def _ticks(lines: Sequence[Line]) -> dict[str, object]:
    """Where there is something, if that is at few places; else at powers of ten."""
    places = sorted({x for line in lines for x in line.x})
    return {"dtick": 1} if len(places) > _FEW else {"tickvals": places, "ticktext": [f"{x:,g}" for x in places]}


def _add(plot: go.Figure, line: Line, joined: bool) -> None:
    style = LOSS_STYLES.get(line.style, _TRUTH)
    name, ends = escaped(line.name), {}
    if len(line.low) > _FEW:
        _add_band(plot, line, style)
    elif line.low:
        above = [high - y for y, high in zip(line.y, line.high, strict=True)]
        below = [y - low for y, low in zip(line.y, line.low, strict=True)]
        ends = {"error_y": {"symmetric": False, "array": above, "arrayminus": below, "color": style.colour}}
    plot.add_scatter(
        x=list(line.x),
        y=list(line.y),
        mode="markers" if not joined else "lines" if line.exact else "lines+markers",
        line={"color": style.colour, "dash": "dot" if line.exact else style.dash, "width": 2},
        marker=_marker(style, joined),
        name=name,
        legendgroup=name,
        hovertemplate=f"{name}<br>%{{x:.4~g}}: %{{y:.4~g}}<extra></extra>",
        **ends,
    )


def _name_beside(plot: go.Figure, lines: Sequence[Line]) -> None:
    """Each mark's name stands over its interval or, in turn, under it: neighbours keep apart. A legend would have to be
    matched by symbols alone."""
    ordered = sorted(lines, key=lambda line: line.x)
    low, high = ordered[0].x[0], ordered[-1].x[0]
    room = 0.08 * (high - low or 1.0)
    plot.update_layout(showlegend=False)
    plot.update_xaxes(range=[low - room, high + room])
    for place, line in enumerate(ordered):
        below = place % 2
        plot.add_annotation(
            x=line.x[0], y=((line.low if below else line.high) or line.y)[0], text=escaped(line.name), showarrow=False,
            xanchor="left" if line is ordered[0] else "right" if line is ordered[-1] else "center",
            yanchor="top" if below else "bottom", yshift=-4 if below else 4, font={"size": 13},
        )  # fmt: skip


def _marker(style: Style, joined: bool) -> dict[str, object]:
    """Marks that stand for themselves may lie on each other: open ones show what is below."""
    if joined:
        return {"symbol": style.symbol, "size": 8, "color": style.colour, "maxdisplayed": _FEW}
    symbol = style.symbol if style.symbol.endswith("-open") else f"{style.symbol}-open"
    return {"symbol": symbol, "size": 10, "color": style.colour, "line": {"width": 2}}


def _add_band(plot: go.Figure, line: Line, style: Style) -> None:
    """From low to high, where bars would stand too close."""
    plot.add_scatter(
        x=[*line.x, *reversed(line.x)],
        y=[*line.high, *reversed(line.low)],
        fill="toself",
        fillcolor=style.colour,
        opacity=0.18,
        mode="none",
        hoverinfo="skip",
        legendgroup=escaped(line.name),
        showlegend=False,
    )


def _alt(drawing: Drawing, lines: Sequence[Line]) -> str:
    """Where each line begins and ends, and how far it reaches."""
    return f"{drawing.title} {drawing.y} against {drawing.x}. {'; '.join(map(_ends, lines))}."


def _ends(line: Line) -> str:
    """Of a line; of a single mark, where it is."""
    first, last = (f"{number(line.y[at])} at {_place(line.x[at])}" for at in (0, -1))
    return f"{line.name} {first}" if len(line.x) == 1 else f"{line.name} from {first} to {last}"


def _place(x: float) -> str:
    """With the digits that the figure shows when it is pointed at; a count with all of its own.

    >>> _place(0.992646), _place(65_536.0)
    ('0.9926', '65536')
    """
    return f"{x:g}" if float(x).is_integer() else f"{x:.4g}"


def _table(drawing: Drawing, lines: Sequence[Line]) -> pd.DataFrame:
    rows = [
        {"line": line.name, drawing.x: x, drawing.y: y, "low": low, "high": high}
        for line in lines
        for x, y, low, high in zip(
            line.x, line.y, line.low or [None] * len(line.x), line.high or [None] * len(line.x), strict=True
        )
    ]
    return pd.DataFrame(rows)
