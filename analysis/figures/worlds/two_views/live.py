"""Two views while they train: an ECharts option of four panels that grows in place, frame by frame."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.loss_styles import LOSS_STYLES
from analysis.figures.theme import TRUTH
from analysis.figures.worlds.echarts import LINES, SYMBOLS
from toy_models.two_views import LOSSES, Reference, TwoViewsSpec

if TYPE_CHECKING:
    from toy_models.two_views import Frame

HEIGHT = 480
ALT = "Retrieval accuracy, λ, ΔAIC and the hardest negative's shortfall against training steps, a line a loss."


Option = dict[str, object]


@dataclass(frozen=True, slots=True)
class ShownMetric:
    """One metric of a frame, its title, the limits of its axis (None: from the data)."""

    metric: str
    title: str
    low: float | None
    high: float | None


PANELS = (
    ShownMetric("retrieval", "retrieval accuracy (share)", 0, 1),
    ShownMetric("lam", "λ, mean over anchors", 0, 1),
    ShownMetric("delta_aic", "ΔAIC, median over anchors", None, None),
    ShownMetric("rho", "shortfall ρ of the hardest negative, median", 0, None),
)


def reading(frame: "Frame", metric: str) -> np.ndarray:
    """A metric as the panels show it, (L, S): over anchors, the mean of lam and the median of the others."""
    values: np.ndarray = getattr(frame, metric)
    if values.ndim == 2:
        return values
    return values.mean(axis=-1, dtype=np.float64) if metric == "lam" else np.median(values, axis=-1)


def live_option(spec: TwoViewsSpec, answer: Reference, frames: Sequence["Frame"]) -> Option:
    """Four metrics against steps, mean over seeds, chance retrieval dotted; a new frame only lengthens the lines."""
    names = [LOSSES[name] for name in spec.losses]
    places = list(enumerate(PANELS))
    series = [_series(spec, frames, row, place, panel) for place, panel in places for row in range(len(names))]
    series[0]["markLine"] = {
        "silent": True,
        "symbol": "none",
        "label": {"formatter": "chance", "position": "insideEndTop", "color": TRUTH},
        "lineStyle": {"color": TRUTH, "type": "dotted"},
        "data": [{"yAxis": answer.chance_retrieval}],
    }
    return {
        "animation": False,
        "legend": {"data": names, "top": 0, "left": "center", "itemWidth": 30},
        "tooltip": {"trigger": "axis", "valueFormatter": "%.4f"},
        "title": [_title(place, panel.title) for place, panel in places],
        "grid": [_grid(place) for place, _ in places],
        "xAxis": [{"type": "value", "gridIndex": place, "min": 0, "max": spec.steps} for place, _ in places],
        "yAxis": [_y_axis(place, panel) for place, panel in places],
        "series": series,
    }


def _series(spec: TwoViewsSpec, frames: Sequence["Frame"], row: int, place: int, panel: ShownMetric) -> Option:
    name = spec.losses[row]
    style = LOSS_STYLES[name]
    points = [(frame.step, float(reading(frame, panel.metric)[row].mean())) for frame in frames]
    return {
        "id": f"{panel.metric}:{name}",
        "name": LOSSES[name],
        "type": "line",
        "xAxisIndex": place,
        "yAxisIndex": place,
        "data": [[step, float(f"{value:.4g}") if math.isfinite(value) else None] for step, value in points],
        "symbol": SYMBOLS[style.symbol],
        "symbolSize": 7,
        "showSymbol": False,
        "lineStyle": {"color": style.colour, "type": LINES[style.dash], "width": 2},
        "itemStyle": {"color": style.colour},
    }


def _grid(place: int) -> Option:
    return {"left": f"{5 + 50 * (place % 2)}%", "width": "42%", "top": 66 + 220 * (place // 2), "height": 150}


def _title(place: int, text: str) -> Option:
    return {
        "text": text,
        "left": f"{26 + 50 * (place % 2)}%",
        "top": 38 + 220 * (place // 2),
        "textAlign": "center",
        "textStyle": {"fontSize": 13},
    }


def _y_axis(place: int, panel: ShownMetric) -> Option:
    limits = {name: value for name, value in (("min", panel.low), ("max", panel.high)) if value is not None}
    # A share in quarters: ECharts takes steps of 0.3 by itself, and the end, 1, stands at 0.9.
    steps = {"splitNumber": 4} if len(limits) < 2 else {"interval": (limits["max"] - limits["min"]) / 4}
    return {"type": "value", "gridIndex": place, **steps, **limits}
