"""World 1 replayed: the densities at one position x, as training moves them."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.figures.exhibit import Exhibit
from analysis.figures.player import add_player
from analysis.figures.theme import SEQUENTIAL
from analysis.figures.worlds.simplex.density import (
    HOW_TO_READ,
    LEAST,
    SOFTMAX,
    Moment,
    colour_axis,
    crosses,
    exponents,
    table_of,
    triangles,
)
from analysis.figures.worlds.simplex.titles import of_moment
from analysis.figures.worlds.simplex.triangle import Mosaic, add_picture
from toy_models.simplex import Reference, Trace

MOST_FRAMES = 40
_WIDTH = 80
_LEVELS = 255


def density_replay(trace: Trace, answer: Reference, probe: int, seed: int = 0) -> Exhibit:
    """All losses at `answer.probes[probe]` on a slider over steps, for one seed; it plays without a server."""
    moments = [Moment.of(trace, answer, probe, frame, seed) for frame in chosen_frames(trace)]
    last, mosaic = moments[-1], Mosaic(1 + len(trace.spec.losses), _WIDTH)
    top = float(exponents(last, mosaic)[0].max()) + 0.1
    plot = triangles(last, mosaic)
    add_picture(plot, mosaic, _picture(last, mosaic, top), hover=None)
    plot.update_layout(coloraxis=_colour_axis(top, mosaic))
    plot.frames = [_frame(plot, moment, mosaic, top) for moment in moments]
    add_player(plot, "after step ", redraw=True)
    return Exhibit(
        stem=f"simplex-replay-x{last.x:+.2f}",
        title=of_moment(trace, f"x = {last.x:.2f}, after {last.step:,} steps", last.divergences),
        plot=plot,
        how_to_read="Move the slider through the steps of training, or play them. " + HOW_TO_READ,
        alt=f"Densities over soft labels at x = {last.x:.2f}, step by step from {moments[0].step} to {last.step}.",
        table=pd.concat([table_of(moment) for moment in moments], ignore_index=True),
    )


def _picture(moment: Moment, mosaic: Mosaic, top: float) -> np.ndarray:
    """Densities up to 10^`top` in levels 1 to 255 of uint8, a fourth of the size of floats; 0 is outside a triangle."""
    values = ((exponents(moment, mosaic) - LEAST) / (top - LEAST)).clip(0, 1)
    return mosaic.paint((1 + (_LEVELS - 1) * values).round(), 0, np.uint8)


def _colour_axis(top: float, mosaic: Mosaic) -> dict[str, object]:
    """The sequential scale on levels 1 to 255; level 0 is transparent."""
    first, clear = 1 / _LEVELS, "rgba(0,0,0,0)"
    scale = [[first + (1 - first) * at, colour] for at, colour in SEQUENTIAL]
    axis = go.layout.Coloraxis(colour_axis(top, mosaic)).update(cmin=0, cmax=_LEVELS)
    axis.colorscale = [[0, clear], [0.9 * first, clear], *scale]
    axis.colorbar.tickvals = 1 + (_LEVELS - 1) * (np.array(axis.colorbar.tickvals) - LEAST) / (top - LEAST)
    return axis


def _frame(plot: go.Figure, moment: Moment, mosaic: Mosaic, top: float) -> go.Frame:
    """What changes: the picture, the crosses, and the titles with the distance to the truth."""
    notes = zip(plot.layout.annotations, moment.titles, strict=True)
    titles = [{**note.to_plotly_json(), "text": text} for note, text in notes]
    x, y = crosses(moment, mosaic).T
    return go.Frame(
        name=str(moment.step),
        data=[go.Heatmap(z=_picture(moment, mosaic, top)), go.Scatter(x=x, y=y)],
        traces=[0, [trace.name for trace in plot.data].index(SOFTMAX)],
        layout={"annotations": titles},
    )


def chosen_frames(trace: Trace) -> list[int]:
    """Places of at most `MOST_FRAMES` of a run's frames, the first and the last among them."""
    return np.unique(np.linspace(0, len(trace.steps) - 1, MOST_FRAMES).round().astype(int)).tolist()
