"""WEINCE's evidence replayed: where each anchor stands between its two gates, as training moves it."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.figures.exhibit import Exhibit
from analysis.figures.player import add_player
from analysis.figures.theme import SEQUENTIAL, TRUTH, layout
from toy_models.two_views import LOSSES, Trace

_MOST_FRAMES = 40


def evidence_replay(trace: Trace, seed: int = 0) -> Exhibit:
    """Every anchor of one seed at (ρ, ΔAIC), coloured by lam, a panel a loss, on a slider over steps."""
    chosen = np.unique(np.linspace(0, len(trace.steps) - 1, _MOST_FRAMES).round().astype(int))
    titles = tuple(LOSSES[name] for name in trace.spec.losses)
    plot = make_subplots(1, len(titles), subplot_titles=titles, shared_yaxes=True, horizontal_spacing=0.04)
    layout(plot, x="shortfall ρ, 1 - cosine", y="", height=420)
    plot.update_yaxes(title_text="ΔAIC, Gumbel - Weibull", col=1)
    for row, name in enumerate(trace.spec.losses):
        marker = {"coloraxis": "coloraxis", "size": 8, "line": {"width": 0.5, "color": TRUTH}}
        cloud = _cloud(trace, int(chosen[-1]), row, seed)
        cloud["marker"] = {**cloud["marker"], **marker}
        plot.add_scatter(**cloud, mode="markers", name=LOSSES[name], showlegend=False, row=1, col=row + 1)
    plot.add_hline(trace.spec.aic_margin, line={"color": TRUTH, "dash": "dot"})
    _fix_axes(plot, trace, seed)
    plot.frames = [
        go.Frame(
            name=str(int(trace.steps[frame])),
            data=[go.Scatter(**_cloud(trace, int(frame), row, seed)) for row in range(len(titles))],
            traces=list(range(len(titles))),
        )
        for frame in chosen
    ]
    add_player(plot, "after step ", redraw=True)
    return Exhibit(
        stem="two-views-evidence",
        title=_title(trace, seed),
        plot=plot,
        how_to_read=(
            "A mark is an anchor. Left, its hardest negative is near the endpoint; above the dotted line, its tail is"
            " Weibull by more than the margin. Lam, the colour, is high only where both hold, and 'near' means nearer"
            f" than a share {trace.spec.quantile:g} of the batch: the gate moves along with the batch. Seed"
            f" {trace.spec.seed + seed}; move the slider through training, or play it."
        ),
        alt=f"Anchors by shortfall ρ and ΔAIC from step {trace.steps[0]} to {trace.steps[-1]}, coloured by λ.",
        table=_table(trace, chosen, seed),
    )


def _cloud(trace: Trace, frame: int, row: int, seed: int) -> dict[str, dict[str, object]]:
    at = (frame, row, seed)
    return {"x": trace.rho[at], "y": trace.delta_aic[at], "marker": {"color": trace.lam[at]}}


def _fix_axes(plot: go.Figure, trace: Trace, seed: int) -> None:
    """The same axes in all frames, logarithmic in ρ as the gate is."""
    rho, margin = trace.rho[:, :, seed], trace.spec.aic_margin
    ends = np.log10([max(float(rho.min()), 1e-6) / 1.3, float(rho.max()) * 1.3])
    plot.update_xaxes(type="log", range=list(ends))
    low, high = np.quantile(trace.delta_aic[:, :, seed], [0.005, 0.995])
    room = 0.08 * max(high - low, 1.0)
    plot.update_yaxes(range=[min(low, margin) - room, max(high, margin) + room])
    bar = {"title": {"text": "λ"}, "thickness": 14}
    plot.update_layout(coloraxis={"colorscale": SEQUENTIAL, "cmin": 0, "cmax": 1, "colorbar": bar})


def _title(trace: Trace, seed: int) -> str:
    passed = (trace.delta_aic[-1, :, seed] > trace.spec.aic_margin).mean()
    active = (trace.lam[-1, :, seed] > 0.5).mean()
    return f"At the end {passed:.0%} of the anchors pass the ΔAIC gate, and λ exceeds 1/2 for {active:.0%}"


def _table(trace: Trace, chosen: np.ndarray, seed: int) -> pd.DataFrame:
    frames, losses, anchors = len(chosen), len(trace.spec.losses), trace.lam.shape[-1]
    names = [LOSSES[name] for name in trace.spec.losses]
    return pd.DataFrame(
        {
            "step": np.repeat(trace.steps[chosen], losses * anchors),
            "loss": np.tile(np.repeat(names, anchors), frames),
            "anchor": np.tile(np.arange(anchors), frames * losses),
            "ρ": trace.rho[chosen][:, :, seed].ravel(),
            "ΔAIC": trace.delta_aic[chosen][:, :, seed].ravel(),
            "lam": trace.lam[chosen][:, :, seed].ravel(),
        }
    )
