"""Each part of a claim on its own axis: the number with its interval, and the region where the part holds."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import apart
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import escaped
from analysis.figures.theme import BLUE, GREY, ORANGE, PURPLE, layout
from analysis.rules.kinds import Outcome
from analysis.rules.verdict import Judged

_STYLES = {Outcome.HOLDS: (BLUE, "circle"), Outcome.FAILS: (ORANGE, "x"), Outcome.OPEN: (PURPLE, "diamond-open")}
_ROW, _ROOM = 92, 70  # pixels of a part, and of what stands around them
_SHADE = "rgba(0,114,178,0.16)"
_BETWEEN = 0.68  # of a row: ticks below, heading above the next
_PAD = 0.12  # of the axis beyond what is shown


def asked_and_found(stem: str, title: str, judged: Sequence[Judged]) -> Exhibit:
    """A row a part, in the claim's order."""
    plot = make_subplots(
        rows=len(judged),
        cols=1,
        subplot_titles=[escaped(_heading(each)) for each in judged],
        vertical_spacing=_BETWEEN / max(2, len(judged)),
    )
    layout(plot, x="", y="", height=_ROW * len(judged) + _ROOM)
    for row, each in enumerate(judged, start=1):
        _draw(plot, each, row)
    plot.update_yaxes(visible=False, range=[-1, 1])
    plot.update_annotations(font_size=13, xanchor="left", x=0)
    plot.update_layout(showlegend=False, margin={"l": 16, "r": 16, "t": 30, "b": 40})
    return Exhibit(stem, title, plot, _HOW_TO_READ, _alt(title, judged), _table(judged))


_HOW_TO_READ = (
    "Each row is a part of the claim, on an axis of its own in the unit that it names. The shaded region is where the"
    " part holds, by a rule that was written before the numbers; the bar is the interval that the rule saw, wider"
    " than 95 % so that all parts together are wrong at most once in twenty; small marks are single seeds. A part"
    " holds where the whole bar lies in the region, fails where all of it lies outside, and is open else. An exact"
    " number has no bar."
)


def _heading(each: Judged) -> str:
    unit = f" ({each.part.unit})" if each.part.unit else ""
    return f"{each.part.says}{unit}: {each.outcome.value}"


def _draw(plot: go.Figure, each: Judged, row: int) -> None:
    low, high = _window(each)
    colour, symbol = _STYLES[each.outcome]
    region = [min(max(end, low), high) for end in each.part.rule.region]
    place = {"row": row, "col": 1}
    plot.add_shape(
        type="rect", x0=region[0], x1=region[1], y0=-1, y1=1, fillcolor=_SHADE, line_width=0, layer="below", **place
    )
    for end in each.part.rule.region:
        if low <= end <= high:
            plot.add_shape(type="line", x0=end, x1=end, y0=-1, y1=1, line={"color": GREY, "dash": "dash"}, **place)
    if each.found.points:
        plot.add_scatter(
            x=list(each.found.points),
            y=[-0.55] * len(each.found.points),
            mode="markers",
            marker={"color": colour, "size": 6, "opacity": 0.5, "symbol": "line-ns-open"},
            hovertemplate="%{x:.4~g}<extra></extra>",
            **place,
        )
    interval = each.interval
    plot.add_scatter(
        x=[interval.value],
        y=[0],
        mode="markers",
        marker={"color": colour, "size": 12, "symbol": symbol},
        error_x={
            "symmetric": False,
            "array": [interval.high - interval.value],
            "arrayminus": [interval.value - interval.low],
            "color": colour,
            "thickness": 2,
        },
        hovertemplate=f"{escaped(each.in_words())}<extra></extra>",
        **place,
    )
    plot.update_xaxes(range=[low, high], title_text="", nticks=6, **place)


def _window(each: Judged) -> tuple[float, float]:
    """What the axis shows: the interval, the points, the ends of the region, and zero where it is near."""
    ends = [end for end in each.part.rule.region if abs(end) != float("inf")]
    shown = [each.interval.low, each.interval.high, *ends, *each.found.points]
    low, high = min(shown), max(shown)
    width = high - low or abs(high) or 1.0
    if 0 < low < width:
        low = 0.0
    if -width < high < 0:
        high = 0.0
    return low - _PAD * width, high + _PAD * width


def _alt(title: str, judged: Sequence[Judged]) -> str:
    said = "; ".join(f"{each.part.says}: {each.in_words()}, {each.outcome.value}" for each in judged)
    return f"{title} Numbers with intervals beside the regions where each part holds. {said}."


def _table(judged: Sequence[Judged]) -> pd.DataFrame:
    rows = []
    for each in judged:
        value, low, high = apart([each.interval.value, each.interval.low, each.interval.high])
        rows.append(
            {
                "part": each.part.says,
                "value": float(value),
                "low": float(low),
                "high": float(high),
                "unit": each.part.unit,
                "asked for": each.part.rule.in_words(each.part.unit),
                "over": each.found.over,
                "outcome": each.outcome.value,
            }
        )
    return pd.DataFrame(rows)
