"""The loss of the anchor along the same axis, against its chance level and its floor."""

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.forces.curves import curve_table, kind_of, logarithmic
from analysis.figures.loss_styles import style_among
from analysis.figures.theme import Style, layout
from analysis.forces.curves import Curve, ForceCurves
from analysis.forces.scene import AXES
from losses.catalog import CATALOG


def loss_levels(shown: ForceCurves, highlighted: Sequence[str] = ()) -> Exhibit:
    """A panel for losses of embeddings, one for those of a class head; `highlighted` ones keep their colours."""
    groups = [[one for one in shown.curves if kind_of(one.name) == kind] for kind in ("embeddings", "head")]
    groups = [group for group in groups if group]
    plot = make_subplots(1, len(groups), shared_yaxes=True, horizontal_spacing=0.06)
    layout(plot, x=AXES[shown.axis], y="", height=440)
    plot.update_layout(legend={"y": -0.2, "yanchor": "top"}, margin={"b": 130})
    for column, group in enumerate(groups, start=1):
        for curve in group:
            _add_curve(plot, shown, curve, style_among(curve.name, highlighted), column)
        if len(shown.values) and not shown.axis.endswith("size"):
            _name_levels(plot, group, column)
    plot.update_xaxes(type="log" if logarithmic(shown.axis) else "linear")
    plot.update_yaxes(title_text="loss of the anchor, nats", col=1)
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


def _name_levels(plot: go.Figure, group: Sequence[Curve], column: int) -> None:
    """Each chance level once, at either end in turn; equal ones share their label."""
    levels: dict[float, set[str]] = {}
    for curve in group:
        levels.setdefault(round(float(curve.chance[0]), 9), set()).add(CATALOG[curve.name].chance_words)
    for place, (level, names) in enumerate(sorted(levels.items())):
        plot.add_annotation(
            x=1 if place % 2 else 0,
            xref="x domain",
            y=level,
            text=f"{' = '.join(sorted(names))}<br>= {number(level)}",
            showarrow=False,
            xanchor="right" if place % 2 else "left",
            yanchor="top" if place > 1 else "bottom",
            font={"size": 11},
            row=1,
            col=column,
        )
