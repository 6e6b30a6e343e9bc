"""One sample under losses of a class head: weights above and below the fraction bar, whose difference is the force."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.anatomy.heads import LETTERS, HeadAnatomy
from analysis.digits import number, numbers
from analysis.figures.anatomy.table import class_table, title
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import label
from analysis.figures.theme import NOISE, TARGET, layout

_ROW = 260
_ROUNDING = 1e-12
_BARS = (("above: the loss pulls towards it", TARGET, ""), ("below: the loss pushes from it", NOISE, "/"))


def anatomy_bars(found: Sequence[HeadAnatomy]) -> Exhibit:
    """A column a loss: the candidates' weights, and below what they make of the classes."""
    values = [(label(title(each.anatomy.loss)), number(each.anatomy.value, least=4)) for each in found]
    names = [f"<b>{loss}</b><br>{value} nats" for loss, value in values]
    plot = make_subplots(2, len(found), subplot_titles=names, horizontal_spacing=0.08, vertical_spacing=0.22)
    layout(plot, x="", y="", height=2 * _ROW + 116)
    for column, each in enumerate(found, start=1):
        candidates = each.anatomy
        _add_bars(plot, candidates.candidates, candidates.weight_above, candidates.weight_below, (1, column))
        forces = [f"{LETTERS[k]}<br>{force}" for k, force in enumerate(numbers(_acting(each.forces), signed=True))]
        _add_bars(plot, forces, each.classes_above, each.classes_below, (2, column))
        plot.update_xaxes(title_text="class, with d loss / d logit in nats", row=2, col=column)
    plot.update_yaxes(title_text="weight, of 1", range=[0, 1], col=1)
    plot.update_yaxes(range=[0, 1])
    plot.update_layout(margin={"t": 112}, legend={"y": 1.11}, barmode="group")
    sample = found[0].anatomy.anchor.capitalize()
    return Exhibit(
        stem=f"anatomy-{'-'.join(each.anatomy.loss.replace('_', '-') for each in found)}",
        title=f"{sample}: {'; '.join(_moved(each) for each in found)}",
        plot=plot,
        how_to_read=(
            "Upper row: each candidate's weight in the numerator (plain) and its softmax share of the denominator"
            " (hatched). Lower row: the same told by class. The derivative by a logit is the class's hatched bar less"
            " its plain one, over the temperature: below 0 descent raises the logit."
        ),
        alt=f"Weights above and below the fraction bar for {sample}. {'; '.join(_moved(each) for each in found)}.",
        table=class_table(found),
    )


def _add_bars(
    plot: go.Figure, names: Sequence[str], above: np.ndarray, below: np.ndarray, place: tuple[int, int]
) -> None:
    for (name, colour, hatch), heights in zip(_BARS, (above, below), strict=True):
        plot.add_bar(
            x=list(names),
            y=heights,
            name=name,
            legendgroup=name,
            showlegend=place == (1, 1),
            marker={"color": colour, "pattern": {"shape": hatch}},
            hovertemplate=f"%{{x}}: %{{y:.6~g}} {name.split(':')[0]}<extra></extra>",
            row=place[0],
            col=place[1],
        )


def _acting(forces: np.ndarray) -> np.ndarray:
    """Rounding is no force: as text it would have sixteen digits."""
    return np.where(np.abs(forces) > _ROUNDING, forces, 0.0)


def _moved(found: HeadAnatomy) -> str:
    """Which logit the loss raises most."""
    if not _acting(found.forces).any():
        return f"{title(found.anatomy.loss)} moves no logit"
    raised = LETTERS[int(found.forces.argmin())]
    return f"{title(found.anatomy.loss)} raises the logit of {raised} most"
