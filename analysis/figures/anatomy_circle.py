"""One anchor on the circle: who is above the fraction bar, who below, and which way descent moves each."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.anatomy import ABOVE, BELOW, INSIDE, OUT, Anatomy, Measured
from analysis.anatomy_points import PointBatch
from analysis.figures.anatomy_table import candidate_table, places_differ, title
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import GREY, NOISE, PULL, PURPLE, PUSH, TARGET, layout

# Place -> colour, marker, dash and width of the line from the anchor; who is out has no line.
_PLACES: dict[str, tuple[str, str, str, float]] = {
    ABOVE: (TARGET, "square", "solid", 2.5),
    BELOW: (NOISE, "circle-open", "dot", 1.0),
    INSIDE: (PURPLE, "diamond-open", "dash", 1.0),
    OUT: (GREY, "x-thin", "", 0.0),
}
_HEIGHT = 520
_LABELS, _PULLS, _PUSHES = 1.13, 1.26, 1.38  # radii
_LONGEST = np.deg2rad(32)  # of an arrow, for the strongest force in the figure
_MANY = 24  # beyond this many points only the class is written beside each


def anatomy_circle(found: Sequence[Anatomy | Measured], batch: PointBatch, anchor: int) -> Exhibit:
    """A panel a loss, on one scale of forces."""
    plot = make_subplots(1, len(found), horizontal_spacing=0.03)
    layout(plot, x="", y="", height=_HEIGHT)
    strongest = max((float(np.abs(each.forces).max()) for each in found), default=0.0)
    differs = places_differ(found)
    for column, each in enumerate(found, start=1):
        _add_lines(plot, each, batch, anchor, column)
        _add_arrows(plot, each, batch, anchor, strongest, column)
        _add_points(plot, each, batch, anchor, column)
        _add_rings(plot, batch, differs, column)
    _finish(plot, found)
    counted = ", ".join(_counted(each) for each in found)
    return Exhibit(
        stem=f"anatomy-{'-'.join(each.loss.replace('_', '-') for each in found)}",
        title=f"{batch.names[anchor]}: {counted}",
        plot=plot,
        how_to_read=_how_to_read(found, differs, strongest),
        alt=f"Anchor {batch.names[anchor]} among {len(batch.classes)} points on the circle. {counted}.",
        table=candidate_table(found),
    )


def _add_lines(plot: go.Figure, found: Anatomy | Measured, batch: PointBatch, anchor: int, column: int) -> None:
    """From the anchor to each candidate, by place; all of a place are one trace."""
    for place, (colour, _, dash, width) in _PLACES.items():
        others = batch.embeddings[(found.places == place) & (np.arange(len(batch.classes)) != anchor)]
        if not len(others) or not dash:
            continue
        ends = np.stack([np.broadcast_to(batch.embeddings[anchor], others.shape), others, np.full_like(others, np.nan)])
        x, y = ends.transpose(1, 0, 2).reshape(-1, 2).T
        line = {"color": colour, "dash": dash, "width": width}
        plot.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False, row=1, col=column)


def _add_arrows(
    plot: go.Figure, found: Anatomy | Measured, batch: PointBatch, anchor: int, strongest: float, column: int
) -> None:
    """Outside the circle, towards the anchor where descent pulls, away from it where descent pushes."""
    angles = np.deg2rad(batch.degrees)
    apart = np.angle(np.exp(1j * (angles[anchor] - angles)))  # the short way to the anchor
    turns = -np.sign(apart) * found.forces / (strongest or 1) * _LONGEST
    for name, colour, dash, radius, chosen in (
        ("descent pulls", PULL, "solid", _PULLS, found.forces < 0),
        ("descent pushes", PUSH, "dash", _PUSHES, found.forces > 0),
    ):
        moved = chosen & (np.abs(turns) > np.deg2rad(0.5))
        path = angles[moved, None] + turns[moved, None] * np.array([0, 0.5, 1, np.nan])
        plot.add_scatter(
            x=(radius * np.cos(path)).ravel(),
            y=(radius * np.sin(path)).ravel(),
            mode="lines+markers",
            name=name,
            legendgroup=name,
            showlegend=column == 1,
            line={"color": colour, "dash": dash, "width": 2.5},
            marker={
                "symbol": "arrow",
                "angleref": "previous",
                "color": colour,
                "size": np.tile([0, 0, 12, 0], int(moved.sum())),
                "opacity": 1,
            },
            hoverinfo="skip",
            row=1,
            col=column,
        )


def _add_points(plot: go.Figure, found: Anatomy | Measured, batch: PointBatch, anchor: int, column: int) -> None:
    """Each place a trace with its marker; the anchor is a star. A point's number is in customdata, for clicks."""
    points, places = batch.embeddings, found.places.copy()
    places[anchor] = "anchor"
    for place, (colour, symbol, _, _) in {**_PLACES, "anchor": (GREY, "star", "", 0.0)}.items():
        at = np.flatnonzero(places == place)
        if not len(at):
            continue
        texts = [
            f"{found.candidates[j]}, {place}<br>cosine {found.scores[j]:.3f}<br>derivative {found.forces[j]:+.4f} nats"
            for j in at
        ]
        plot.add_scatter(
            x=points[at, 0],
            y=points[at, 1],
            mode="markers",
            name=place,
            legendgroup=place,
            showlegend=column == 1,
            marker={
                "color": colour,
                "symbol": symbol,
                "size": 18 if place == "anchor" else 11,
                "line": {"color": colour, "width": 2},
            },
            customdata=at,
            unselected={"marker": {"opacity": 1}},
            text=texts,
            hovertemplate="%{text}<extra></extra>",
            row=1,
            col=column,
        )
    _add_names(plot, batch, column)


