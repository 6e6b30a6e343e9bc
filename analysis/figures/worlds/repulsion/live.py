"""World 2 while it moves: an ECharts option whose points and lines change in place, frame by frame."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.figures.loss_styles import LOSS_STYLES
from analysis.figures.theme import GREY
from analysis.figures.worlds.echarts import LINES, SYMBOLS
from analysis.figures.worlds.repulsion.places import frame_line, places, vector_style
from toy_models.repulsion import LOSSES, RepulsionSpec

if TYPE_CHECKING:
    from toy_models.repulsion import Frame

ALT = "The vectors of each loss, and below, against steps, how much of what acts within classes pushes apart."
HEIGHT = 548
_SIDE = 200  # pixels: four pictures beside each other on a page of 800

_CURVES = {
    "repelling_share": ("same-class pairs that repel (share)", 0.0, 1.0),
    "push_to_pull": ("push to pull within classes", 0.0, 1.0),
    "margin": ("margin (cosine)", -0.5, 2.0),
}

Option = dict[str, object]


def live_option(spec: RepulsionSpec, turn: float, frames: Sequence["Frame"]) -> Option:
    """A picture of the first seed's vectors for each loss; below, three curves against steps, mean over seeds.

    Axes are fixed by the spec and series keep their names, so that a new frame only moves points and lengthens lines.
    """
    losses, curves = list(enumerate(spec.losses)), list(enumerate(_CURVES))
    return {
        "animation": False,
        "legend": {"data": [LOSSES[name] for name in spec.losses], "top": 268, "left": "center", "itemWidth": 30},
        "tooltip": {"trigger": "item"},
        "title": [_picture_title(spec, row) for row, _ in losses] + [_curve_title(row) for row, _ in curves],
        "grid": [_picture_grid(spec, row) for row, _ in losses] + [_curve_grid(row) for row, _ in curves],
        "xAxis": [_picture_axis(spec, row, 0) for row, _ in losses] + [_steps(spec, row) for row, _ in curves],
        "yAxis": [_picture_axis(spec, row, 1) for row, _ in losses] + [_values(spec, row) for row, _ in curves],
        "series": [
            *(series for row, _ in losses for series in _picture(spec, frames, row, turn)),
            *(_curve(spec, frames, row, column, metric) for column, metric in curves for row, _ in losses),
        ],
    }


def _picture(spec: RepulsionSpec, frames: Sequence["Frame"], row: int, turn: float) -> list[Option]:
    """The outline and the vectors of one loss."""
    name = spec.losses[row]
    where: Option = {"xAxisIndex": row, "yAxisIndex": row, "silent": True, "animation": False}
    outline = {
        **where,
        "id": f"outline:{name}",
        "type": "line",
        "data": frame_line(spec).round(3).tolist(),
        "showSymbol": False,
        "lineStyle": {"color": GREY, "width": 1, "opacity": 0.7},
    }
    points = _points(spec, frames[-1], row, turn) if frames else []
    return [outline, {**where, "id": f"vectors:{name}", "type": "scatter", "data": points}]


def _points(spec: RepulsionSpec, frame: "Frame", row: int, turn: float) -> list[Option]:
    seen = places(spec, frame.positions[row], turn)
    return [
        _point(spec, index, x, y, depth)
        for index, ((x, y), depth) in enumerate(zip(seen.points.tolist(), seen.depth.tolist(), strict=True))
        if not math.isnan(x + y)
    ]


def _point(spec: RepulsionSpec, index: int, x: float, y: float, depth: float) -> Option:
    """What lies behind the sphere is paler and smaller."""
    style, behind = vector_style(spec, index), depth < 0
    return {
        "value": [round(x, 3), round(y, 3)],
        "symbol": SYMBOLS[style.symbol],
        "symbolRotate": 45 if style.symbol == "x" else 0,
        "symbolSize": 5 if behind else 8,
        "itemStyle": {"color": style.colour, "opacity": 0.35 if behind else 0.9},
    }


def _curve(spec: RepulsionSpec, frames: Sequence["Frame"], row: int, column: int, metric: str) -> Option:
    name, axis = spec.losses[row], len(spec.losses) + column
    style = LOSS_STYLES[name]
    return {
        "id": f"{metric}:{name}",
        "name": LOSSES[name],
        "type": "line",
        "xAxisIndex": axis,
        "yAxisIndex": axis,
        "data": [[frame.step, _shown(float(getattr(frame, metric)[row].mean()))] for frame in frames],
        "symbol": SYMBOLS[style.symbol],
        "symbolSize": 7,
        "showSymbol": False,
        "lineStyle": {"color": style.colour, "type": LINES[style.dash], "width": 2},
        "itemStyle": {"color": style.colour},
    }


def _shown(value: float) -> float | None:
    """Four digits; None, a gap, for what is no number."""
    return float(f"{value:.4g}") if math.isfinite(value) else None


def _left(spec: RepulsionSpec, row: int) -> str:
    return f"{2 + 98 * row / len(spec.losses):.1f}%"


def _picture_grid(spec: RepulsionSpec, row: int) -> Option:
    return {"left": _left(spec, row), "width": _SIDE, "top": 34, "height": _SIDE}


def _curve_grid(column: int) -> Option:
    return {"left": f"{5 + 33 * column}%", "width": "27%", "top": 338, "bottom": 45}


def _picture_title(spec: RepulsionSpec, row: int) -> Option:
    return {"text": LOSSES[spec.losses[row]], "left": _left(spec, row), "top": 6, "textStyle": {"fontSize": 13}}


def _curve_title(column: int) -> Option:
    text, _, _ = list(_CURVES.values())[column]
    style = {"textAlign": "center", "textStyle": {"fontSize": 13}}
    return {"text": text, "left": f"{18.5 + 33 * column}%", "top": 305, **style}


def _picture_axis(spec: RepulsionSpec, row: int, direction: int) -> Option:
    """Hidden around a circle; numbered where it carries a cosine."""
    span = {"type": "value", "gridIndex": row, "min": -1.08, "max": 1.08, "splitLine": {"show": False}}
    if spec.dimensions <= 3:
        return {**span, "show": False}
    name = "nearest noise" if direction == 0 else "nearest of class"
    named = {"name": name, "nameLocation": "middle", "nameGap": 16, "axisLine": {"onZero": False}}
    return {**span, "min": -1, "max": 1, "interval": 1, **named}


def _steps(spec: RepulsionSpec, column: int) -> Option:
    place = {"nameLocation": "middle", "nameGap": 28}
    grid = len(spec.losses) + column
    return {"type": "value", "gridIndex": grid, "min": 0, "max": spec.steps, "name": "step", "splitNumber": 4, **place}


def _values(spec: RepulsionSpec, column: int) -> Option:
    _, low, high = list(_CURVES.values())[column]
    return {"type": "value", "gridIndex": len(spec.losses) + column, "min": low, "max": high}
