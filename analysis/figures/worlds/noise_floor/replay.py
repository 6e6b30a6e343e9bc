"""The noise floor replayed: how the means settle on theory as repetitions come in."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import percent
from analysis.figures.exhibit import Exhibit
from analysis.figures.player import add_player
from analysis.figures.worlds.noise_floor.error import error_panel, marks
from toy_models.noise_floor import LINKS, Reference, Trace

_MOST_FRAMES = 40


def replay_of_repetitions(trace: Trace, answer: Reference) -> Exhibit:
    """`error_against_draws` on a slider over repetitions; it plays without a server."""
    chosen = np.unique(np.linspace(0, len(trace.steps) - 1, _MOST_FRAMES).round().astype(int))
    plot = error_panel(trace, answer, int(chosen[-1]))
    places = [2 * row + 1 for row in range(len(LINKS))]
    plot.frames = [
        go.Frame(
            name=f"{int(trace.repetitions[frame]):,}",
            data=[go.Scatter(**marks(trace, row, int(frame))) for row in range(len(LINKS))],
            traces=places,
        )
        for frame in chosen
    ]
    add_player(plot, "after repetition ", legend_below=True)
    first, last = int(trace.repetitions[0]), int(trace.repetitions[-1])
    return Exhibit(
        stem="noise-floor-replay",
        title=_title(trace, last),
        plot=plot,
        how_to_read="Move the slider through the repetitions, or play them: the bars shrink around the dashed lines.",
        alt=f"Squared error against n after {first:,} to {last:,} repetitions.",
        table=_table(trace),
    )


def _title(trace: Trace, repetitions: int) -> str:
    """Half the 95 % interval of a mean over the mean, where it is widest at the end."""
    mean, error = trace.squared_error[-1], trace.standard_error[-1]
    known = np.isfinite(error) & (mean > 0)
    if not known.any():
        return f"After {repetitions:,} repetitions no mean has an interval"
    width = float((1.96 * error[known] / mean[known]).max())
    return f"After {repetitions:,} repetitions each mean squared error is known to within {percent(width)}"


def _table(trace: Trace) -> pd.DataFrame:
    curves = trace.table()
    return pd.DataFrame(
        {
            "link": curves.link,
            "n": curves.draws,
            "repetitions": curves.repetitions,
            "squared error (nats²)": curves.squared_error,
            "standard error": curves.standard_error,
            "mean error (nats)": curves.bias,
            "infinite estimates": curves.infinite,
        }
    )
