"""The loss of the anchor along the same axis, against its chance level and its floor."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number
from analysis.figures.bands import Cell
from analysis.figures.exhibit import Exhibit
from analysis.figures.forces.curves import curve_table, kind_of, logarithmic, with_unit
from analysis.figures.line_labels import ROOM, add_line_labels
from analysis.figures.loss_styles import styles_among
from analysis.figures.theme import Style, layout
from analysis.forces.curves import Curve, ForceCurves
from analysis.forces.scene import AXES
from losses.catalog import CATALOG

_PANEL = 240  # pixels of a panel's height
_GAP = 0.26  # of the width: between two panels, for what the lines of the first are called


def loss_levels(shown: ForceCurves, highlighted: Sequence[str] = ()) -> Exhibit:
    """A panel for losses of embeddings, one for those of a class head; `highlighted` ones keep their colours."""
    groups = [[one for one in shown.curves if kind_of(one.name) == kind] for kind in ("embeddings", "head")]
    groups = [group for group in groups if group]
    plot = make_subplots(1, len(groups), shared_yaxes=True, horizontal_spacing=_GAP)
    layout(plot, x=AXES[shown.axis], y="", height=440 + 8 * len(shown.curves))
    plot.update_layout(legend={"y": -0.2, "yanchor": "top"}, margin={"b": 130, "r": ROOM})
    ends = _range(shown.curves)
    plot.update_yaxes(range=ends)
    styles = styles_among([one.name for one in shown.curves], highlighted)
    for column, group in enumerate(groups, start=1):
        for curve in group:
            _add_curve(plot, shown, curve, styles[curve.name], column)
        if len(shown.values) and not shown.axis.endswith("size"):
            _name_levels(plot, group, column, ends)
    plot.update_xaxes(type="log" if logarithmic(shown.axis) else "linear")
    plot.update_yaxes(title_text=with_unit("loss of the anchor", shown), col=1)
    above = [CATALOG[one.name].title for one in shown.curves if (one.loss > one.chance + 1e-9).any()]
    told = f"above their chance level somewhere here: {', '.join(above)}" if above else "none is above its chance level"
    return Exhibit(
        stem=f"force-levels-{shown.axis.replace('_', '-')}",
        title=f"Losses of this anchor, {told}",
        plot=plot,
        how_to_read=(
            "Thick: the anchor's loss as the positive's similarity, or what the axis says, varies. Dotted: its chance"
            " level, the loss where all cosines or logits are equal; 2B = N anchors. Thin: the floor, positives at"
            " cosine 1 and noise at -1, which a whole batch need not reach."
        ),
        alt=f"Losses along {AXES[shown.axis]}, with chance levels and floors; {told}.",
        table=curve_table(shown),
    )


def _add_curve(plot: go.Figure, shown: ForceCurves, curve: Curve, style: Style, column: int) -> None:
    lines = (
        ("", curve.loss, {"dash": style.dash, "width": 2.5}),
        (", chance level", curve.chance, {"dash": "dot", "width": 1.5}),
        (", floor", curve.floor, {"dash": style.dash, "width": 0.8}),
    )
    for what, values, line in lines:
        plot.add_scatter(
            x=shown.values,
            y=values,
            mode="lines",
            name=CATALOG[curve.name].title + what,
            legendgroup=curve.name,
            showlegend=not what,
            line={"color": style.colour, **line},
            row=1,
            col=column,
        )


def _range(curves: Sequence[Curve]) -> tuple[float, float]:
    """Of the axis: all that is drawn and finite, with some air."""
    drawn = np.concatenate([part for one in curves for part in (one.loss, one.chance, one.floor)])
    low, high = (float(end(drawn[np.isfinite(drawn)])) for end in (np.min, np.max))
    air = 0.05 * (high - low) or 1.0
    return low - air, high + air


def _name_levels(plot: go.Figure, group: Sequence[Curve], column: int, ends: tuple[float, float]) -> None:
    """Each chance level once, right of its line, moved where names would lie on each other; equal ones share a name."""
    levels: dict[float, set[str]] = {}
    for curve in group:
        levels.setdefault(round(float(curve.chance[-1]), 9), set()).add(CATALOG[curve.name].chance_words)
    low, high = ends
    named = {"<br>= ".join([*sorted(levels[level]), number(level)]): (level - low) / (high - low) for level in levels}
    add_line_labels(plot, named, Cell(1, column), height=_PANEL)
