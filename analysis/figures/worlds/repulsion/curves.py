"""World 2 over its steps: what acts within classes, and where the vectors come to lie."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number
from analysis.figures.bands import Cell, add_curve, add_optimum, band_sentence
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import wrapped
from analysis.figures.theme import layout
from analysis.figures.worlds.repulsion.places import listed
from losses.catalog import CATALOG, unit_of
from toy_models.repulsion import LOSSES, Optimum, Reference, Trace

_PANELS = {
    "repelling_share": "same-class pairs that repel (share)",
    "push_to_pull": "push to pull within classes",
    "positive_share": "same-class share of the denominator",
    "same_cosine": "mean same-class cosine",
    "noise_cosine": "mean noise cosine",
    "margin": "margin (cosine)",
    "same_force": "mean force, same class ({unit}/cosine)",
    "noise_force": "mean force, noise ({unit}/cosine)",
    "loss": "loss ({unit})",
}
_COLUMNS = 3
_KNOWN = ("repelling_share", "same_cosine", "noise_cosine", "margin", "loss")


def repulsion_curves(trace: Trace, answer: Reference) -> Exhibit:
    """Nine curves against steps: median over seeds, band from lowest to highest, the exact optimum dotted."""
    rows = len(_PANELS) // _COLUMNS
    titles = [wrapped(title) for title in _panels(trace.spec.losses).values()]
    plot = make_subplots(rows, _COLUMNS, subplot_titles=titles, vertical_spacing=0.12)
    layout(plot, x="", y="", height=900)
    plot.update_layout(margin={"l": 50, "r": 16, "t": 100, "b": 50}, legend={"y": 1.05})
    plot.update_annotations(font_size=13)
    plot.update_xaxes(title_text="step", row=rows)
    for panel, metric in enumerate(_PANELS):
        cell = Cell(panel // _COLUMNS + 1, panel % _COLUMNS + 1)
        for index, name in enumerate(trace.spec.losses):
            _add_loss(plot, trace, metric, index, cell)
            _add_optimum(plot, trace, metric, name, answer.optima[index], cell)
    for panel in range(2):
        plot.update_yaxes(range=[-0.03, 1.03], row=1, col=panel + 1)
    return Exhibit(
        stem="repulsion-curves",
        title=_title(trace),
        plot=plot,
        how_to_read=_how_to_read(trace, answer),
        alt=_alt(trace),
        table=_table(trace),
    )


def _panels(losses: Sequence[str]) -> dict[str, str]:
    """Metric -> its title with the unit of these losses."""
    return {metric: title.format(unit=unit_of(losses)) for metric, title in _PANELS.items()}


def _add_loss(plot: go.Figure, trace: Trace, metric: str, index: int, cell: Cell) -> None:
    """Median line with the loss's dash and markers, and the band if there is more than one seed."""
    name, values = trace.spec.losses[index], getattr(trace, metric)[:, index]  # (T, S)
    if np.isnan(values).all():
        return  # nothing to measure: no noise in the batch, or nothing that pulls
    in_legend = metric == "repelling_share"
    add_curve(plot, trace.steps, values, name, LOSSES[name], cell, in_legend=in_legend)


def _add_optimum(plot: go.Figure, trace: Trace, metric: str, name: str, optimum: Optimum | None, cell: Cell) -> None:
    if optimum is None or metric not in _KNOWN or np.isnan(getattr(optimum, metric)):
        return
    add_optimum(plot, trace.spec.steps, getattr(optimum, metric), name, LOSSES[name], cell)


def _title(trace: Trace) -> str:
    """What is the case at the moment when each loss repels most."""
    most = trace.repelling_share.max(axis=(0, 2))
    said = [f"{LOSSES[name]} {share:.0%}" for name, share in zip(trace.spec.losses, most, strict=True) if share]
    none = [LOSSES[name] for name, share in zip(trace.spec.losses, most, strict=True) if not share]
    if not said:
        return "No loss here pushes a single same-class pair apart, at any step"
    never = f"; {listed(none)} never a single one" if none else ""
    return f"Same-class pairs that repel, at the most: {listed(said)}{never}"


def _how_to_read(trace: Trace, answer: Reference) -> str:
    text = (
        "A pair repels where the derivative of the anchor's loss by its cosine is above 0. Push to pull adds up the"
        " derivatives above 0 and those below 0 on same-class pairs: at 1 a class is not drawn together at all. The"
        " margin is the median nearest same-class cosine minus the median nearest noise cosine."
    )
    if any(answer.optima):
        text += " A dotted line is the loss's exact optimum: points at the corners of a regular simplex."
    for entry in (CATALOG[name] for name in trace.spec.losses):
        if entry.contrast.positives == "view" and trace.spec.per_class > 2:
            text += f" {entry.title} knows no classes: all of a class but the other view is noise to it."
    return text + band_sentence(trace.spec.seeds)


def _alt(trace: Trace) -> str:
    last = [
        f"{LOSSES[name]} {number(share, least=2)} and {number(cosine, least=2)}"
        for name, share, cosine in zip(
            trace.spec.losses,
            trace.repelling_share[-1].mean(axis=1),
            trace.same_cosine[-1].mean(axis=1),
            strict=True,
        )
    ]
    return f"Nine curves to step {trace.steps[-1]}. Repelling share and same-class cosine there: {listed(last)}."


def _table(trace: Trace) -> pd.DataFrame:
    curves = trace.table()
    identity = {"loss": curves.loss_name, "seed": curves.seed, "step": curves.step, "seconds": curves.seconds}
    titles = _panels(trace.spec.losses)
    named = {"mean " * (metric == "loss") + title: metric for metric, title in titles.items()}
    return pd.DataFrame(
        {
            **identity,
            **{title: getattr(curves, metric) for title, metric in named.items()},
            f"gradient norm ({unit_of(trace.spec.losses)}/radian)": curves.gradient_norm,
        }
    )
