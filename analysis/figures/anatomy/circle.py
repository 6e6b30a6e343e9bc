"""One anchor on the circle: who is above the fraction bar, who below, and which way descent moves each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from analysis.anatomy.parts import ABOVE, ALONE, BELOW, INSIDE, OUT, Anatomy, MeasuredAnatomy
from analysis.anatomy.points import PointBatch
from analysis.digits import cosine, number
from analysis.figures.anatomy.table import candidate_table, places_differ, title
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import label
from analysis.figures.theme import GREY, NOISE, PULL, PURPLE, PUSH, TARGET, layout
from losses.catalog import unit_of

Trace = dict[str, Any]

_ANCHOR = "anchor"
# Place -> colour, marker, dash and width of the line from the anchor; who is out has no line.
_PLACES: dict[str, tuple[str, str, str, float]] = {
    ABOVE: (TARGET, "square", "solid", 2.5),
    ALONE: (TARGET, "square-open", "solid", 2.5),
    BELOW: (NOISE, "circle-open", "dot", 1.0),
    INSIDE: (PURPLE, "diamond-open", "dash", 1.0),
    OUT: (GREY, "x-thin", "", 0.0),
    _ANCHOR: (GREY, "star", "", 0.0),
}
_HEIGHT = 520
_NAMES, _PULLS, _PUSHES, _EDGE = 1.25, 1.42, 1.54, 1.66  # radii
_LONGEST = np.deg2rad(32)  # of an arrow, for the strongest force in the figure
_SHORTEST = np.deg2rad(0.5)
_NEAR, _ARC = 1.0, 20.0  # degrees between points that are named together: of few, and of one class among many
_MANY = 24  # beyond this many points only the class is written beside each


@dataclass(frozen=True, slots=True, eq=False)
class _Panel:
    """One loss at one anchor, with the force that has the longest arrow, and its place among the panels, 0 or 1."""

    found: Anatomy | MeasuredAnatomy
    batch: PointBatch
    anchor: int
    strongest: float
    place: int

    @property
    def axes(self) -> Trace:
        return {"xaxis": "x", "yaxis": "y"} if self.place == 0 else {"xaxis": "x2", "yaxis": "y2"}

    def named(self, name: str) -> Trace:
        return {"name": name, "legendgroup": name, **self.axes}


def anatomy_circle(found: Sequence[Anatomy | MeasuredAnatomy], batch: PointBatch, anchor: int) -> Exhibit:
    """A panel a loss, on one scale of forces."""
    strongest = max(float(np.abs(each.forces).max()) for each in found)
    differs = places_differ(found)
    panels = [_Panel(each, batch, anchor, strongest, place) for place, each in enumerate(found)]
    # All traces in one go: one by one, plotly checks each three times over, and the picture must follow the anchor.
    plot = go.Figure(_once_in_legend([trace for panel in panels for trace in _traces(panel, differs)]))
    layout(plot, x="", y="", height=_HEIGHT).update_layout(_arranged(panels))
    counted = ", ".join(_counted(each) for each in found)
    return Exhibit(
        stem=f"anatomy-{'-'.join(each.loss.replace('_', '-') for each in found)}",
        title=f"{batch.names[anchor]}: {counted}",
        plot=plot,
        how_to_read=_how_to_read(found, differs, strongest),
        alt=f"Anchor {batch.names[anchor]} among {len(batch.classes)} points on the circle. {counted}.",
        table=candidate_table(found),
    )


def _traces(panel: _Panel, differs: np.ndarray) -> Iterator[Trace]:
    yield from _lines(panel)
    yield _arrows(panel, "descent pulls", PULL, "solid", _PULLS, panel.found.forces < 0)
    yield _arrows(panel, "descent pushes", PUSH, "dash", _PUSHES, panel.found.forces > 0)
    yield from _points(panel)
    yield _names(panel)
    if differs.any():
        yield _rings(panel, differs)


def _once_in_legend(traces: list[Trace]) -> list[Trace]:
    """Each name once, in whichever panel it comes first."""
    seen: set[str] = set()
    for trace in traces:
        name = trace.get("name", "")
        trace["showlegend"] = bool(name) and name not in seen and len(trace["x"]) > 0
        if trace["showlegend"]:
            seen.add(name)
    return traces


def _lines(panel: _Panel) -> Iterator[Trace]:
    """From the anchor to each candidate, by place; all of a place are one trace."""
    points = panel.batch.embeddings
    for place, (colour, _, dash, width) in _PLACES.items():
        others = points[panel.found.places == place]
        if len(others) and dash:
            ends = np.stack([np.broadcast_to(points[panel.anchor], others.shape), others, np.full_like(others, np.nan)])
            x, y = ends.transpose(1, 0, 2).reshape(-1, 2).T
            line = {"color": colour, "dash": dash, "width": width}
            yield {"x": x, "y": y, "mode": "lines", "line": line, "hoverinfo": "skip", **panel.axes}


def _arrows(panel: _Panel, name: str, colour: str, dash: str, radius: float, chosen: np.ndarray) -> Trace:
    """Outside the circle, towards the anchor where descent pulls, away from it where descent pushes."""
    angles = np.deg2rad(panel.batch.degrees)
    short_way = np.angle(np.exp(1j * (angles[panel.anchor] - angles)))
    turns = -np.sign(short_way) * panel.found.forces / (panel.strongest or 1) * _LONGEST
    moved = chosen & (np.abs(turns) > _SHORTEST)
    path = angles[moved, None] + turns[moved, None] * np.array([0, 0.5, 1, np.nan])
    sizes = np.tile([0, 0, 12, 0], int(moved.sum()))  # a head at the end alone
    return {
        "x": (radius * np.cos(path)).ravel(),
        "y": (radius * np.sin(path)).ravel(),
        "mode": "lines+markers",
        "line": {"color": colour, "dash": dash, "width": 2.5},
        "marker": {"symbol": "arrow", "angleref": "previous", "color": colour, "size": sizes, "opacity": 1},
        "hoverinfo": "skip",
        **panel.named(name),
    }


def _points(panel: _Panel) -> Iterator[Trace]:
    """Each place a trace with its marker. A point's number is in customdata, for clicks."""
    found, places = panel.found, panel.found.places.copy()
    places[panel.anchor] = _ANCHOR
    for place, (colour, symbol, _, _) in _PLACES.items():
        at = np.flatnonzero(places == place)
        if not len(at):
            continue
        x, y = panel.batch.embeddings[at].T
        size = 18 if place == _ANCHOR else 11
        yield {
            "x": x,
            "y": y,
            "mode": "markers",
            "marker": {"color": colour, "symbol": symbol, "size": size, "line": {"color": colour, "width": 2}},
            "unselected": {"marker": {"opacity": 1}},
            "customdata": at,
            "text": [_hover(found, int(j), place) for j in at],
            "hovertemplate": "%{text}<extra></extra>",
            **panel.named(place),
        }


