"""The table of differences: a line a measure, a column a model, each cell a difference, its interval and a verdict."""

import math

import pandas as pd
import plotly.graph_objects as go

from analysis.bootstrap import Unavailable
from analysis.comparison import ALPHA, Comparison, Difference, Row, Verdict
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import escaped, label
from analysis.figures.theme import layout
from analysis.measured import MEASURES, Measure

_SIGNS: dict[Verdict, str] = {"better": "▲", "worse": "▼", "different": "◆", "not distinguishable": "≈"}
_FILLS: dict[Verdict, str] = {
    "better": "rgba(0,114,178,0.28)",
    "worse": "rgba(213,94,0,0.28)",
    "different": "rgba(204,121,167,0.28)",
    "not distinguishable": "rgba(128,128,128,0.10)",
}
_LINE = 48  # pixels a measure


def comparison_table(found: Comparison) -> Exhibit:
    """Cells of every measure that has a number; what has none is named with its reason."""
    shown = [key for key in MEASURES if any(isinstance(row.found, Difference) for row in found.of(key))]
    columns = [f"{label(found.models[0])}<br>(reference)", *(label(name) for name in found.models[1:])]
    lines = [found.of(key) for key in shown]
    fills = [fill for line, rows in enumerate(lines) for fill in _fills(line, rows)]
    plot = go.Figure([_line(line, rows) for line, rows in enumerate(lines)], {"shapes": fills})
    layout(plot, x="", y="", height=90 + _LINE * len(shown))
    plot.update_xaxes(
        tickvals=list(range(len(columns))), ticktext=columns, side="top", range=[-0.5, len(columns) - 0.5]
    )
    titles = [_title(MEASURES[key]) for key in shown]
    plot.update_yaxes(tickvals=list(range(len(shown))), ticktext=titles, range=[len(shown) - 0.5, -0.5])
    plot.update_xaxes(showgrid=False, fixedrange=True).update_yaxes(showgrid=False, fixedrange=True)
    plot.update_layout(margin={"l": 128, "t": 60, "b": 10}, dragmode=False)
    return Exhibit(
        stem="comparison",
        title=_question(found),
        plot=plot,
        how_to_read=_how_to_read(found),
        alt="; ".join(_said(row) for row in found.rows if isinstance(row.found, Difference))[:1500],
        table=pd.DataFrame(found.numbers()),
    )


def _question(found: Comparison) -> str:
    told = [row for row in found.rows if isinstance(row.found, Difference) and _is_told(row.found)]
    return f"Do they differ? {len(told)} of {found.tests} differences are more than chance"


def _is_told(found: Difference) -> bool:
    return found.verdict != "not distinguishable"


def _how_to_read(found: Comparison) -> str:
    missing = dict.fromkeys(
        f"{row.measure.title}: {row.found.reason}" for row in found.rows if isinstance(row.found, Unavailable)
    )
    return (
        f"Each cell is the model less {found.models[0]} with its 95 % bootstrap interval, paired over {found.items:,} "
        "test items. ▲ better, ▼ worse, ◆ different (neither direction is better), ≈ not distinguishable: p above "
        f"{ALPHA:.0%} after Holm's correction over all {found.tests}, or 0 in the interval. An arrow at a measure is "
        f"its better direction. ECE, NLL, Brier score: of the {found.source}. Part of an ECE is chance; a difference "
        "must hold without it. Another seed is another checkpoint and may differ too."
        + (f" Not available: {'; '.join(missing)}." if missing else "")
    )


def _title(measure: Measure) -> str:
    arrow = {"higher": " ↑", "lower": " ↓", None: ""}[measure.better]
    return f"{measure.title}{arrow}  "


def _line(line: int, rows: tuple[Row, ...]) -> dict[str, object]:
    """The texts of one measure: the reference's value, then a cell for each model."""
    reference = next(row.found.reference for row in rows if isinstance(row.found, Difference))
    size = 15 - max(0, min(len(rows) - 2, 3))  # six models in a narrow window
    most = 5 if len(rows) < 4 else 3
    return {
        "type": "scatter",
        "x": list(range(len(rows) + 1)),
        "y": [line] * (len(rows) + 1),
        "mode": "text",
        "text": [f"{reference:.4g}", *(_cell(row.found, size, most) for row in rows)],
        "hovertext": [f"{rows[0].measure.title} of the reference: {reference:.6g}", *map(_hover, rows)],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "textfont": {"size": size},
        "showlegend": False,
    }


def _fills(line: int, rows: tuple[Row, ...]) -> list[dict[str, object]]:
    """A rectangle behind each verdict."""
    return [
        {
            "type": "rect",
            "x0": column - 0.47,
            "x1": column + 0.47,
            "y0": line - 0.44,
            "y1": line + 0.44,
            "fillcolor": _FILLS[row.found.verdict],
            "line": {"width": 0},
            "layer": "below",
        }
        for column, row in enumerate(rows, start=1)
        if isinstance(row.found, Difference)
    ]


def _cell(found: Difference | Unavailable, size: int, most: int) -> str:
    """Difference above its interval, with two digits of the interval's width and at most `most` behind the point."""
    if isinstance(found, Unavailable):
        return "–"
    low, value, high = found.difference.low, found.difference.value, found.difference.high
    digits = 3 if high == low else min(most, max(1, 1 - math.floor(math.log10(high - low))))
    interval = f"<span style='font-size:{size - 2}px'>{low:.{digits}f} to {high:.{digits}f}</span>"
    return f"{_SIGNS[found.verdict]} {value:+.{digits}f}<br>{interval}"


def _hover(row: Row) -> str:
    found = row.found
    if isinstance(found, Unavailable):
        return escaped(found.reason)
    return (
        f"{row.measure.title} ({row.measure.unit}): {found.verdict}<br>{found.value:.5f}, reference "
        f"{found.reference:.5f}<br>difference {found.difference.value:+.5f} (95 % {found.difference.low:+.5f} to "
        f"{found.difference.high:+.5f})<br>p {found.p:.2g}, corrected {found.adjusted:.2g}; {found.items:,} items"
    )


def _said(row: Row) -> str:
    assert isinstance(row.found, Difference)
    return f"{row.measure.title} of {row.model}: {row.found.verdict}, {row.found.difference.value:+.3f}"
