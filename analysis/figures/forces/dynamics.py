"""Curves of what gradients did over a run, one panel a quantity, several runs on the same axes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number, numbers
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import label, short
from analysis.figures.loss_styles import FURTHER_DASHES, LOSS_STYLES
from analysis.figures.theme import TRUTH, Style, layout
from analysis.forces.training_log import QUANTITIES, Curves, Line, Quantity
from losses.catalog import unit_of

_COLUMNS = 3
_MOST_LEVELS = 6  # said in words
_BY_NAME = {quantity.name: quantity for quantity in QUANTITIES}


def dynamics(runs: Sequence[Curves], names: Sequence[str], *, time: str = "epoch") -> Exhibit:
    """One panel a quantity that any of the runs recorded, in the order of `names`."""
    losses = [run.loss for run in runs]
    shown = [_BY_NAME[name].of(losses) for name in names if any(run.has(name) for run in runs)]
    plot, styles = _panels([quantity.title for quantity in shown], time), _styles(runs)
    for panel, quantity in enumerate(shown):
        place = _place(panel)
        for run, style in zip(runs, styles, strict=True):
            if run.has(quantity.name):
                _add_curve(plot, run, style, quantity.title, run.values[quantity.name], place, first=panel == 0)
        _add_lines(plot, runs, quantity, place)
        if quantity.signed:
            plot.add_hline(0, line={"color": TRUTH, "width": 1}, **place)
        _leave_out_peaks(plot, _recorded(runs, quantity.name), place)
    _add_missing_legends(plot)
    return Exhibit(
        stem="dynamics",
        title=_title(runs),
        plot=plot,
        how_to_read=_how_to_read(runs, shown, time),
        alt=f"{len(shown)} panels against the {time}: {', '.join(quantity.title for quantity in shown)}.",
        table=_table(runs, {quantity.title: quantity.name for quantity in shown}, time),
    )


def layer_norms(runs: Sequence[Curves], *, time: str = "epoch") -> Exhibit:
    """The gradient norm on each layer's weights, one panel a layer."""
    names = list(dict.fromkeys(name for run in runs for name in run.layers))
    plot, styles = _panels(names, time), _styles(runs)
    for panel, name in enumerate(names):
        for run, style in zip(runs, styles, strict=True):
            if name in run.layers:
                _add_curve(plot, run, style, name, run.layers[name], _place(panel), first=panel == 0)
    plot.update_yaxes(matches="y", rangemode="tozero")
    largest = {short(run.title): _largest(run.layers) for run in runs}
    return Exhibit(
        stem="dynamics-layers",
        title="Which layer gets the gradient? " + "; ".join(f"{title}: {name}" for title, name in largest.items()),
        plot=plot,
        how_to_read=(
            "Norm of the mean loss's gradient on the weights of one layer, mean over the batches of an epoch;"
            " all panels have one axis. A layer is a convolution or a linear map with its normalisation."
            " The title names the layer with the largest mean over the run."
        ),
        alt=f"{len(names)} panels, one a layer, with one curve for each of {len(runs)} runs.",
        table=_table(runs, {name: name for name in names}, time, of_layers=True),
    )


def _largest(layers: Mapping[str, np.ndarray]) -> str:
    return max(layers, key=lambda name: float(np.mean(layers[name])))


def _panels(titles: Sequence[str], time: str) -> go.Figure:
    rows = max(1, math.ceil(len(titles) / _COLUMNS))
    gap = 0.3 / rows if rows > 1 else 0.0
    plot = make_subplots(rows, _COLUMNS, subplot_titles=tuple(titles), vertical_spacing=gap, shared_xaxes="all")
    layout(plot, x="", y="", height=90 + 230 * rows)
    plot.update_layout(margin={"l": 50, "r": 16, "t": 80, "b": 50}, legend={"y": 1 + 0.16 / rows})
    plot.update_annotations(font_size=13)
    for panel in range(len(titles)):
        below = panel + _COLUMNS >= len(titles)
        plot.update_xaxes(showticklabels=below, title_text=time if below else "", **_place(panel))
    for panel in range(len(titles), rows * _COLUMNS):
        plot.update_xaxes(visible=False, **_place(panel))
        plot.update_yaxes(visible=False, **_place(panel))
    return plot


