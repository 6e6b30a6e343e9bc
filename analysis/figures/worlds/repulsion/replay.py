"""World 2 replayed: the vectors of every loss as the steps move them, on one slider; it plays without a server."""

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.player import add_player
from analysis.figures.theme import layout
from analysis.figures.worlds.repulsion.places import NEAREST_AXES, nearest_cosines, vector_style
from analysis.figures.worlds.repulsion.scene import add_ground, add_vectors, height, set_ground
from toy_models.repulsion import LOSSES, RepulsionSpec, Trace

MOST_FRAMES = 40


def vector_replay(trace: Trace) -> Exhibit:
    """The first seed's vectors on the circle or sphere; in more dimensions, by their nearest cosines."""
    chosen = np.unique(np.linspace(0, len(trace.steps) - 1, MOST_FRAMES).round().astype(int))
    plot = _ground(trace)
    marks = [index for index, each in enumerate(plot.data) if each.mode == "markers"]
    plot.frames = [_frame(plot, trace, int(frame), marks) for frame in chosen]
    add_player(plot, "after step ", redraw=trace.spec.dimensions == 3)
    return Exhibit(
        stem="repulsion-replay",
        title=_title(trace),
        plot=plot,
        how_to_read=_how_to_read(trace.spec),
        alt=f"{trace.spec.vectors} vectors under {len(trace.spec.losses)} losses, step by step to {trace.steps[-1]}.",
        table=_table(trace, chosen),
    )


def _title(trace: Trace) -> str:
    """Where the first seed's vectors end, by the mean cosine within a class."""
    ends = zip(trace.spec.losses, trace.same_cosine[-1, :, 0], strict=True)
    said = ", ".join(f"{number(cosine, least=2)} under {LOSSES[name]}" for name, cosine in ends)
    return f"From {number(trace.same_cosine[0, 0, 0], least=2)} the mean cosine within a class goes to {said}"


def _ground(trace: Trace) -> go.Figure:
    """The last moment, on the ground it lies on."""
    spec = trace.spec
    kind = {"type": "scene" if spec.dimensions == 3 else "xy"}
    titles = _titles(trace, -1)
    plot = make_subplots(1, len(titles), subplot_titles=titles, specs=[[kind] * len(titles)], horizontal_spacing=0.03)
    layout(plot, x="", y="", height=height(spec))
    plot.update_layout(margin={"l": 8 if spec.dimensions <= 3 else 60, "r": 8, "t": 76, "b": 8})
    plot.update_annotations(font_size=13)
    names = [f"{index}, class {label}" for index, label in enumerate(spec.labels)]
    styles = [vector_style(spec, index) for index in range(spec.vectors)]
    for row in range(len(titles)):
        add_ground(plot, spec, row + 1)
        points = _points(spec, trace.positions[-1, row])
        add_vectors(plot, spec, points, row + 1, styles, text=names, hovertemplate="%{text}<extra></extra>")
    set_ground(plot, spec, 1.1)
    if spec.dimensions > 3:
        # Of four panels on a narrow page each has room for a title of two words; both are cosines.
        plot.update_xaxes(title_text="nearest noise", title_font_size=12)
        plot.update_yaxes(title_text=NEAREST_AXES[1], col=1)
    return plot


def _points(spec: RepulsionSpec, positions: np.ndarray) -> np.ndarray:
    """(N, 2 or 3) as drawn."""
    return positions.round(4) if spec.dimensions <= 3 else nearest_cosines(spec, positions).round(4)


def _frame(plot: go.Figure, trace: Trace, frame: int, marks: list[int]) -> go.Frame:
    """What changes: the vectors, and the titles with what acts on them."""
    kind = go.Scatter3d if trace.spec.dimensions == 3 else go.Scatter
    drawn = [_points(trace.spec, positions).T for positions in trace.positions[frame]]
    notes = zip(plot.layout.annotations, _titles(trace, frame), strict=True)
    return go.Frame(
        name=f"{trace.steps[frame]:,}",
        data=[kind(**dict(zip("xyz", points, strict=False))) for points in drawn],
        traces=marks,
        layout={"annotations": [{**note.to_plotly_json(), "text": text} for note, text in notes]},
    )


def _titles(trace: Trace, frame: int) -> list[str]:
    return [
        f"{LOSSES[name]}<br>{_of(trace.repelling_share[frame, row, 0], '.0%')} repel<br>"
        f"margin {_of(trace.margin[frame, row, 0], '.2f')}"
        for row, name in enumerate(trace.spec.losses)
    ]


def _of(value: float, digits: str) -> str:
    return "none" if math.isnan(value) else format(value, digits)


def _how_to_read(spec: RepulsionSpec) -> str:
    move = "Move the slider through the steps, or play them. All losses begin at the same places. "
    if spec.dimensions > 3:
        return (
            f"{move}A mark is a vector: across, its nearest cosine to another class, upwards to its own. Above the line"
            " its own class is nearer; a class at one point lies at the top. Colour and shape are its class."
        )
    turn = " The sphere can be turned." if spec.dimensions == 3 else ""
    return f"{move}Colour and shape of a mark are its class; above, the share of same-class pairs that repel.{turn}"


def _table(trace: Trace, chosen: np.ndarray) -> pd.DataFrame:
    """One row for each frame and loss, of the seed that is drawn."""
    return pd.DataFrame(
        [
            {
                "step": int(trace.steps[frame]),
                "loss": LOSSES[name],
                "repelling share": trace.repelling_share[frame, row, 0],
                "push to pull": trace.push_to_pull[frame, row, 0],
                "mean same-class cosine": trace.same_cosine[frame, row, 0],
                "mean noise cosine": trace.noise_cosine[frame, row, 0],
                "margin": trace.margin[frame, row, 0],
            }
            for frame in chosen
            for row, name in enumerate(trace.spec.losses)
        ]
    )
