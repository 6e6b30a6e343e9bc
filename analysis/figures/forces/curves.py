"""The derivative of every loss on one positive and on one noise pair: a column a pair, a row a kind of loss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.figures.bands import Cell
from analysis.figures.exhibit import Exhibit
from analysis.figures.forces.pushing import who_pushes
from analysis.figures.line_labels import ROOM, add_line_labels, height_of
from analysis.figures.loss_styles import styles_among
from analysis.figures.theme import TRUTH, Style, layout
from analysis.forces.curves import Curve, ForceCurves, Mark
from analysis.forces.of_scene import EMBEDDING
from analysis.forces.scene import AXES, Role, Scene
from losses.catalog import CATALOG, unit_of
from losses.records import Contrast

_KINDS = {"embeddings": "Embeddings", "head": "Class head"}
_PANEL, _BETWEEN, _TOP, _LEGEND = 245, 96, 70, 190  # pixels: of a panel, between two, above and below all
_GAP = 0.34  # of the width: the room between two panels for the lines' names
# Beyond what losses without an endpoint reach, a curve leaves the picture: it would flatten all others.
_ROOM = 1.25
_ENDPOINT = ("weibit", "weince")
_HAPPENS = {"sign": "0", "endpoint": "crossing"}


def force_curves_figure(positive: ForceCurves, noise: ForceCurves, highlighted: Sequence[str] = ()) -> Exhibit:
    """Both pairs of one scene along one axis; signs as they are, sizes on logarithmic axes along the shortfall.

    `highlighted`: the losses that keep their colours, all where empty. Lines are named at their ends, with the places
    where something happens to them: on the curves such texts would hide what they tell of.
    """
    kinds = [kind for kind in _KINDS if any(kind_of(curve.name) == kind for curve in positive.curves)]
    titles = [f"{_KINDS[kind]}:<br>{pair}" for kind in kinds for pair in ("one positive", "one noise pair")]
    styles = styles_among([curve.name for curve in positive.curves], highlighted)
    panels = {
        Cell(row, column): _Panel(shown, [one for one in shown.curves if kind_of(one.name) == kind], styles)
        for row, kind in enumerate(kinds, start=1)
        for column, shown in enumerate((positive, noise), start=1)
    }
    high = max([_PANEL, *(height_of(panel.ends) for panel in panels.values())])
    inside = high * len(kinds) + _BETWEEN * (len(kinds) - 1)
    plot = make_subplots(
        len(kinds), 2, subplot_titles=titles, horizontal_spacing=_GAP, vertical_spacing=_BETWEEN / inside
    )
    layout(plot, x="", y="", height=inside + _TOP + _LEGEND)
    plot.update_layout(legend={"y": -70 / inside, "yanchor": "top"}, margin={"t": _TOP, "b": _LEGEND, "r": ROOM})
    plot.update_annotations(font_size=13)
    for cell, panel in panels.items():
        _add_panel(plot, panel, cell)
        add_line_labels(plot, panel.ends, cell, height=high)
    plot.update_xaxes(title_text=AXES[positive.axis], row=len(kinds))
    plot.update_yaxes(title_text=_y_title(positive), col=1)
    return Exhibit(
        stem=f"force-curves-{positive.axis.replace('_', '-')}",
        title=who_pushes(positive),
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
    styles: Mapping[str, Style]

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
    def marks(self) -> list[Mark]:
        names = {curve.name for curve in self.curves}
        return [mark for mark in self.shown.marks if mark.name in names]

    @property
    def ends(self) -> dict[str, float]:
        """What to write -> where its curve leaves the panel on the right, as a share of the panel's height."""
        low, high = self.range
        drawn = {curve.name: self.drawn(curve) for curve in self.curves}
        last = {name: float(values[np.isfinite(values)][-1]) for name, values in drawn.items()}
        at = {name: (np.log10(max(end, 1e-300)) if self.sizes else end) for name, end in last.items()}
        return {self.written(name): float((end - low) / (high - low)) for name, end in at.items()}

    def written(self, name: str) -> str:
        """The loss, and a line each for what happens to it."""
        told = [f"{_HAPPENS[mark.kind]} at {mark.at:.3g}" for mark in self.marks if mark.name == name]
        return "<br>".join([CATALOG[name].title, *told])


def _add_panel(plot: go.Figure, panel: _Panel, cell: Cell) -> None:
    shown = panel.shown
    for curve in panel.curves:
        style = panel.styles[curve.name]
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
    for mark in panel.marks:
        _add_mark(plot, mark, panel, cell)
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


def _add_mark(plot: go.Figure, mark: Mark, panel: _Panel, cell: Cell) -> None:
    """A dotted line at the place, and a ring where the curve goes through 0; its number stands with the loss's name."""
    colour = panel.styles[mark.name].colour
    plot.add_vline(mark.at, line={"color": colour, "dash": "dot", "width": 1.5}, **cell.place)
    if mark.kind == "sign" and not panel.sizes:
        plot.add_scatter(
            x=[mark.at],
            y=[0],
            mode="markers",
            marker={"symbol": "circle-open", "size": 10, "color": colour, "line": {"width": 2}},
            hovertemplate=f"{CATALOG[mark.name].title}: 0 at %{{x:.4g}}<extra></extra>",
            legendgroup=mark.name,
            showlegend=False,
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
    return f"{with_unit(what, shown)}, per unit"


def with_unit(what: str, shown: ForceCurves) -> str:
    """An axis title, in two lines where a loss has a unit of its own: beside a panel there is no room for one."""
    unit = unit_of(curve.name for curve in shown.curves)
    return f"{what},{'<br>' if ';' in unit else ' '}{unit}"


def _how_to_read(scene: Scene) -> str:
    return (
        "Below 0 descent raises the pair's similarity, above 0 it lowers it. All else is fixed: a batch of"
        f" {scene.batch_size} with {scene.class_size} in a class, positives at cosine {scene.positive:g}, noise at"
        f" {scene.noise:g}, temperature {scene.temperature:g}, softness {scene.softness:g}, WEINCE's weight λ"
        f" {scene.lam:g}. A class head's pair is a sample and a class, scored by cosine. Upright dotted lines are roots"
        " by bisection, their numbers stand with the names. Weibit and WEINCE may leave the picture near cosine 1; at"
        " 1 itself a clamp takes their force."
    )
