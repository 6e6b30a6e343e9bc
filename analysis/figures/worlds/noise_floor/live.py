"""The noise floor while it is sampled: an ECharts option whose points settle on their theory lines."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.worlds.echarts import log_axis
from analysis.figures.worlds.noise_floor.error import STYLES, axis_range, theory_grid
from toy_models.noise_floor import LINKS, NoiseFloorSpec, Reference

if TYPE_CHECKING:
    from toy_models.noise_floor import Frame

HEIGHT = 400
ALT = "Squared error of the log-odds against the number of draws, a line of points for each link beside its theory."

_SYMBOLS = {"weibit": "triangle", "softmax": "circle"}

Option = dict[str, object]


def live_option(spec: NoiseFloorSpec, answer: Reference, frames: Sequence["Frame"]) -> Option:
    """Mean squared error against n, both logarithmic; theory dashed, thin lines the 95 % interval of the mean.

    Axes are fixed by the spec and series keep their names, so that a new frame only moves the points.
    """
    low, high = axis_range(spec, answer)
    x_axis = {"name": "draws n", "nameLocation": "middle", "nameGap": 28, "splitLine": {"show": False}}
    y_axis = {"name": "squared error of the log-odds (nats²)", "nameLocation": "middle", "nameGap": 56}
    return {
        "animation": False,
        "legend": {"data": list(LINKS.values()), "top": 0, "left": "center", "itemWidth": 30},
        "tooltip": {"trigger": "item"},
        "grid": {"left": 80, "right": 24, "top": 44, "bottom": 48},
        "xAxis": {**log_axis(spec.draws[0] / 1.3, spec.draws[-1] * 1.3), **x_axis},
        "yAxis": {**log_axis(low, high), **y_axis},
        "series": [series for row, link in enumerate(LINKS) for series in _series(spec, answer, frames, row, link)],
    }


def _series(
    spec: NoiseFloorSpec, answer: Reference, frames: Sequence["Frame"], row: int, link: str
) -> tuple[Option, ...]:
    colour, draws = STYLES[link].colour, np.array(spec.draws)
    grid = theory_grid(spec)
    theory = _line(f"{link}:theory", grid, answer.links[row].squared_error(grid), colour, "dashed", 1.5)
    if not frames:
        return theory, {**_line(f"{link}:mean", draws[:0], draws[:0], colour, "solid", 2), "name": LINKS[link]}
    error, spread = frames[-1].squared_error[row], 1.96 * frames[-1].standard_error[row]
    mean = {
        **_line(f"{link}:mean", draws, error, colour, "solid", 2),
        "name": LINKS[link],
        "showSymbol": True,
        "symbol": _SYMBOLS[link],
        "symbolSize": 11,
        "lineStyle": {"width": 0},
    }
    edges = [_line(f"{link}:{n}", draws, error + n * spread, colour, "solid", 0.7) for n in (-1, 1)]
    return theory, mean, *edges


def _line(name: str, x: np.ndarray, y: np.ndarray, colour: str, dash: str, width: float) -> Option:
    return {
        "id": name,
        "type": "line",
        "data": [[float(n), _shown(float(value))] for n, value in zip(x, y, strict=True)],
        "showSymbol": False,
        "silent": True,
        "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "type": dash, "width": width},
    }


def _shown(value: float) -> float | None:
    """Four digits; None, a gap, for what is no number or cannot stand on a logarithmic axis."""
    return float(f"{value:.4g}") if math.isfinite(value) and value > 0 else None
