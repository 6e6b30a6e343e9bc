"""World 1 while it trains: an ECharts option that grows in place, frame by frame."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.figures.loss_styles import LOSS_STYLES
from analysis.figures.worlds.echarts import LINES, SYMBOLS
from toy_models.simplex import LOSSES, Reference, SimplexSpec

if TYPE_CHECKING:
    from toy_models.simplex import Frame

HEIGHT = 420
ALT = "Two divergences in nats against training steps, a line for each loss, its exact optimum dashed."

_SMALLEST, _LARGEST = 1e-4, 10.0
_PANELS = {"kl_density": "KL to the true density (nats)", "kl_mean": "KL of the mean label (nats)"}

Option = dict[str, object]


def live_option(spec: SimplexSpec, answer: Reference, frames: Sequence["Frame"]) -> Option:
    """Both divergences against steps, logarithmic, mean over seeds, with the exact optimum of each loss dashed.

    Axes are fixed by the spec and series keep their names, so that a new frame only lengthens the lines. Nothing is
    drawn outside 1e-4 to 10 nats: a floor of 0 lies below the axis.
    """
    names = [LOSSES[name] for name in spec.losses]
    metrics = list(enumerate(_PANELS))
    return {
        "animation": False,
        "legend": {"data": names, "top": 0, "left": "center", "itemWidth": 30},
        "tooltip": {"trigger": "axis", "valueFormatter": "%.4f"},
        "title": [_title(panel, text) for panel, text in enumerate(_PANELS.values())],
        "grid": [{"left": f"{6 + 50 * panel}%", "width": "41%", "top": 110, "bottom": 45} for panel, _ in metrics],
        "xAxis": [_x_axis(panel, spec.steps) for panel, _ in metrics],
        "yAxis": [_y_axis(panel) for panel, _ in metrics],
        "series": [
            _series(spec, frames, row, panel, metric, getattr(answer.floors[row], metric))
            for panel, metric in metrics
            for row in range(len(names))
        ],
    }


def _series(spec: SimplexSpec, frames: Sequence["Frame"], row: int, panel: int, metric: str, floor: float) -> Option:
    name = spec.losses[row]
    style = LOSS_STYLES[name]
    values = [(frame.step, float(getattr(frame, metric)[row].mean())) for frame in frames]
    floors = [{"yAxis": floor}] if floor >= _SMALLEST else []
    return {
        "id": f"{metric}:{name}",
        "name": LOSSES[name],
        "type": "line",
        "xAxisIndex": panel,
        "yAxisIndex": panel,
        "data": [[step, _shown(value)] for step, value in values],
        "symbol": SYMBOLS[style.symbol],
        "symbolSize": 7,
        "showSymbol": False,
        "lineStyle": {"color": style.colour, "type": LINES[style.dash], "width": 2},
        "itemStyle": {"color": style.colour},
        "markLine": {
            "silent": True,
            "symbol": "none",
            "label": {"show": False},
            "lineStyle": {"color": style.colour, "type": "dashed", "width": 1, "opacity": 0.8},
            "data": floors,
        },
    }


def _shown(value: float) -> float | None:
    """Four digits, inside the axis; None, a gap, for what is no number."""
    return float(f"{min(max(value, _SMALLEST), _LARGEST):.4g}") if math.isfinite(value) else None


def _title(panel: int, text: str) -> Option:
    return {
        "text": text,
        "left": f"{26.5 + 50 * panel}%",
        "top": 76,
        "textAlign": "center",
        "textStyle": {"fontSize": 13},
    }


def _x_axis(panel: int, steps: int) -> Option:
    place = {"nameLocation": "middle", "nameGap": 28}
    return {"type": "value", "gridIndex": panel, "min": 0, "max": steps, "name": "training step", **place}


def _y_axis(panel: int) -> Option:
    return {"type": "log", "gridIndex": panel, "min": _SMALLEST, "max": _LARGEST, "splitLine": {"show": True}}
