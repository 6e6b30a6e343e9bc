"""How much three fits of a softmax scatter: n times the variance, against n and against temperature, beside theory."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import TRUTH, Style, layout
from analysis.figures.worlds.noise_floor.error import STYLES
from toy_models.noise_floor import NoiseFloorSpec
from toy_models.noise_floor.variance import (
    ESTIMATES,
    FREE,
    TEMPERATURES,
    MeasuredVariances,
    VarianceRate,
    measured_variances,
    variance_rates,
)

_NORMAL = 1.96
_STYLES = {FREE: Style(TRUTH, "solid", "square-open"), **STYLES}
_SIZES = {FREE: 13, "weibit": 10, "softmax": 7}  # where they coincide, all are seen


def variance_at_any_temperature(spec: NoiseFloorSpec) -> Exhibit:
    """The log-odds' n x variance against n on the left; on the right, at the largest n, as each temperature reports it
    (the gap of the utilities) and after division by the temperature."""
    rates, found = variance_rates(spec), measured_variances(spec)
    plot = make_subplots(1, 2, horizontal_spacing=0.12)
    layout(plot, x="draws n", y="n × variance of the log-odds (nats²)", height=460)
    for row, (name, title) in enumerate(ESTIMATES.items()):
        _add_estimate(plot, spec, rates[row], found, row, name, title)
    ends = np.array([spec.draws[0] / 1.3, spec.draws[-1] * 1.3])
    plot.update_xaxes(type="log", range=np.log10(ends), tickvals=_ticks(spec), tickformat=",", row=1, col=1)
    plot.update_xaxes(type="log", title_text="temperature τ", tickvals=TEMPERATURES, row=1, col=2)
    title = f"n × variance at n = {spec.draws[-1]:,} (nats²)"
    plot.update_yaxes(type="log", title_text=title, dtick=1, row=1, col=2)
    plot.update_yaxes(rangemode="tozero", row=1, col=1)
    plot.update_layout(legend={"yanchor": "top", "y": -0.2})
    return Exhibit(
        stem="noise-floor-variance",
        title=_title(rates),
        plot=plot,
        how_to_read=_how_to_read(spec, rates, found),
        alt="; ".join(
            f"{title}: n × variance {found.value[row, -1]:.4g} at n = {spec.draws[-1]:,}, exact limit"
            f" {number(rates[row].log_odds_rate)}"
            for row, title in enumerate(ESTIMATES.values())
        ),
        table=_table(spec, rates, found),
    )


def _add_estimate(
    plot: go.Figure, spec: NoiseFloorSpec, rate: VarianceRate, found: MeasuredVariances, row: int, name: str, title: str
) -> None:
    style, exact = _STYLES[name], rate.log_odds_rate
    dashed = {"color": style.colour, "dash": "dash", "width": 1.5}
    marks = {
        "mode": "markers",
        "marker": {
            "symbol": style.symbol,
            "size": _SIZES[name],
            "color": style.colour,
            "line": {"width": 2, "color": style.colour},
        },
        "legendgroup": name,
    }
    ends = [spec.draws[0] / 1.2, spec.draws[-1] * 1.2]
    plot.add_scatter(
        x=ends, y=[exact] * 2, mode="lines", line=dashed, name=f"{title}: exact limit", legendgroup=name, row=1, col=1
    )
    bars = {"type": "data", "array": _NORMAL * found.standard_error[row], "thickness": 1.5, "width": 6}
    plot.add_scatter(
        x=list(spec.draws), y=found.value[row], error_y=bars, name=title, **marks, row=1, col=1,
        hovertemplate="n = %{x:,}: %{y:.5g}<extra></extra>",
    )  # fmt: skip
    tau, last = np.array(TEMPERATURES), found.value[row, -1]
    for power, measured, line in (
        (2, last * tau**2, dashed),
        (0, np.repeat(last, len(tau)), {**dashed, "dash": "dot"}),
    ):
        plot.add_scatter(
            x=tau, y=exact * tau**power, mode="lines", line=line, showlegend=False, hoverinfo="skip", row=1, col=2
        )
        plot.add_scatter(
            x=tau, y=measured, **marks, showlegend=False, row=1, col=2,
            hovertemplate="τ = %{x}: %{y:.5g}<extra></extra>",
        )  # fmt: skip


def _ticks(spec: NoiseFloorSpec) -> list[int]:
    """Values n that have room for their numbers in half a page."""
    ticks = [spec.draws[-1]]
    for n in reversed(spec.draws):
        if ticks[-1] >= 2.4 * n:
            ticks.append(n)
    return ticks


def _title(rates: tuple[VarianceRate, ...]) -> str:
    limits = [rate.log_odds_rate for rate in rates]
    if np.ptp(limits) < 1e-9 * max(limits):
        return f"n × variance tends to {number(limits[0])} at every temperature, whichever softmax is fitted"
    said = dict(zip(ESTIMATES, limits, strict=True))
    return (
        f"At every temperature n × variance tends to {number(said['weibit'])} (Weibit), {number(said[FREE])}"
        f" (unrestricted) and {number(said['softmax'])} (restricted softmax)"
    )


def _how_to_read(spec: NoiseFloorSpec, rates: tuple[VarianceRate, ...], found: MeasuredVariances) -> str:
    softmax = rates[list(ESTIMATES).index("softmax")]
    lost = int(found.infinite.max())
    return (
        f"Left: n times the variance of {spec.repetitions:,} estimates of the last score's log-odds around their own"
        " mean, with its 95 % interval; dashed is the exact limit. Right: at temperature τ a softmax reports a gap with"
        " τ² times the variance (dashed), and the gap divided by τ as ever (dotted). It is the scatter around what an"
        " estimate tends to, right or wrong: the restricted softmax tends to the slope"
        f" {number(softmax.limit, least=4)}, whose variance is {number(softmax.rate, least=4)} / n."
        + (f" Infinite estimates are left out: {lost:,} at most at one n." if lost else "")
    )


def _table(spec: NoiseFloorSpec, rates: tuple[VarianceRate, ...], found: MeasuredVariances) -> pd.DataFrame:
    count = len(spec.draws)
    return pd.DataFrame(
        {
            "estimate": np.repeat(list(ESTIMATES.values()), count),
            "n": np.tile(np.array(spec.draws), len(ESTIMATES)),
            "n × variance (nats²)": found.value.ravel(),
            "standard error": found.standard_error.ravel(),
            "exact limit (nats²)": np.repeat([rate.log_odds_rate for rate in rates], count),
            "tends to, log-odds (nats)": np.repeat([rate.log_odds for rate in rates], count),
            "tends to, own unit": np.repeat([rate.limit for rate in rates], count),
            "exact limit, own unit": np.repeat([rate.rate for rate in rates], count),
            "infinite estimates": found.infinite.ravel(),
        }
    )
