"""The table of differences: a line a measure, a column a model, each cell a difference, its interval and a verdict."""

import pandas as pd
import plotly.graph_objects as go

from analysis.comparison.measured import MEASURES
from analysis.comparison.relevance import ALPHA, Verdict, in_words, shown_values
from analysis.comparison.verdicts import Comparison, Difference, Row
from analysis.digits import bounded, number
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import escaped, label
from analysis.figures.theme import layout
from analysis.statistics.bootstrap import Unavailable

# None points up or down: beside a number below 0 an arrow says the opposite of a lower ECE that is better.
_SIGNS: dict[Verdict, str] = {
    "better": "✓",
    "worse": "✗",
    "different": "◆",
    "too small": "·",
    "the same": "=",
    "not distinguishable": "≈",
}
_FILLS: dict[Verdict, str] = {
    "better": "rgba(0,114,178,0.28)",
    "worse": "rgba(213,94,0,0.28)",
    "different": "rgba(204,121,167,0.28)",
    "too small": "rgba(128,128,128,0.22)",
    "the same": "rgba(128,128,128,0.22)",
    "not distinguishable": "rgba(128,128,128,0.10)",
}
_LINE = 48  # pixels a measure
_NARROW = 4  # models beside the reference: an interval then has two lines
_THIRD = 16  # more of them where a cell says its own n


def comparison_table(found: Comparison) -> Exhibit:
    """Cells of every measure that has a number; what has none is named with its reason."""
    shown = [key for key in MEASURES if any(isinstance(row.found, Difference) for row in found.of(key))]
    columns = [f"{label(found.models[0])}<br>(reference)", *(label(name) for name in found.models[1:])]
    lines = [found.of(key) for key in shown]
    fills = [fill for line, rows in enumerate(lines) for fill in _fills(line, rows)]
    plot = go.Figure([_line(line, rows, found.items) for line, rows in enumerate(lines)], {"shapes": fills})
    own = any(isinstance(row.found, Difference) and row.found.items != found.items for row in found.rows)
    layout(plot, x="", y="", height=90 + (_LINE + _THIRD * (own + (len(columns) > _NARROW))) * len(shown))
    plot.update_xaxes(
        tickvals=list(range(len(columns))), ticktext=columns, side="top", range=[-0.5, len(columns) - 0.5]
    )
    titles = [_title(rows) for rows in lines]
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
    told = [row for row in found.rows if isinstance(row.found, Difference) and row.found.told]
    return f"Do they differ? {len(told)} of {found.tests} differences are more than chance and large enough to matter"


def _how_to_read(found: Comparison) -> str:
    missing = dict.fromkeys(
        f"{row.measure.title}: {row.found.reason}" for row in found.rows if isinstance(row.found, Unavailable)
    )
    return (
        f"Each cell: the model less {found.models[0]}, with its 95 % bootstrap interval paired over {found.items:,} "
        f"test items{_own_items(found)}. "
        "✓ better, ✗ worse, ◆ different (no direction is better); · more than chance but below "
        "the smallest difference of interest; = the whole interval below it; ≈ not distinguishable: p above "
        f"{ALPHA:.0%} after Holm's correction over all {found.tests}, or 0 in the interval. ECE, NLL, Brier: of "
        f"the {found.source}; two ECEs must also differ after subtracting what chance alone gives "
        "each. Another seed may differ." + (f" Not available: {'; '.join(missing)}." if missing else "")
    )


def _own_items(found: Comparison) -> str:
    """What n in a cell means, where there is one in sight."""
    own = any(isinstance(row.found, Difference) and row.found.items != found.items for row in found.rows)
    return " (a cell with n: the n that have the measure under every model)" if own else ""


def _title(rows: tuple[Row, ...]) -> str:
    """The measure with its better direction, and from where on a difference matters."""
    measure = rows[0].measure
    arrow = {"higher": " ↑", "lower": " ↓", None: ""}[measure.better]
    smallest = next(row.found.smallest for row in rows if isinstance(row.found, Difference))
    matters = f"matters from {smallest:g}" if smallest else "any matters"
    return f"{measure.title}{arrow}  <br><span style='font-size:10px'>{matters}</span>  "


def _line(line: int, rows: tuple[Row, ...], items: int) -> dict[str, object]:
    """The texts of one measure: the reference's value, then a cell for each model."""
    reference = next(row.found.reference for row in rows if isinstance(row.found, Difference))
    size = 15 - max(0, min(len(rows) - 2, 3))  # six models in a narrow window
    return {
        "type": "scatter",
        "x": list(range(len(rows) + 1)),
        "y": [line] * (len(rows) + 1),
        "mode": "text",
        "text": [_reference(rows), *(_cell(row.found, size, items, narrow=len(rows) >= _NARROW) for row in rows)],
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


def _reference(rows: tuple[Row, ...]) -> str:
    """The first model's value, with the digits that its closest difference needs."""
    found = [row.found for row in rows if isinstance(row.found, Difference)]
    shown = [
        shown_values(each.reference, each.value, each.difference, each.verdict, each.smallest)[0] for each in found
    ]
    return max(shown, key=len)


def _cell(found: Difference | Unavailable, size: int, items: int, *, narrow: bool) -> str:
    """Difference above its interval, with two digits of the interval's width, and n where it is not that of all."""
    if isinstance(found, Unavailable):
        return "–"
    value, low, high = bounded(found.difference, least=1, most=5)
    value = value if value.startswith("-") or float(value) == 0 else f"+{value}"
    of = "" if found.items == items else f"<br>n {found.items:,}"
    to = "<br>to " if narrow else " to "
    interval = f"<span style='font-size:{size - 2}px'>{low}{to}{high}{of}</span>"
    return f"{_SIGNS[found.verdict]} {value}<br>{interval}"


def _hover(row: Row) -> str:
    found = row.found
    if isinstance(found, Unavailable):
        return escaped(found.reason)
    reference, value = shown_values(found.reference, found.value, found.difference, found.verdict, found.smallest)
    difference, low, high = bounded(found.difference, signed=True)
    said = in_words(found.verdict, reference, value, found.smallest)
    return (
        f"{row.measure.title} ({row.measure.unit}): {said}<br>{value}, reference {reference}<br>"
        f"difference {difference} (95 % {low} to {high})<br>p {found.p:.2g}, corrected {found.adjusted:.2g}; "
        f"{found.items:,} items; smallest of interest {found.smallest:g}"
    )


def _said(row: Row) -> str:
    assert isinstance(row.found, Difference)
    return f"{row.measure.title} of {row.model}: {row.found.verdict}, {number(row.found.difference.value, signed=True)}"
