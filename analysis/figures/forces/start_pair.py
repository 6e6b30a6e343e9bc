"""The force on one same-class pair under SupCon and SINCERE, against its similarity."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.loss_styles import LOSS_STYLES
from analysis.figures.theme import TRUTH, layout
from analysis.figures.worlds.echarts import LINES
from analysis.forces.start_pair import PairForces, PairScene, turning_point

_X, _Y = "cosine similarity of one same-class pair", "d loss / d similarity, nats"
_GRID = "rgba(128,128,128,0.2)"
_TURN = "SupCon pushes from {:.2f} on"


def pair_force(scene: PairScene, forces: PairForces) -> Exhibit:
    """Two curves, and the cosine at which SupCon's changes sign."""
    plot = layout(go.Figure(), x=_X, y=_Y, height=380)
    for name, title, values in _curves(forces):
        style = LOSS_STYLES[name]
        line = {"color": style.colour, "dash": style.dash, "width": 2.5, "simplify": False}
        plot.add_scatter(x=forces.cosines, y=values, mode="lines", name=title, line=line)
    plot.add_hline(0, line_color=TRUTH, line_width=1)
    turn = turning_point(scene)
    if turn < forces.cosines.max():
        plot.add_vline(turn, line_color=TRUTH, line_dash="dot", line_width=1)
        plot.add_annotation(
            x=turn,
            y=1,
            yref="paper",
            text=_TURN.format(turn),
            xanchor="right",
            xshift=-6,
            showarrow=False,
        )
    return Exhibit(
        stem="pair-force",
        title="SupCon pushes a close same-class pair apart; SINCERE never does",
        plot=plot,
        how_to_read=(
            "Below 0 the loss pulls the pair together, above 0 it pushes it apart. "
            f"The anchor has {scene.positives} positives, the others at cosine {scene.positive_cosine:g}, "
            f"and {scene.noise} noise samples at cosine {scene.noise_cosine:g}; temperature {scene.temperature:g}."
        ),
        alt=f"SupCon's derivative crosses zero at cosine {number(turn, least=2)}; SINCERE's stays below zero.",
        table=pd.DataFrame({"cosine": forces.cosines, "SupCon": forces.supcon, "SINCERE": forces.sincere}),
    )


def pair_force_option(scene: PairScene, forces: PairForces) -> dict[str, object]:
    """The same curves for ECharts: where no other chart is on the page, they appear a second sooner than by Plotly."""
    series = [_line(name, title, forces.cosines, values) for name, title, values in _curves(forces)]
    turn = turning_point(scene)
    label = {"formatter": _TURN.format(turn), "position": "end", "color": TRUTH}
    quiet = {"color": TRUTH, "width": 1}
    marks: list[dict[str, object]] = [{"yAxis": 0, "label": {"show": False}, "lineStyle": {**quiet, "type": "solid"}}]
    if turn < forces.cosines.max():
        marks.append({"xAxis": turn, "label": label, "lineStyle": {**quiet, "type": "dotted"}})
    series[0]["markLine"] = {"silent": True, "symbol": "none", "data": marks}
    grid = {"lineStyle": {"color": _GRID}}
    axis = {
        "type": "value",
        "nameLocation": "middle",
        "splitLine": grid,
        "axisLine": {"show": False},
        "axisTick": {"show": False},
    }
    return {
        "animation": False,
        "legend": {"top": 0, "left": 60, "icon": "rect", "itemHeight": 3},
        "tooltip": {"trigger": "axis", "valueFormatter": "%.3f"},
        "grid": {"left": 50, "right": 16, "top": 56, "bottom": 30},
        "xAxis": {**axis, "name": _X, "nameGap": 32, "min": float(forces.cosines.min()), "max": 1, "interval": 0.25},
        "yAxis": {**axis, "name": _Y, "nameGap": 36},
        "series": series,
    }


def _curves(forces: PairForces) -> tuple[tuple[str, str, np.ndarray], ...]:
    return ("supcon", "SupCon", forces.supcon), ("sincere", "SINCERE", forces.sincere)


def _line(name: str, title: str, x: np.ndarray, y: np.ndarray) -> dict[str, object]:
    style = LOSS_STYLES[name]
    return {
        "type": "line",
        "name": title,
        "data": np.stack([x, y], axis=1).tolist(),
        "showSymbol": False,
        "itemStyle": {"color": style.colour},
        "lineStyle": {"color": style.colour, "width": 2.5, "type": LINES[style.dash]},
    }
