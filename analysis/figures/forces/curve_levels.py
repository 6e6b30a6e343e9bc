"""The loss of the anchor along the same axis, against its chance level and its floor."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.forces.curves import curve_table, kind_of, logarithmic
from analysis.figures.labels import wrapped
from analysis.figures.line_labels import spread
from analysis.figures.loss_styles import style_among
from analysis.figures.theme import Style, layout
from analysis.forces.curves import Curve, ForceCurves
from analysis.forces.scene import AXES
from losses.catalog import CATALOG, unit_of

_PANEL, _LINE, _BETWEEN = 240, 14, 5  # pixels: of a panel's height, a line of a name, and between two names
_WIDTH = 26  # letters


def loss_levels(shown: ForceCurves, highlighted: Sequence[str] = ()) -> Exhibit:
    """A panel for losses of embeddings, one for those of a class head; `highlighted` ones keep their colours."""
    groups = [[one for one in shown.curves if kind_of(one.name) == kind] for kind in ("embeddings", "head")]
    groups = [group for group in groups if group]
    plot = make_subplots(1, len(groups), shared_yaxes=True, horizontal_spacing=0.06)
    layout(plot, x=AXES[shown.axis], y="", height=440 + 8 * len(shown.curves))
    plot.update_layout(legend={"y": -0.2, "yanchor": "top"}, margin={"b": 130})
    ends = _range(shown.curves)
    plot.update_yaxes(range=ends)
    for column, group in enumerate(groups, start=1):
        for curve in group:
            _add_curve(plot, shown, curve, style_among(curve.name, highlighted), column)
        if len(shown.values) and not shown.axis.endswith("size"):
            _name_levels(plot, group, column, ends)
    plot.update_xaxes(type="log" if logarithmic(shown.axis) else "linear")
    plot.update_yaxes(title_text=f"loss of the anchor, {unit_of(curve.name for curve in shown.curves)}", col=1)
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
    """Each chance level once, at the left, moved where names would lie on each other; equal ones share a name."""
    levels: dict[float, set[str]] = {}
    for curve in group:
        levels.setdefault(round(float(curve.chance[0]), 9), set()).add(CATALOG[curve.name].chance_words)
    ordered = sorted(levels)
    texts = [wrapped(" = ".join([*sorted(levels[level]), number(level)]), _WIDTH) for level in ordered]
    sizes = [(_LINE * (1 + text.count("<br>")) + _BETWEEN) / _PANEL for text in texts]
    low, high = ends
    for text, at in zip(texts, spread([(level - low) / (high - low) for level in ordered], sizes), strict=True):
        place = {"x": 0, "xref": "x domain", "xanchor": "left", "yref": "y domain", "yanchor": "middle"}
        look = {"align": "left", "font": {"size": 11}, "showarrow": False}
        plot.add_annotation(text=text, y=at, **place, **look, row=1, col=column)