def _place(panel: int) -> dict[str, int]:
    return {"row": panel // _COLUMNS + 1, "col": panel % _COLUMNS + 1}


def _styles(runs: Sequence[Curves]) -> list[Style]:
    """Of each run its loss's; a further one of the same loss has another dash and a dot in its markers."""
    styles: list[Style] = []
    for place, run in enumerate(runs):
        style = LOSS_STYLES[run.loss]
        before = sum(other.loss == run.loss for other in runs[:place])
        if before:
            dash = FURTHER_DASHES[(before - 1) % len(FURTHER_DASHES)]
            style = replace(style, dash=dash, symbol=f"{style.symbol}-dot")
        styles.append(style)
    return styles


def _add_curve(
    plot: go.Figure, run: Curves, style: Style, title: str, values: np.ndarray, place: dict[str, int], *, first: bool
) -> None:
    """What was recorded now and then is a point each time, joined."""
    there, name = np.isfinite(values), label(run.title)
    plot.add_scatter(
        x=run.times[there],
        y=values[there],
        mode="lines+markers",
        line={"color": style.colour, "dash": style.dash, "width": 2},
        marker={"symbol": style.symbol, "size": 7, "color": style.colour, "maxdisplayed": 8},
        name=name,
        legendgroup=name,
        showlegend=first,
        hovertemplate=f"{name}, %{{x}}<br>{title}: %{{y:.4g}}<extra></extra>",
        **place,
    )


def _add_lines(plot: go.Figure, runs: Sequence[Curves], quantity: Quantity, place: dict[str, int]) -> None:
    """Levels, each once: chance dotted, the least dash-dotted; grey where several runs share it."""
    levels: dict[tuple[str, float], list[Curves]] = {}
    for run in runs:
        for line in run.lines.get(quantity.name, ()):
            levels.setdefault((line.name, round(line.value, 9)), []).append(run)
    for (name, value), owners in levels.items():
        who = ", ".join(label(run.title) for run in owners)
        plot.add_scatter(
            x=[owners[0].times[0], owners[0].times[-1]],
            y=[value] * 2,
            mode="lines",
            line={
                "color": LOSS_STYLES[owners[0].loss].colour if len(owners) == 1 else TRUTH,
                "dash": "dot" if name.startswith("chance") else "dashdot",
                "width": 1.5,
            },
            showlegend=False,
            hovertemplate=f"{who}: {name}, %{{y:.6~g}}<extra></extra>",
            **place,
        )


def _add_missing_legends(plot: go.Figure) -> None:
    """A run that is not in the first panel still has its line in the legend, once."""
    named = {trace.legendgroup for trace in plot.data if trace.showlegend}
    for trace in plot.data:
        if trace.legendgroup and trace.legendgroup not in named:
            trace.showlegend = True
            named.add(trace.legendgroup)


def _title(runs: Sequence[Curves]) -> str:
    """What the repelling pairs say, where they were recorded; else how far the loss fell."""
    most = {
        short(run.title): float(np.nanmax(run.values["repelling_share"])) for run in runs if run.has("repelling_share")
    }
    if most:
        said = [f"{title} {share:.0%}" if share else f"{title} none" for title, share in most.items()]
        return "Same-class pairs pushed apart, at most: " + ", ".join(said)
    if len(runs) > 3:
        return f"What does the gradient do while these {len(runs)} losses fall?"
    ends = [(short(run.title), numbers(run.values["loss"][[0, -1]], least=2)) for run in runs]
    fell = [f"{name} {first} to {last}" for name, (first, last) in ends]
    return "What does the gradient do while the loss falls? " + f"{', '.join(fell)} {unit_of(run.loss for run in runs)}"


def _how_to_read(runs: Sequence[Curves], shown: Sequence[Quantity], time: str) -> str:
    said = f"Every panel against the {time}; a loss keeps its colour, dash and marker."
    if len({run.loss for run in runs}) < len(runs):
        said += " Further runs of one loss have other dashes and a dot in their markers."
    lines = list(
        dict.fromkeys(
            f"{line.name} {number(line.value, least=2)} ({short(run.title)})"
            for run in runs
            for line in _levels(run, shown)
        )
    )
    if lines:
        more = " and more on hovering" if len(lines) > _MOST_LEVELS else ""
        said += f" Chance dotted, the least dash-dotted: {'; '.join(lines[:_MOST_LEVELS])}{more}."
    if time == "epoch":
        said += " Pairs were read every few epochs: points joined by lines."
    for quantity in shown:
        values = _recorded(runs, quantity.name)
        if _ceiling(values) < values.max():
            said += f" Above the panel of {quantity.title}: peaks up to {values.max():.3g}."
    return said


def _recorded(runs: Sequence[Curves], name: str) -> np.ndarray:
    """All finite values of a quantity, over runs and times."""
    values = np.concatenate([run.values[name] for run in runs if run.has(name)])
    return values[np.isfinite(values)]


def _ceiling(values: np.ndarray) -> float:
    """Where a panel ends: below a few early peaks, where these are ten times what three in four values are."""
    usual = float(np.quantile(values, 0.75))
    return 3 * usual if 0 < 10 * usual < values.max() else float(values.max())


def _leave_out_peaks(plot: go.Figure, values: np.ndarray, place: dict[str, int]) -> None:
    top = _ceiling(values)
    if top < values.max():
        plot.update_yaxes(range=[min(0.0, float(values.min())) - 0.05 * top, top], **place)


def _levels(run: Curves, shown: Sequence[Quantity]) -> list[Line]:
    return [line for quantity in shown for line in run.lines.get(quantity.name, ())]


def _table(runs: Sequence[Curves], columns: dict[str, str], time: str, *, of_layers: bool = False) -> pd.DataFrame:
    parts = []
    for run in runs:
        values = run.layers if of_layers else run.values
        empty = np.full(len(run.times), np.nan)
        own = {title: values.get(name, empty) for title, name in columns.items()}
        parts.append(pd.DataFrame({"loss function": run.title, time: run.times, **own}))
    return pd.concat(parts, ignore_index=True)