def _add_names(plot: go.Figure, batch: PointBatch, column: int) -> None:
    x, y = (_LABELS * batch.embeddings).T
    names = batch.names if len(batch.names) <= _MANY else batch.classes
    quiet = {"mode": "text", "hoverinfo": "skip", "showlegend": False}
    plot.add_scatter(x=x, y=y, text=names, textfont={"size": 12}, **quiet, row=1, col=column)


def _add_rings(plot: go.Figure, batch: PointBatch, differs: np.ndarray, column: int) -> None:
    x, y = batch.embeddings[differs].T
    ring = {"symbol": "circle-open", "size": 22, "color": PURPLE, "line": {"width": 2}}
    named = {"name": "place differs", "legendgroup": "ring", "showlegend": column == 1 and bool(differs.any())}
    plot.add_scatter(x=x, y=y, mode="markers", marker=ring, hoverinfo="skip", **named, row=1, col=column)


def _finish(plot: go.Figure, found: Sequence[Anatomy | Measured]) -> None:
    """Square panels without axes, each with the circle in it and the loss's name and value above."""
    plot.update_xaxes(visible=False, range=[-1.5, 1.5], constrain="domain")
    plot.update_yaxes(visible=False, range=[-1.5, 1.5], constrain="domain")
    shapes, notes = [], []
    for column, each in enumerate(found, start=1):
        axis = "" if column == 1 else str(column)
        plot.update_yaxes(scaleanchor=f"x{axis}", col=column)
        place = {"xref": f"x{axis}", "yref": f"y{axis}"}
        shapes.append(
            {"type": "circle", "x0": -1, "y0": -1, "x1": 1, "y1": 1, "line": {"color": GREY, "width": 1}} | place
        )
        text = f"<b>{title(each.loss)}</b>  {each.value:.4f} nats".replace("-0.0000", "0.0000")
        notes.append({"text": text, "x": 0, "y": 1.5, "yanchor": "bottom", "showarrow": False} | place)
    plot.update_layout(
        shapes=shapes, annotations=notes, margin={"t": 92, "b": 10, "l": 10, "r": 10}, legend={"y": 1.08}
    )


def _counted(found: Anatomy | Measured) -> str:
    """What a loss does to the anchor's positives."""
    places = list(found.places)
    if isinstance(found, Measured):
        return f"under {title(found.loss)} {places.count(INSIDE)} candidates change the loss"
    if not len(found.weights):
        return f"under {title(found.loss)} it takes no part"
    own = found.forces[found.places == ABOVE]
    pushed = int((own > 0).sum())
    if pushed:
        return f"{title(found.loss)} pushes {pushed} of {len(own)} positives away"
    return f"{title(found.loss)} {'pulls' if own.any() else 'leaves'} {_all(len(own))}"


def _all(positives: int) -> str:
    return "its one positive" if positives == 1 else f"all {positives} positives"


def _how_to_read(found: Sequence[Anatomy | Measured], differs: np.ndarray, strongest: float) -> str:
    rings = f" A ring marks the {int(differs.sum())} points whose place differs." if differs.any() else ""
    return (
        "Solid lines from the star, the anchor, go to candidates in a numerator, dotted ones to those in a denominator"
        " only; a cross is out. Arrows are the derivative on the pair's similarity: towards the anchor descent raises"
        f" it, away it lowers it; the longest is {strongest:.3g} nats per unit of cosine.{rings}"
    )
