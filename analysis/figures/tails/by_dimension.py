"""The shape of random cosines against the dimension: fitted, exact at the threshold, and in the limit."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import number, percent
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import BLUE, PURPLE, TRUTH, layout
from analysis.tails.sphere_study import ShapeByDimension, SphereTailSpec


def dimension_plot(spec: SphereTailSpec, found: ShapeByDimension) -> Exhibit:
    """xi against D on a logarithmic axis."""
    plot = layout(go.Figure(), x="dimensions D", y="shape xi", height=420)
    bars = {"type": "data", "symmetric": False, "array": found.high - found.xi, "arrayminus": found.xi - found.low}
    marker, x = {"color": BLUE, "symbol": "circle", "size": 9}, found.dimensions
    plot.add_scatter(x=x, y=found.xi, error_y=bars, mode="markers", name="fitted, 95 %", marker=marker)
    line = {"color": PURPLE, "width": 2.5}
    plot.add_scatter(x=x, y=found.exact, mode="lines", name="exact at this threshold", line=line)
    dashed = {"color": TRUTH, "dash": "dash", "width": 2}
    plot.add_scatter(x=x, y=found.limit, mode="lines", name="limit -2 / (D - 1)", line=dashed)
    plot.update_xaxes(type="log", tickvals=list(x))
    return Exhibit(
        stem="tail-dimensions",
        title=_title(found),
        plot=plot,
        how_to_read=(
            f"{spec.cosines:,} random cosines in each dimension, fitted above their {percent(spec.quantile, least=2)}"
            " quantile. The solid line is what maximum likelihood gives on the exact law of the excesses, at this"
            " threshold and this number of them. The dashed line is the limit of an infinitely high threshold."
            " Where they part, a tail that is almost Gumbel in the limit has a finite endpoint at every threshold that"
            " one can afford."
        ),
        alt=", ".join(f"D = {d}: fitted {number(xi)}" for d, xi in zip(x, found.xi, strict=True)) + ".",
        table=pd.DataFrame(
            {
                "D": x,
                "fitted xi": found.xi,
                "low": found.low,
                "high": found.high,
                "exact xi": found.exact,
                "limit": found.limit,
            }
        ),
    )


def _title(found: ShapeByDimension) -> str:
    held = int(((found.low <= found.exact) & (found.exact <= found.high)).sum())
    missed = found.dimensions[(found.low > found.limit) | (found.limit > found.high)]
    limits = f"the limit is missed at D = {', '.join(map(str, missed))}" if len(missed) else "so are all limits"
    return f"{held} of {len(np.atleast_1d(found.xi))} intervals hold the exact shape; {limits}"
