"""Nearest target and noise similarity, and the margin, of several models, below each other on shared axes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd
from plotly.subplots import make_subplots

from analysis.comparison.measured import MeasuredModel
from analysis.digits import cosines, percent
from analysis.figures.bands import Cell
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import label, short
from analysis.figures.neighbours.nearest import WITHIN
from analysis.figures.panels import add_together
from analysis.figures.theme import BLUE, NOISE, TARGET, layout
from analysis.statistics.histogram_edges import bin_edges

Role = Literal["target", "noise", "margin"]
ROLES: tuple[Role, ...] = get_args(Role)
_BINS = 100  # over all cosines there are, and over all margins
_COLOURS = {"target": TARGET, "noise": NOISE, "margin": BLUE}
_HATCHED = {"shape": "/", "fillmode": "overlay", "fgcolor": "rgba(255,255,255,0.7)", "size": 6, "solidity": 0.3}
_PATTERNS: dict[Role, dict[str, object]] = {"target": {}, "noise": _HATCHED, "margin": {}}
_NAMES = {"target": "target: same class", "noise": "noise: other class", "margin": "margin: target less noise"}


def comparison_histograms(models: Sequence[MeasuredModel], chosen: np.ndarray) -> Exhibit:
    """Shares of the comparable items in bins of 0.02 (margin 0.04), finer where all are close together; the `chosen`
    items stand out where they lie.

    A bar carries [model, place in `ROLES`, bin], which `items_of` turns into items.
    """
    plot = make_subplots(
        rows=len(models),
        cols=2,
        shared_xaxes="columns",
        shared_yaxes="columns",
        horizontal_spacing=0.06,
        vertical_spacing=0.16 / len(models),
        row_titles=[label(model.name) for model in models],
    )
    layout(plot, x="", y="", height=110 + 150 * len(models))
    plot.update_layout(barmode="overlay", bargap=0, dragmode="select", selectdirection="h", uirevision="histograms")
    other = "other item" if models[0].within else "train item"
    plot.update_xaxes(title_text=f"cosine to the nearest {other}", row=len(models), col=1)
    plot.update_xaxes(title_text="margin of an item (cosine)", row=len(models), col=2)
    plot.update_yaxes(tickformat="~%", title_text="share of items", col=1).update_yaxes(tickformat="~%", col=2)
    edges = _edges(models)
    add_together(plot, _placed(models, chosen, edges))
    return Exhibit(
        stem="comparison-histograms",
        title="Whose items are nearer to their own class"
        + (WITHIN if models[0].within else "")
        + "? "
        + _nearer(models),
        plot=plot,
        how_to_read=(
            f"Left, for each test item its largest cosine to {'another' if models[0].within else 'a train'} item of its"
            " class and of any other; right, the "
            "difference of the two, below 0 where another class is nearer. All panels of a column share their axes. "
            "Drag over bars and the items in them are marked everywhere; the legend takes one kind of bar out."
            + "".join(_left_out(model) for model in models)
        ),
        alt="; ".join(_said(model) for model in models),
        table=pd.DataFrame([line for model in models for role in ROLES for line in _lines(model, role, edges[role])]),
    )


def _nearer(models: Sequence[MeasuredModel]) -> str:
    """The share of each model's comparable items whose margin is above 0."""
    shares = [float((model.margins[model.comparable] > 0).mean()) for model in models]
    return ", ".join(f"{short(model.name)} {percent(share)}" for model, share in zip(models, shares, strict=True))


def items_of(bars: Iterable[tuple[int, int, int]], models: Sequence[MeasuredModel]) -> np.ndarray:
    """The items (n,) in any of the bars (model, place in `ROLES`, bin), ascending; what is no bar is passed over."""
    found, edges = np.zeros(len(models[0]), bool), _edges(models)
    for model, place, index in bars:
        if 0 <= model < len(models) and 0 <= place < len(ROLES):
            role = ROLES[place]
            found |= models[model].comparable & (_bins(values_of(models[model], role), edges[role]) == index)
    return np.flatnonzero(found)


