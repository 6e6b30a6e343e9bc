"""World 1 over training: what each loss learns, held against the exact optimum of each."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number
from analysis.figures.bands import Cell, add_curve, add_optimum, band_sentence, table_of_runs
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import wrapped
from analysis.figures.theme import TRUTH, layout
from analysis.figures.worlds.simplex.titles import of_curves
from toy_models.simplex import LOSSES, Reference, Trace

_SMALLEST = 1e-4  # below this a divergence is drawn on the axis' lower edge
_PANELS = {
    "kl_density": "KL to the true density (nats)",
    "kl_mean": "KL of the mean label (nats)",
    "information_bound": "bound of I(X; W) (nats)",
}
_TABLE = {
    "KL to the true density (nats)": "kl_density",
    "KL of the mean label (nats)": "kl_mean",
    "training loss (nats)": "loss",
    "bound of I(X; W) (nats)": "information_bound",
    "gradient norm": "gradient_norm",
}


def learning_curves(trace: Trace, answer: Reference) -> Exhibit:
    """The two divergences and the information bound against steps: median over seeds, band from lowest to highest."""
    titles = [wrapped(title, 16) for title in _PANELS.values()]
    plot = make_subplots(1, 3, subplot_titles=titles, horizontal_spacing=0.07)
    layout(plot, x="training step", y="", height=460)
    plot.update_annotations(font_size=13)
    plot.update_layout(margin={"l": 50, "r": 16, "t": 124, "b": 50}, legend={"y": 1.12})
    plot.update_xaxes(title_font_size=13, nticks=4)
    for column, metric in enumerate(_PANELS, start=1):
        for row, name in enumerate(trace.spec.losses):
            _add_loss(plot, trace, metric, row, column)
            _add_floor(plot, trace, getattr(answer.floors[row], metric), name, column)
    _add_truth(plot, trace, answer)
    for column in (1, 2):
        plot.update_yaxes(type="log", range=[np.log10(_SMALLEST), 0.5], dtick=1, col=column)
    bounds = trace.information_bound
    low = min(-0.1, float(np.quantile(bounds[np.isfinite(bounds)], 0.02))) if np.isfinite(bounds).any() else -0.1
    plot.update_yaxes(range=[max(low, -0.5), 1.15 * max(answer.mutual_information, 0.1)], col=3)
    return Exhibit(
        stem="simplex-curves",
        title=of_curves(trace, answer),
        plot=plot,
        how_to_read=_how_to_read(trace),
        alt=_alt(trace),
        table=table_of_runs(trace.table(), _TABLE),
    )


def _add_loss(plot: go.Figure, trace: Trace, metric: str, row: int, column: int) -> None:
    """Median line with the loss's dash and markers, and the band if there is more than one seed."""
    name, values = trace.spec.losses[row], getattr(trace, metric)[:, row]  # (T, S)
    values = values.clip(_SMALLEST) if metric != "information_bound" else np.where(np.isfinite(values), values, np.nan)
    cell = Cell(1, column)
    add_curve(plot, trace.steps, values, name, LOSSES[name], cell, in_legend=column == 1)


def _add_floor(plot: go.Figure, trace: Trace, floor: float, name: str, column: int) -> None:
    """Where the loss ends with unlimited data; a floor of 0 lies below a logarithmic axis."""
    if not np.isfinite(floor) or (column < 3 and floor < _SMALLEST):
        return
    add_optimum(plot, trace.spec.steps, floor, name, LOSSES[name], Cell(1, column))


def _add_truth(plot: go.Figure, trace: Trace, answer: Reference) -> None:
    plot.add_scatter(
        x=[0, trace.spec.steps],
        y=[answer.mutual_information] * 2,
        mode="lines",
        line={"color": TRUTH, "width": 3},
        name=f"true I(X; W) = {number(answer.mutual_information)} nats",
        hovertemplate="true I(X; W): %{y:.6~g}<extra></extra>",
        row=1,
        col=3,
    )


def _how_to_read(trace: Trace) -> str:
    return (
        "Lower is better on the left and in the middle, higher on the right. A dotted line is where its loss ends with "
        "unlimited data and an unlimited batch, solved exactly; a floor of 0 lies below the logarithmic axis. On the "
        "right, log N - loss for an unlimited batch (H(label) - loss without candidates; for a density, how far it "
        "is above the marginal of the labels): it never exceeds the true "
        f"information. All three are exact sums over the grid.{band_sentence(trace.spec.seeds)}"
    )


def _alt(trace: Trace) -> str:
    last = ", ".join(
        f"{LOSSES[name]} {number(trace.kl_density[-1, row].mean())} and {number(trace.kl_mean[-1, row].mean())}"
        for row, name in enumerate(trace.spec.losses)
    )
    return f"Curves over {trace.steps[-1]} steps. KL to the density and of the mean label at the end, in nats: {last}."
