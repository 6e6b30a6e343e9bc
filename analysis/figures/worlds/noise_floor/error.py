"""The noise floor: how far each link's log-odds are from the truth, against the number of draws, beside theory."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import percent
from analysis.figures.exhibit import Exhibit
from analysis.figures.loss_styles import LOSS_STYLES
from analysis.figures.theme import TRUTH, Style, layout
from toy_models.noise_floor import LINKS, NoiseFloorSpec, Reference, Trace

_NORMAL = 1.96
_SHOWN_FLOOR = 1e-9
STYLES: dict[str, Style] = {"weibit": LOSS_STYLES["weibit"], "softmax": LOSS_STYLES["nt_xent"]}
"""Each link looks as the loss that is built on it."""


def error_against_draws(trace: Trace, answer: Reference) -> Exhibit:
    """Mean squared error after all repetitions, with its 95 % interval, and both theory lines."""
    plot = error_panel(trace, answer, len(trace.steps) - 1)
    return Exhibit(
        stem="noise-floor",
        title=verdict(trace, answer),
        plot=plot,
        how_to_read=(
            "Each mark is the mean of (estimate - true log-odds)² over "
            f"{int(trace.repetitions[-1]):,} repetitions, its bar the 95 % interval of that mean. A dashed line is"
            " theory, exact up to 1/n: the link's floor plus its rate divided by n. The dotted line is the floor that"
            f" more data never lowers.{_left_out(trace)}"
        ),
        alt=_alt(trace, answer),
        table=table(trace, answer),
    )


def error_panel(trace: Trace, answer: Reference, frame: int) -> go.Figure:
    """The figure after one of the recorded frames; each link has two traces, its theory and its marks."""
    plot = layout(go.Figure(), x="draws n", y="squared error of the log-odds (nats²)", height=440)
    grid = theory_grid(trace.spec)
    for row, (link, title) in enumerate(LINKS.items()):
        style = STYLES[link]
        line = {"color": style.colour, "dash": "dash", "width": 1.5}
        theory = answer.links[row].squared_error(grid)
        plot.add_scatter(x=grid, y=theory, mode="lines", line=line, name=f"{title}: theory", legendgroup=link)
        plot.add_scatter(**marks(trace, row, frame), **_look(style), name=title, legendgroup=link)
    floor = answer.links[list(LINKS).index("softmax")].floor
    if floor > _SHOWN_FLOOR:
        plot.add_hline(floor, line={"color": TRUTH, "dash": "dot", "width": 1.5})
        # On the right, where only the softmax itself is near: Weibit's line crosses the floor on the left.
        place = {"x": 1, "xref": "paper", "xanchor": "right", "y": np.log10(floor), "yanchor": "top", "yshift": -6}
        plot.add_annotation(text=f"softmax floor {floor:.4g}", showarrow=False, **place)
    low, high = axis_range(trace.spec, answer)
    plot.update_yaxes(type="log", range=[np.log10(low), np.log10(high)], exponentformat="power", dtick=1)
    ends = [np.log10(trace.spec.draws[0] / 1.3), np.log10(trace.spec.draws[-1] * 1.3)]
    plot.update_xaxes(type="log", range=ends, tickvals=list(trace.spec.draws), tickformat=",")
    return plot


def marks(trace: Trace, row: int, frame: int) -> dict[str, object]:
    """Positions and bars of one link's marks after one frame."""
    bars = {"type": "data", "array": _NORMAL * trace.standard_error[frame, row], "thickness": 1.5, "width": 6}
    return {"x": list(trace.spec.draws), "y": trace.squared_error[frame, row], "error_y": bars}


def theory_grid(spec: NoiseFloorSpec) -> np.ndarray:
    """Values of n at which a theory line is drawn."""
    return np.geomspace(spec.draws[0] / 1.2, spec.draws[-1] * 1.2, 40)


def axis_range(spec: NoiseFloorSpec, answer: Reference) -> tuple[float, float]:
    """Squared errors from a third of the smallest in theory to ten times the largest."""
    ends = np.array([spec.draws[0], spec.draws[-1]])
    errors = np.concatenate([link.squared_error(ends) for link in answer.links])
    return float(errors.min()) / 3, float(errors.max()) * 10


def verdict(trace: Trace, answer: Reference) -> str:
    """What the numbers say of the paper's statement, at the largest n."""
    weibit, softmax = trace.squared_error[-1, :, -1]
    if not np.isfinite([weibit, softmax]).all():
        return "At the largest n no repetition has a finite estimate: nothing can be said"
    spread = float(np.hypot(*trace.standard_error[-1, :, -1]))
    n, floor = trace.spec.draws[-1], answer.links[1].floor
    if abs(softmax - weibit) < _NORMAL * spread or np.isclose(softmax, weibit, rtol=1e-9):
        return f"At n = {n:,} the two links cannot be told apart; the softmax floor is {floor:.2g}"
    if softmax > weibit:
        times = f"{softmax / weibit:.3g} times Weibit's"
        return f"Softmax stops at its floor of {floor:.4g}; at n = {n:,} its squared error is {times}"
    return (
        f"At n = {n:,} Weibit's squared error is {weibit / softmax:.3g} times the softmax's, whose floor is {floor:.2g}"
    )


def table(trace: Trace, answer: Reference) -> pd.DataFrame:
    """The last frame beside theory, one row a mark."""
    draws = np.array(trace.spec.draws)
    links, count = len(LINKS), len(draws)
    return pd.DataFrame(
        {
            "link": np.repeat(list(LINKS.values()), count),
            "n": np.tile(draws, links),
            "squared error (nats²)": trace.squared_error[-1].ravel(),
            "standard error": trace.standard_error[-1].ravel(),
            "theory (nats²)": np.concatenate([link.squared_error(draws) for link in answer.links]),
            "floor (nats²)": np.repeat([link.floor for link in answer.links], count),
            "mean error (nats)": trace.bias[-1].ravel(),
            "infinite estimates": trace.infinite[-1].ravel(),
            "expected infinite": np.tile(answer.boundary * trace.repetitions[-1], links),
        }
    )


def _look(style: Style) -> dict[str, object]:
    return {
        "mode": "markers",
        "marker": {"symbol": style.symbol, "size": 10, "color": style.colour},
        "hovertemplate": "n = %{x:,}: %{y:.5g}<extra></extra>",
    }


def _left_out(trace: Trace) -> str:
    lost, total = trace.infinite[-1, 0], trace.repetitions[-1]
    if not lost.any():
        return ""
    worst = int(lost.argmax())
    return (
        f" Where one score won every draw the likelihood has no maximum: {percent(lost[worst] / total, least=2)} of the"
        f" repetitions at n = {trace.spec.draws[worst]:,} are infinite and left out, which flatters the error there."
    )


def _alt(trace: Trace, answer: Reference) -> str:
    n, (weibit, softmax) = trace.spec.draws[-1], trace.squared_error[-1, :, -1]
    return (
        f"Squared error against n on logarithmic axes. At n = {n:,} Weibit {weibit:.3g}, softmax {softmax:.3g};"
        f" softmax floor {answer.links[1].floor:.4g}."
    )
