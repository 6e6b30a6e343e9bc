"""The derivative of every loss on one positive and on one noise pair: a column a pair, a row a kind of loss."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.figures.bands import Cell
from analysis.figures.exhibit import Exhibit
from analysis.figures.line_labels import MANY, ROOM, add_line_labels
from analysis.figures.loss_styles import style_among
from analysis.figures.theme import TRUTH, layout
from analysis.forces.curves import Curve, ForceCurves, Mark
from analysis.forces.of_scene import EMBEDDING
from analysis.forces.scene import AXES, Role, Scene
from losses.catalog import CATALOG, unit_of
from losses.records import Contrast

_KINDS = {"embeddings": "Embeddings", "head": "Class head"}
_HEIGHT, _LEGEND = 340, 250
# Beyond what losses without an endpoint reach, a curve leaves the picture: it would flatten all others.
_ROOM = 1.25
_ENDPOINT = ("weibit", "weince")
_CLOSE = 0.15  # of the axis: the names of two lines would lie on each other where a panel is narrow


def force_curves_figure(positive: ForceCurves, noise: ForceCurves, highlighted: Sequence[str] = ()) -> Exhibit:
    """Both pairs of one scene along one axis; signs as they are, sizes on logarithmic axes along the shortfall.

    `highlighted`: the losses that keep their colours, all where empty. Ten lines and more are named at their ends.
    """
    kinds = [kind for kind in _KINDS if any(kind_of(curve.name) == kind for curve in positive.curves)]
    titles = [f"{_KINDS[kind]}:<br>{pair}" for kind in kinds for pair in ("one positive", "one noise pair")]
    named = len(positive.curves) >= MANY
    gap = 0.34 if named else 0.09
    plot = make_subplots(len(kinds), 2, subplot_titles=titles, horizontal_spacing=gap, vertical_spacing=0.16)
    layout(plot, x="", y="", height=_HEIGHT * len(kinds) + _LEGEND)
    plot.update_layout(
        legend={"y": -0.25 / len(kinds), "yanchor": "top"}, margin={"b": 130, "r": ROOM if named else 16}
    )
    plot.update_annotations(font_size=13)
    for row, kind in enumerate(kinds, start=1):
        for column, shown in enumerate((positive, noise), start=1):
            panel = _Panel(shown, [one for one in shown.curves if kind_of(one.name) == kind], highlighted)
            _add_panel(plot, panel, Cell(row, column))
            if named:
                add_line_labels(plot, panel.ends, Cell(row, column), height=0.72 * _HEIGHT)
    plot.update_xaxes(title_text=AXES[positive.axis], row=len(kinds))
    plot.update_yaxes(title_text=_y_title(positive), col=1)
    return Exhibit(
        stem=f"force-curves-{positive.axis.replace('_', '-')}",
        title=_title(positive),
        plot=plot,
        how_to_read=_how_to_read(positive.scene),
        alt=f"Derivatives along {AXES[positive.axis]}. {' '.join(sentences(positive, noise))}",
        table=pd.concat([curve_table(positive), curve_table(noise)], ignore_index=True),
    )


def kind_of(name: str) -> str:
    return "embeddings" if name in EMBEDDING else "head"


def sentences(positive: ForceCurves, noise: ForceCurves) -> list[str]:
    """What happens where, one sentence a mark."""
    return [_sentence(mark, shown) for shown in (positive, noise) for mark in shown.marks]


def _sentence(mark: Mark, shown: ForceCurves) -> str:
    """What happens at a mark, with the place in the axis's own unit."""
    title, where = CATALOG[mark.name].title, f"{AXES[shown.axis].replace(' of the pair', '')}: {mark.at:.4g}"
    pair = "positive" if shown.role == "positive" else "noise pair"
    if mark.kind == "endpoint":
        return f"On the {pair}, {title}'s slope λ/(1 - s) outgrows (1 - λ)/τ: {where}."
    return f"On the {pair}, {title} changes sign{_where_shares_meet(mark.name, shown.role)}: {where}."