def values_of(model: MeasuredModel, role: Role) -> np.ndarray:
    """(M,) what is counted, to be read where the model's items are comparable."""
    return {"target": model.target, "noise": model.noise, "margin": model.margins}[role]


def _edges(models: Sequence[MeasuredModel]) -> dict[Role, np.ndarray]:
    """The same for all models; target and noise share an axis."""
    sides = [side[model.comparable] for model in models for side in (model.target, model.noise)]
    cosines = bin_edges(np.concatenate(sides).astype(np.float64), -1, 1, _BINS)
    margins = np.concatenate([model.margins[model.comparable] for model in models]).astype(np.float64)
    return {"target": cosines, "noise": cosines, "margin": bin_edges(margins, -2, 2, _BINS)}


def _bins(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Bin of each value (M,), [a, b) but the last closed, as numpy's histogram has it."""
    return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)


def _placed(
    models: Sequence[MeasuredModel], chosen: np.ndarray, edges: dict[Role, np.ndarray]
) -> Iterator[tuple[dict[str, object], Cell]]:
    for row, model in enumerate(models):
        for role in ROLES:
            for trace in _bars(row, model, role, chosen, edges[role]):
                yield trace, Cell(row + 1, 2 if role == "margin" else 1)


def _bars(row: int, model: MeasuredModel, role: Role, chosen: np.ndarray, edges: np.ndarray) -> list[dict[str, object]]:
    """All comparable items; over them, where items are chosen, those alone."""
    whole = _share(model, role, model.comparable, edges)
    if not len(chosen):
        return [_trace(row, role, whole, edges, 0.55, first=row == 0)]
    marked = np.zeros(len(model), bool)
    marked[chosen] = True
    part = _share(model, role, model.comparable & marked, edges)
    faint = _trace(row, role, whole, edges, 0.18, first=False)
    return [faint, _trace(row, role, part, edges, 1.0, first=row == 0)]


def _trace(
    row: int, role: Role, share: np.ndarray, edges: np.ndarray, opacity: float, *, first: bool
) -> dict[str, object]:
    filled = np.flatnonzero(share)
    return {
        "type": "bar",
        "x": (edges[filled] + edges[filled + 1]) / 2,
        "y": share[filled],
        "width": edges[1] - edges[0],
        "name": _NAMES[role],
        "legendgroup": role,
        "showlegend": first,
        "marker": {"color": _COLOURS[role], "opacity": opacity, "pattern": _PATTERNS[role]},
        # What is chosen has bars of its own, so the ones dragged over need not stand out.
        "selected": {"marker": {"opacity": opacity}},
        "unselected": {"marker": {"opacity": opacity}},
        "customdata": [[row, ROLES.index(role), int(index)] for index in filled],
        "hovertemplate": "%{y:.3~p} at %{x:.9~g}<extra>" + _NAMES[role] + "</extra>",
    }


def _share(model: MeasuredModel, role: Role, of: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Share of the comparable items in each bin that are among `of` (M,) bool."""
    bins = _bins(values_of(model, role), edges)[of]
    return np.bincount(bins, minlength=len(edges) - 1) / max(1, int(model.comparable.sum()))


def _said(model: MeasuredModel) -> str:
    if not model.comparable.any():
        return f"{short(model.name)}: no item has both"
    target, noise = cosines([float(np.median(side[model.comparable])) for side in (model.target, model.noise)])
    return f"{short(model.name)}: median target {target}, median noise {noise}"


def _left_out(model: MeasuredModel) -> str:
    left = int((~model.comparable).sum())
    if not left:
        return ""
    return f" {left:,} items of {short(model.name)} have no target, no noise, or a train item's embedding."


def _lines(model: MeasuredModel, role: Role, edges: np.ndarray) -> list[dict[str, object]]:
    share = _share(model, role, model.comparable, edges)
    return [
        {"model": model.name, "of": role, "from": edges[at], "to": edges[at + 1], "share": share[at]}
        for at in np.flatnonzero(share)
    ]
