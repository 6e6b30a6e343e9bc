"""The spectrum of the embeddings, and where they lie between collapse and the uniform sphere."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import interval, number, value_of
from analysis.figures.exhibit import Exhibit
from analysis.figures.splits import items_of
from analysis.figures.theme import BLUE, GREEN, TRUTH, layout
from analysis.geometry.item_statistics import MOST_ITEMS
from analysis.geometry.spectrum import Spectrum
from analysis.geometry.sphere_spread import Spread, uniform_on_sphere
from analysis.statistics.bootstrap import Estimate, Unavailable

_TICKS = [digit * 10**power for power in range(4) for digit in (1, 2, 5)]
_BAND = "rgba(0,114,178,0.2)"


def spectrum_figure(found: Spectrum, of: str) -> Exhibit:
    """Share of the variance along each principal axis, and of all up to it."""
    axes = np.arange(1, len(found.shares) + 1)
    plot = make_subplots(1, 2, horizontal_spacing=0.12)
    layout(plot, x="principal axis", y="share of variance", height=400)
    around = np.concatenate([found.high, found.low[::-1]])
    there_and_back = np.concatenate([axes, axes[::-1]])
    band = {"mode": "none", "fill": "toself", "fillcolor": _BAND, "name": "95 % interval", "hoverinfo": "skip"}
    plot.add_scatter(x=there_and_back, y=np.maximum(around, 1e-9), **band, row=1, col=1)
    line = {"color": BLUE, "width": 2}
    plot.add_scatter(x=axes, y=found.shares, mode="lines+markers", line=line, name="one axis", row=1, col=1)
    dashed = {"color": GREEN, "dash": "dash", "width": 2}
    plot.add_scatter(x=axes, y=found.cumulative, mode="lines", line=dashed, name="all up to it", row=1, col=2)
    plot.update_xaxes(type="log", title_text="principal axis", tickvals=[t for t in _TICKS if t <= len(axes)])
    floor = max(1e-6, float(found.shares[found.shares > 0].min()) / 2)
    plot.update_yaxes(type="log", range=[np.log10(floor), 0.05], exponentformat="power", dtick=1, row=1, col=1)
    plot.update_yaxes(title_text="cumulative share", range=[0, 1.03], row=1, col=2)
    rank = found.effective_rank
    return Exhibit(
        stem="-".join(filter(None, ("spectrum", of))),
        title=f"How many directions do the embeddings use? Effective rank {interval(rank, least=1)} of {len(axes)}",
        plot=plot,
        how_to_read=(
            f"Variance of {items_of(of, found.items)} along their principal axes, largest first. "
            f"{found.axes_for(0.9)} axes hold 90 % of it, {found.axes_for(0.99)} hold 99 %. Effective rank: exp of the "
            f"entropy of the shares; participation ratio {interval(found.participation, least=1)}. Equal shares would "
            f"give {len(axes)}. Intervals by the infinitesimal jackknife over items; both numbers fall short of the "
            "truth where items are not many times as many as dimensions, which no interval shows."
        ),
        alt=f"Effective rank {interval(rank, least=1)} of {len(axes)}; {found.axes_for(0.9)} axes hold 90 % of it.",
        table=pd.DataFrame(
            {
                "axis": axes,
                "share": found.shares,
                "low": found.low,
                "high": found.high,
                "cumulative": found.cumulative,
            }
        ),
    )


def spread_figure(found: Spread, dimensions: int, of: str) -> Exhibit:
    """Alignment against uniformity: one point with both intervals, beside collapse and the uniform sphere."""
    plot = layout(go.Figure(), x="uniformity (log mean exp(-2 |x - y|²))", y="alignment (mean |x - y|²)", height=400)
    uniform = uniform_on_sphere(dimensions)
    marks = (("one point: collapse", 0.0, 0.0, "x"), ("uniform law, labels at random", uniform, 2.0, "diamond-open"))
    for name, x, y, symbol in marks:
        marker = {"color": TRUTH, "symbol": symbol, "size": 12}
        plot.add_scatter(x=[x], y=[y], mode="markers", name=name, marker=marker)
    if isinstance(found.uniformity, Estimate) and isinstance(found.alignment, Estimate):
        plot.add_scatter(
            x=[found.uniformity.value],
            y=[found.alignment.value],
            error_x=_bars(found.uniformity),
            error_y=_bars(found.alignment),
            mode="markers",
            name=items_of(of),
            marker={"color": BLUE, "symbol": "circle", "size": 9},
        )
    values = {"alignment": found.alignment, "uniformity": found.uniformity}
    sampled = f"Uniformity is over {MOST_ITEMS:,} of them, drawn. " if found.items > MOST_ITEMS else ""
    return Exhibit(
        stem="-".join(filter(None, ("spread", of))),
        title="Are classes tight while the whole is spread out? "
        + ", ".join(f"{name} {_short(value)}" for name, value in values.items()),
        plot=plot,
        how_to_read=(
            f"{'; '.join(f'{name.capitalize()} {_said(value)}' for name, value in values.items())}. {found.items:,} "
            f"{items_of(of)}, {found.pairs:,} pairs of one class (Wang and Isola take two views of one image). "
            f"{sampled}Better is down and left. The uniform law in {dimensions} dimensions is at {number(uniform)}."
        ),
        alt="; ".join(f"{name} {_said(value)}" for name, value in values.items()),
        table=pd.DataFrame([_row(name, value) for name, value in values.items()]),
    )


def _bars(found: Estimate) -> dict[str, object]:
    ends = {"array": [found.high - found.value], "arrayminus": [found.value - found.low]}
    return {"symmetric": False, **ends, "color": BLUE, "thickness": 2, "width": 6}


def _short(found: Estimate | Unavailable) -> str:
    return "not available" if isinstance(found, Unavailable) else value_of(found)


def _said(found: Estimate | Unavailable) -> str:
    return f"not available, {found.reason}" if isinstance(found, Unavailable) else interval(found)


def _row(name: str, found: Estimate | Unavailable) -> dict[str, object]:
    if isinstance(found, Unavailable):
        return {"quantity": name, "not available": found.reason}
    return {"quantity": name, "value": found.value, "low": found.low, "high": found.high}