def _where_shares_meet(name: str, role: Role) -> str:
    """Of a loss whose derivative changes sign where the pair's share of all others is its weight above the bar."""
    record = CATALOG[name].record
    if not isinstance(record, Contrast) or not record.others_below or record.positives != "class":
        return ""
    if record.is_soft:
        return ", where q = t"
    return ", where q = 1/|P|" if role == "positive" else ""


def curve_table(shown: ForceCurves) -> pd.DataFrame:
    """One row a point and loss."""
    return pd.DataFrame(
        {
            "pair": shown.role,
            "loss": np.repeat([CATALOG[one.name].title for one in shown.curves], len(shown.values)),
            AXES[shown.axis]: np.tile(shown.values, len(shown.curves)),
            "derivative": np.concatenate([one.force for one in shown.curves]),
            "loss of the anchor": np.concatenate([one.loss for one in shown.curves]),
            "chance level": np.concatenate([one.chance for one in shown.curves]),
            "floor": np.concatenate([one.floor for one in shown.curves]),
        }
    )


def logarithmic(axis: str) -> bool:
    return axis != "similarity"


@dataclass(frozen=True, slots=True)
class _Panel:
    """The curves of one kind of loss on one pair."""

    shown: ForceCurves
    curves: Sequence[Curve]
    highlighted: Sequence[str]

    @property
    def sizes(self) -> bool:
        """Are sizes drawn, on a logarithmic axis, and not derivatives with their signs?"""
        return self.shown.axis == "shortfall"

    def drawn(self, curve: Curve) -> np.ndarray:
        return np.abs(curve.force) if self.sizes else curve.force

    @property
    def range(self) -> tuple[float, float]:
        """Of the y-axis, as Plotly takes it: in powers of ten where it is logarithmic."""
        if not self.sizes:
            return visible_range(self.curves)
        values = np.concatenate([self.drawn(curve) for curve in self.curves])
        acting = np.log10(values[values > 0]) if (values > 0).any() else np.zeros(1)
        return float(acting.min()) - 0.2, float(acting.max()) + 0.2

    @property
    def ends(self) -> dict[str, float]:
        """Title -> where its curve leaves the panel on the right, as a share of the panel's height."""
        low, high = self.range
        drawn = {curve.name: self.drawn(curve) for curve in self.curves}
        last = {name: float(values[np.isfinite(values)][-1]) for name, values in drawn.items()}
        at = {name: (np.log10(max(end, 1e-300)) if self.sizes else end) for name, end in last.items()}
        return {CATALOG[name].title: float((end - low) / (high - low)) for name, end in at.items()}


def _add_panel(plot: go.Figure, panel: _Panel, cell: Cell) -> None:
    shown = panel.shown
    for curve in panel.curves:
        style = style_among(curve.name, panel.highlighted)
        plot.add_scatter(
            x=shown.values,
            y=panel.drawn(curve),
            mode="lines",
            name=CATALOG[curve.name].title,
            legendgroup=curve.name,
            showlegend=cell.col == 1,
            line={"color": style.colour, "dash": style.dash, "width": 2},
            **cell.place,
        )
    names = {curve.name for curve in panel.curves}
    places: dict[str, list[Mark]] = {}
    for mark in shown.marks:
        if mark.name in names:
            place = f"{'0' if mark.kind == 'sign' else 'endpoint'} at {mark.at:.3g}"
            places.setdefault(place, []).append(mark)
    before = -np.inf
    for place, marks in sorted(places.items(), key=lambda item: item[1][0].at):
        at = _share(marks[0].at, shown)
        _add_mark(plot, marks, place, shown.axis, panel.highlighted, cell, right=at - before < _CLOSE)
        before = at
    plot.update_xaxes(type="log" if logarithmic(shown.axis) else "linear", **cell.place)
    if panel.sizes:
        _add_growth(plot, shown, panel.curves, cell)
    else:
        plot.add_hline(0, line_color=TRUTH, line_width=1, **cell.place)
    plot.update_yaxes(range=panel.range, **cell.place)