def _hover(found: Anatomy | MeasuredAnatomy, j: int, place: str) -> str:
    force = f"{number(found.forces[j], least=4, signed=True)} {unit_of([found.loss])}"
    said = f"cosine {cosine(found.scores[j])}<br>derivative {force}"
    return f"{found.candidates[j]}, {place}<br>{said}"


def _names(panel: _Panel) -> Trace:
    """Of points at one place together; of many, each class's once for each of its arcs."""
    batch = panel.batch
    names, near = (batch.names, _NEAR) if len(batch.names) <= _MANY else (batch.classes, _ARC)
    groups = _neighbours(np.asarray(batch.degrees), names if near == _ARC else None, near)
    middles = np.deg2rad([_middle(np.asarray(batch.degrees)[group]) for group in groups])
    text = ["<br>".join(dict.fromkeys(names[index] for index in group)) for group in groups]
    place = {"x": _NAMES * np.cos(middles), "y": _NAMES * np.sin(middles)}
    return {**place, "mode": "text", "text": text, "textfont": {"size": 12}, "hoverinfo": "skip", **panel.axes}


def _neighbours(degrees: np.ndarray, names: Sequence[str] | None, near: float) -> list[list[int]]:
    """Points around the circle in groups: each at most `near` degrees from the one before it, and of its name."""
    groups: list[list[int]] = []
    for index in np.argsort(degrees, kind="stable").tolist():
        before = groups[-1][-1] if groups else None
        alike = before is not None and (names is None or names[before] == names[index])
        if before is not None and alike and degrees[index] - degrees[before] <= near:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _middle(degrees: np.ndarray) -> float:
    return float(degrees.min() + degrees.max()) / 2


