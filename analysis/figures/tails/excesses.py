"""A tail fitted: its histogram, its quantiles against the law's, and its shape against the threshold."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import apart, bounded, decimals, fixed, number, percent
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import BLUE, GREY, ORANGE, PURPLE, TRUTH, layout
from analysis.tails.excesses import TailFit, ThresholdScan, quantiles

_BINS = 40
_SHARES = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001]
_PARETO, _EXPONENTIAL = "generalised Pareto", "exponential (xi = 0)"


def tail_histogram(fit: TailFit) -> Exhibit:
    """Density of the excesses beside the fitted law and the exponential law, each with its own scale."""
    heights, edges = np.histogram(fit.excesses, bins=_BINS, density=True)
    counts = np.histogram(fit.excesses, bins=edges)[0]
    end = fit.endpoint - fit.threshold
    grid = np.linspace(0, min(end, 1.5 * float(edges[-1])), 200)
    plot = layout(go.Figure(), x="excess over the threshold (cosine)", y="density", height=380)
    plot.add_bar(
        x=edges[:-1], y=heights, width=np.diff(edges), offset=0, name="excesses", marker_color=GREY, opacity=0.5
    )
    curves = ((_PARETO, _density(fit, grid), BLUE, "solid"), (_EXPONENTIAL, _exponential(fit, grid), ORANGE, "dash"))
    for name, values, colour, dash in curves:
        plot.add_scatter(x=grid, y=values, mode="lines", name=name, line={"color": colour, "dash": dash, "width": 2.5})
    if end < 2 * edges[-1]:
        plot.add_vline(
            end,
            line={"color": BLUE, "dash": "dot"},
            annotation_text=f"fitted endpoint {_cosine(fit, fit.endpoint)} ",
            annotation_position="top left",
        )
    return Exhibit(
        stem="tail",
        title=verdict(fit),
        plot=plot,
        how_to_read=(
            f"{len(fit.excesses):,} of {fit.cosines:,} cosines lie above {_cosine(fit, fit.threshold)}, the"
            f" {percent(fit.quantile, least=2)} quantile. The solid curve is fitted by maximum likelihood;"
            f"{_endpoint(fit)} The dashed curve is the exponential law, fitted on its own."
            f" ΔAIC = {fit.delta_aic:.1f} for the former, with excesses taken as independent. The interval resamples"
            f" {fit.resampled}.{_boundary(fit)}"
        ),
        alt=f"Histogram of excesses with two densities; xi = {bounded(fit.xi)[0]}, sigma = {number(fit.sigma)}.",
        table=pd.DataFrame(
            {
                "from (cosine)": fit.threshold + edges[:-1],
                "to (cosine)": fit.threshold + edges[1:],
                "excesses": counts,
                "density": heights,
                _PARETO: _density(fit, (edges[1:] + edges[:-1]) / 2),
                _EXPONENTIAL: _exponential(fit, (edges[1:] + edges[:-1]) / 2),
            }
        ),
    )


def quantile_plot(fit: TailFit) -> Exhibit:
    """Observed excesses against the quantiles of the fitted law, with where 95 % of observations would lie."""
    found = quantiles(fit)
    plot = layout(go.Figure(), x="excess by the fitted law (cosine)", y="observed excess (cosine)", height=420)
    band = {"mode": "none", "fill": "toself", "fillcolor": BLUE, "opacity": 0.18, "name": "95 % of observations"}
    around = np.concatenate([found.low, found.high[::-1]])
    plot.add_scatter(x=np.concatenate([found.model, found.model[::-1]]), y=around, hoverinfo="skip", **band)
    ends = [0, float(found.model[-1])]
    plot.add_scatter(x=ends, y=ends, mode="lines", name="equal", line={"color": TRUTH, "dash": "dot"})
    # No two cosines are further apart than 2, however far a law without endpoint reaches.
    plot.update_yaxes(range=[0, 1.05 * min(2.0, float(found.high[-1]))])
    marker = {"color": BLUE, "symbol": "circle", "size": 6}
    plot.add_scatter(x=found.model, y=found.observed, mode="markers", name="excesses", marker=marker)
    outside = int(((found.observed < found.low) | (found.observed > found.high)).sum())
    return Exhibit(
        stem="tail-quantiles",
        title=f"Does the law hold out to the largest cosine? {outside} of {len(found.model)} marks leave its band",
        plot=plot,
        how_to_read=(
            "On the dotted line the data is as the law says. The band is exact for each mark alone, so about one mark"
            " in twenty may leave it, and neighbours leave it together. Marks thin out to the left: each rank is"
            " there only at the top."
        ),
        alt=f"Quantiles of {len(found.model)} excesses against the fitted law; {outside} outside the 95 % band.",
        table=pd.DataFrame(
            {"law": found.model, "observed": found.observed, "2.5 % of law": found.low, "97.5 % of law": found.high}
        ),
    )


def threshold_plot(scan: ThresholdScan, exact: np.ndarray | None = None, limit: float | None = None) -> Exhibit:
    """xi against the threshold with its interval; where they are known, the exact value and the limit."""
    plot = layout(go.Figure(), x="share of cosines above the threshold", y="shape xi", height=420)
    share = 1 - scan.quantile
    bars = {"type": "data", "symmetric": False, "array": scan.high - scan.xi, "arrayminus": scan.xi - scan.low}
    marker = {"color": BLUE, "symbol": "circle", "size": 8}
    plot.add_scatter(x=share, y=scan.xi, error_y=bars, mode="markers", name="fitted, 95 %", marker=marker)
    if exact is not None:
        line = {"color": PURPLE, "width": 2.5}
        plot.add_scatter(x=share, y=exact, mode="lines", name="exact at this threshold", line=line)
    if limit is not None:
        plot.add_hline(limit, line={"color": TRUTH, "dash": "dash"}, annotation_text=f"limit {number(limit)}")
    plot.add_hline(0, line={"color": ORANGE, "dash": "dot", "width": 1}, annotation_text="Gumbel, xi = 0")
    plot.update_xaxes(type="log", autorange="reversed", tickformat="~%", tickvals=_SHARES)
    return Exhibit(
        stem="tail-thresholds",
        title=_scan_title(scan, exact, limit),
        plot=plot,
        how_to_read=(
            "To the right the threshold rises and fewer excesses are left, so the intervals widen. Marks share their"
            " data and move together. A limit theorem speaks of the far right end, where nothing is left to fit."
        ),
        alt=f"Shape against threshold at {len(scan.xi)} thresholds, from {' to '.join(apart(scan.xi[[0, -1]]))}.",
        table=pd.DataFrame(
            {
                "quantile": scan.quantile,
                "threshold (cosine)": scan.threshold,
                "excesses": scan.excesses,
                "xi": scan.xi,
                "low": scan.low,
                "high": scan.high,
                **({} if exact is None else {"exact xi": exact}),
            }
        ),
    )


def verdict(fit: TailFit) -> str:
    """What the interval says of an endpoint."""
    value, low, high = bounded(fit.xi)
    shape = f"xi = {value} [{low}, {high}]"
    if fit.at_boundary:
        return "The likelihood has no maximum above xi = -1: the tail ends abruptly"
    if fit.xi.high < 0:
        return f"{shape}: at this threshold the tail has an endpoint"
    if fit.xi.low > 0:
        return f"{shape}: at this threshold the tail is heavy, without an endpoint"
    return f"{shape}: this tail cannot be told from an exponential one"


def _scan_title(scan: ThresholdScan, exact: np.ndarray | None, limit: float | None) -> str:
    if exact is None or limit is None:
        return "How does the shape depend on the threshold?"
    holds = int(((scan.low <= exact) & (exact <= scan.high)).sum())
    missed = int(((scan.low > limit) | (limit > scan.high)).sum())
    return f"{holds} of {len(scan.xi)} intervals hold the exact value of their threshold; {missed} miss the limit"


def _endpoint(fit: TailFit) -> str:
    return f" it ends at a cosine of {_cosine(fit, fit.endpoint)}." if fit.xi.value < 0 else " it has no endpoint."


def _cosine(fit: TailFit, value: float) -> str:
    """With the digits that the excesses, which are its distances from the threshold, need."""
    return fixed(value, min(decimals(float(fit.excesses[-1])), 15))


def _boundary(fit: TailFit) -> str:
    return " Here xi = -1 stands for a likelihood without a maximum above it." if fit.at_boundary else ""


def _density(fit: TailFit, x: np.ndarray) -> np.ndarray:
    """Of the fitted law at excesses x; 0 beyond its endpoint."""
    xi = fit.xi.value
    if xi == 0:
        return np.exp(-x / fit.sigma) / fit.sigma
    base = np.maximum(1 + xi * x / fit.sigma, 0)
    with np.errstate(divide="ignore"):
        return np.where(base > 0, base ** (-1 / xi - 1) / fit.sigma, 0)


def _exponential(fit: TailFit, x: np.ndarray) -> np.ndarray:
    return np.exp(-x / fit.exponential) / fit.exponential