def visible_range(curves: Sequence[Curve]) -> tuple[float, float]:
    """All of the curves without an endpoint, and room; of those with one where there are no others, the middle 90 %."""
    bounded = [curve.force for curve in curves if curve.name not in _ENDPOINT]
    values = np.concatenate(bounded or [curve.force for curve in curves])
    low, high = (values.min(), values.max()) if bounded else np.quantile(values, (0.05, 0.95))
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    room = (_ROOM - 1) * (high - low) or 1.0
    return low - room, high + room


def _share(at: float, shown: ForceCurves) -> float:
    """Where a place lies along the axis, from 0 to 1."""
    ends = np.array([np.min(shown.values), at, np.max(shown.values)], dtype=np.float64)
    low, here, high = np.log10(ends) if logarithmic(shown.axis) else ends
    return float((here - low) / (high - low))


def _add_mark(
    plot: go.Figure,
    marks: Sequence[Mark],
    place: str,
    axis: str,
    highlighted: Sequence[str],
    cell: Cell,
    *,
    right: bool,
) -> None:
    """A dotted line for what happens to some losses at one place, with its value to its left or right."""
    first = marks[0]
    colour = style_among(first.name, highlighted).colour
    plot.add_vline(first.at, line={"color": colour, "dash": "dot", "width": 1.5}, **cell.place)
    plot.add_annotation(
        x=np.log10(first.at) if logarithmic(axis) else first.at,
        y=1,
        yref="y domain",
        text=f"{', '.join(CATALOG[mark.name].title for mark in marks)} {place}",
        font={"size": 11},
        textangle=-90,
        xanchor="left" if right else "right",
        yanchor="top",
        showarrow=False,
        **cell.place,
    )


def _add_growth(plot: go.Figure, shown: ForceCurves, curves: Sequence[Curve], cell: Cell) -> None:
    """lambda / (1 - s), what WEINCE's derivative on noise grows like."""
    plot.update_yaxes(type="log", **cell.place)
    if not any(kind_of(curve.name) == "embeddings" and CATALOG[curve.name].contrast.evidence for curve in curves):
        return
    plot.add_scatter(
        x=shown.values,
        y=shown.scene.lam / shown.values,
        mode="lines",
        name="λ / (1 - s)",
        legendgroup="growth",
        showlegend=cell.col == 1,
        line={"color": TRUTH, "dash": "dot", "width": 1.5},
        **cell.place,
    )


def _y_title(shown: ForceCurves) -> str:
    what = "size of the derivative" if shown.axis == "shortfall" else "derivative"
    return f"{what}, {unit_of(curve.name for curve in shown.curves)}, per unit"


def _title(positive: ForceCurves) -> str:
    pushing = [CATALOG[one.name].title for one in positive.curves if (one.force > 0).any()]
    if not pushing:
        return "No loss shown pushes the positive away here"
    return f"Somewhere here the positive is pushed away by {' and '.join(pushing)}"


def _how_to_read(scene: Scene) -> str:
    return (
        "Below 0 descent raises the pair's similarity, above 0 it lowers it. All else is fixed: a batch of"
        f" {scene.batch_size} with {scene.class_size} in a class, positives at cosine {scene.positive:g}, noise at"
        f" {scene.noise:g}, temperature {scene.temperature:g}, softness {scene.softness:g}, WEINCE's weight λ"
        f" {scene.lam:g}. A class head's pair is a sample and a class, scored by cosine. Dotted lines are roots found"
        " by bisection. Weibit and WEINCE may leave the picture near cosine 1; at 1 itself a clamp takes their force."
    )