def _rings(panel: _Panel, differs: np.ndarray) -> Trace:
    x, y = panel.batch.embeddings[differs].T
    ring = {"symbol": "circle-open", "size": 22, "color": PURPLE, "line": {"width": 2}}
    return {"x": x, "y": y, "mode": "markers", "marker": ring, "hoverinfo": "skip", **panel.named("place differs")}


def _arranged(panels: Sequence[_Panel]) -> Trace:
    """Square panels without axes, each with the circle in it and the loss's name and value above."""
    arranged: Trace = {"margin": {"t": 92, "b": 10, "l": 10, "r": 10}, "legend": {"y": 1.08}}
    bare = {"visible": False, "range": [-_EDGE, _EDGE], "constrain": "domain"}
    for panel in panels:
        x, y = panel.axes["xaxis"], panel.axes["yaxis"]
        width = 1 / len(panels)
        arranged[x.replace("x", "xaxis")] = {**bare, "domain": [panel.place * width, (panel.place + 1) * width]}
        arranged[y.replace("y", "yaxis")] = {**bare, "scaleanchor": x, "anchor": x}
    arranged["shapes"] = [_circle(panel) for panel in panels]
    arranged["annotations"] = [_heading(panel) for panel in panels]
    return arranged


def _circle(panel: _Panel) -> Trace:
    corners = {"x0": -1, "y0": -1, "x1": 1, "y1": 1}
    where = {"xref": panel.axes["xaxis"], "yref": panel.axes["yaxis"]}
    return {"type": "circle", "layer": "below", "line": {"color": GREY, "width": 1}, **corners, **where}


def _heading(panel: _Panel) -> Trace:
    value = f"{number(panel.found.value, least=4)} {unit_of([panel.found.loss])}"
    where = {"x": 0, "y": _EDGE, "xref": panel.axes["xaxis"], "yref": panel.axes["yaxis"], "yanchor": "bottom"}
    return {"text": f"<b>{label(title(panel.found.loss))}</b>  {value}", "showarrow": False, **where}


def _counted(found: Anatomy | MeasuredAnatomy) -> str:
    """What a loss does to the anchor's positives."""
    if isinstance(found, MeasuredAnatomy):
        return f"{title(found.loss)} changes with {list(found.places).count(INSIDE)} candidates"
    if not len(found.weights):
        return f"under {title(found.loss)} it takes no part"
    # Soft targets give noise a little of a numerator; positives are those that the targets give most.
    most = np.isclose(found.weights, found.weights.max(), rtol=1e-9)
    own = found.forces[np.isin(found.places, (ABOVE, ALONE)) & found.above[most].any(axis=0)]
    pushed = int((own > 0).sum())
    if pushed:
        return f"{title(found.loss)} pushes {pushed} of {len(own)} positives away"
    return f"{title(found.loss)} {'pulls' if own.any() else 'leaves'} {_all(len(own))}"


def _all(positives: int) -> str:
    return {1: "its one positive", 2: "both positives"}.get(positives, f"all {positives} positives")


def _how_to_read(found: Sequence[Anatomy | MeasuredAnatomy], differs: np.ndarray, strongest: float) -> str:
    unknown = any(isinstance(each, MeasuredAnatomy) for each in found)
    own = " Of an own loss only who changes it is known: dashed lines." if unknown else ""
    unit = unit_of(each.loss for each in found)
    rings = f" A ring marks the {int(differs.sum())} points whose place differs." if differs.any() else ""
    return (
        "Solid lines from the star, the anchor, go to who is in a numerator, dotted ones to who is in a denominator"
        f" only; a cross is out.{own} Arrows are the derivative on the pair's similarity: towards the anchor descent"
        f" raises it, away it lowers it; the longest is {strongest:.3g} {unit} per unit of cosine.{rings}"
    )
