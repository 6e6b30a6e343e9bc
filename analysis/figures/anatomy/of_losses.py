"""Which candidates stand above and below each fraction bar of one anchor's loss, and the derivative on each."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.anatomy.parts import ABOVE, ALONE, BELOW, OUT, Anatomy
from analysis.digits import numbers
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import GREY, NOISE, PULL, PUSH, TARGET, layout
from losses.catalog import CATALOG, unit_of

_PLACES = {
    ABOVE: (TARGET, "square"),
    ALONE: (TARGET, "square-open"),
    BELOW: (NOISE, "circle-open"),
    OUT: (GREY, "x-thin"),
}
_TERM_HEIGHT, _BARS_HEIGHT, _MARGINS = 34, 220, 120
_BATCHES = {
    "class head": "a batch of 6 samples, none of class D",
    "labelled embeddings": "a batch of three classes, A, B and C",
    "paired views": "a batch of six samples, A to F, in two views, 1 and 2",
}
# Room beside the longest bar for its number.
_HEADROOM = 1.25


def loss_anatomy(found: Anatomy) -> Exhibit:
    """Above, a row a term with each candidate's place in it; below, the derivative on each candidate's score."""
    rows = len(found.numerators)
    heights = [_TERM_HEIGHT * (rows + 1), _BARS_HEIGHT]
    plot = make_subplots(2, 1, shared_xaxes=True, row_heights=heights, vertical_spacing=0.08)
    layout(plot, x="", y="", height=sum(heights) + _MARGINS)
    plot.update_layout(margin={"t": 60, "l": 90}, legend={"itemsizing": "constant"})
    _add_places(plot, found)
    _name_terms(plot, found)
    _add_forces(plot, found)
    counted = _counts(found)
    return Exhibit(
        stem=f"anatomy-{found.loss.replace('_', '-')}",
        title=counted,
        plot=plot,
        how_to_read=_how_to_read(found),
        alt=f"{counted}. {_lowered(found)}",
        table=_table(found),
    )


def places(found: Anatomy) -> np.ndarray:
    """The name of each candidate's place in each term, (T, M)."""
    return np.select([found.above & found.below, found.above, found.below], [ABOVE, ALONE, BELOW], OUT).astype(object)


def _add_places(plot: go.Figure, found: Anatomy) -> None:
    named = places(found)
    for place, (colour, symbol) in _PLACES.items():
        terms, columns = np.nonzero(named == place)
        if place == ALONE and not len(terms):
            continue
        plot.add_scatter(
            x=columns,
            y=terms,
            mode="markers",
            name=place,
            showlegend=len(terms) > 0,
            marker={"color": colour, "symbol": symbol, "size": 13, "line": {"color": colour, "width": 2.5}},
            text=[
                f"{found.candidates[column]} in the term of {found.numerators[term]}"
                for term, column in zip(terms, columns, strict=True)
            ],
            hovertemplate=f"%{{text}}:<br>{place}<extra></extra>",
            row=1,
            col=1,
        )


def _name_terms(plot: go.Figure, found: Anatomy) -> None:
    """A row is named by its numerator, and has its weight where there are several."""
    ticks = list(found.numerators)
    if len(ticks) > 1 and not found.one_below:
        ticks = [f"{weight:.2g} × {term}" for weight, term in zip(found.weights, found.numerators, strict=True)]
    bottom = len(ticks) - 0.4
    plot.update_yaxes(title_text="term", tickvals=np.arange(len(ticks)), ticktext=ticks, range=[bottom, -0.6], row=1)


def _add_forces(plot: go.Figure, found: Anatomy) -> None:
    unit = unit_of([found.loss])
    plot.add_bar(
        x=np.arange(len(found.candidates)),
        y=found.forces,
        marker_color=np.where(found.forces < 0, PULL, PUSH),
        text=["" if out else force for force, out in zip(_forces(found), found.out, strict=True)],
        textposition="outside",
        cliponaxis=False,
        showlegend=False,
        customdata=np.stack([np.array(found.candidates, dtype=object), found.scores], axis=1),
        hovertemplate="%{customdata[0]}: "
        + found.scored_by
        + " %{customdata[1]:.6~g}<br>%{y:+.4~g} "
        + unit
        + "<extra></extra>",
        row=2,
        col=1,
    )
    low, high = min(found.forces.min(), 0.0), max(found.forces.max(), 0.0)
    room = (_HEADROOM - 1) * (high - low)
    span = [low - room, high + room]
    plot.update_yaxes(title_text=f"derivative, {unit}", range=span, zeroline=True, zerolinecolor=GREY, row=2)
    plot.update_xaxes(showgrid=False, range=[-0.6, len(found.candidates) - 0.4])
    plot.update_xaxes(tickvals=np.arange(len(found.candidates)), ticktext=found.candidates, row=2)


def _counts(found: Anatomy) -> str:
    """How many stand where, in a sentence."""
    terms, below = len(found.numerators), int(found.below[0].sum())
    if found.one_below:
        return f"{CATALOG[found.loss].title} of {found.anchor}: {terms} pairs, each for itself"
    shape = f"{terms} terms, each one candidate over {below}" if terms > 1 else f"one candidate over {below}"
    return f"{CATALOG[found.loss].title} of {found.anchor}: {shape}"


def _lowered(found: Anatomy) -> str:
    """What becomes of the numerators' own candidates."""
    own = int(found.above.any(axis=0).sum())
    if not found.lowered:
        return "Here descent raises the score of every candidate in a numerator."
    return f"Here descent lowers the score of {found.lowered} of the {own} candidates that stand in a numerator."


def _how_to_read(found: Anatomy) -> str:
    margin = ", which is lowered by the margin ε in the denominator" if found.margin else ""
    rows = f"one fraction of the loss of {found.anchor}, named after its numerator{margin}"
    if found.one_below:
        rows = f"the logistic regression of one pair of {found.anchor}, whose fraction has a 1 beside it below the bar"
    return (
        f"Each row is {rows}; each column is a candidate in {_BATCHES[CATALOG[found.loss].family]}. Bars are"
        f" d loss / d {found.scored_by}: below 0 descent raises it, above 0 descent lowers it; together they make"
        f" {_total(found)}. {_lowered(found)}"
    )


def _total(found: Anatomy) -> str:
    """With the digits of the bars."""
    return numbers([found.forces.sum(), *found.forces], least=2)[0]


def _forces(found: Anatomy) -> list[str]:
    return numbers(found.forces, signed=True, least=2)


def _table(found: Anatomy) -> pd.DataFrame:
    """One row a candidate: its score, its place in each term, its derivative."""
    by_term = {f"in the term of {term}": row for term, row in zip(found.numerators, places(found), strict=True)}
    return pd.DataFrame(
        {"candidate": found.candidates, found.scored_by: found.scores, **by_term, "derivative": found.forces}
    )
