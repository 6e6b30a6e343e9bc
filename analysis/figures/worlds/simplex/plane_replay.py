"""World 1 on the plane replayed: decision regions as training moves their borders."""

import pandas as pd
import plotly.graph_objects as go

from analysis.digits import percent
from analysis.figures.exhibit import Exhibit
from analysis.figures.player import add_player
from analysis.figures.worlds.simplex.plane import HOW_TO_READ, Regions, squares
from analysis.figures.worlds.simplex.replay import chosen_frames
from toy_models.simplex import LOSSES, Reference, Trace


def region_replay(trace: Trace, answer: Reference, probe: int, seed: int = 0) -> Exhibit:
    """All losses on a slider over steps, for one seed; it plays without a server."""
    moments = [Regions.of(trace, answer, frame, seed) for frame in chosen_frames(trace)]
    last = moments[-1]
    low, high = last.agreement.min(), last.agreement.max()
    plot = squares(last, answer.probes[probe])
    plot.frames = [_frame(plot, moment) for moment in moments]
    add_player(plot, "after step ", redraw=True)
    return Exhibit(
        stem="simplex-regions-replay",
        title=f"After {last.step:,} steps the borders are the truth's for {percent(low)} to {percent(high)} of items",
        plot=plot,
        how_to_read="Move the slider through the steps of training, or play them. " + HOW_TO_READ,
        alt=f"Decision regions on the plane, step by step from {moments[0].step} to {last.step}.",
        table=_table(moments),
    )


def _frame(plot: go.Figure, moment: Regions) -> go.Frame:
    """What changes: the picture and the titles."""
    notes = zip(plot.layout.annotations, moment.titles, strict=True)
    titles = [{**note.to_plotly_json(), "text": text} for note, text in notes]
    picture = go.Heatmap(z=moment.picture())
    return go.Frame(name=str(moment.step), data=[picture], traces=[0], layout={"annotations": titles})


def _table(moments: list[Regions]) -> pd.DataFrame:
    names = [LOSSES[name] for name in moments[0].spec.losses]
    parts = [
        pd.DataFrame({"step": moment.step, "loss": names, "share of items named as the truth": moment.agreement})
        for moment in moments
    ]
    return pd.concat(parts, ignore_index=True)
