"""Where single estimates fall around the true log-odds, n by n: the spread shrinks, the softmax's shift stays."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.player import add_player
from analysis.figures.theme import TRUTH, layout
from analysis.figures.worlds.noise_floor.error import STYLES
from toy_models.noise_floor import LINKS, Reference, Trace
from toy_models.noise_floor.run import error_edges


def spread_of_estimates(trace: Trace, answer: Reference) -> Exhibit:
    """Histograms of estimate - truth as shares of all repetitions, on a slider over n."""
    edges = error_edges(trace.spec, answer)
    shares = trace.errors[-1] / trace.repetitions[-1]  # (L, Q, BINS)
    plot = layout(go.Figure(), x="estimate - true log-odds (nats)", y="share of repetitions", height=380)
    for row, (link, title) in enumerate(LINKS.items()):
        look = {"line": {"color": STYLES[link].colour, "dash": STYLES[link].dash, "width": 2, "shape": "hvh"}}
        plot.add_scatter(**_histogram(edges, shares[row, -1]), mode="lines", fill="tozeroy", name=title, **look)
    plot.add_vline(0, line={"color": TRUTH, "width": 2}, annotation_text="truth")
    shift = answer.links[1].limit - answer.log_odds
    plot.add_vline(shift, line={"color": STYLES["softmax"].colour, "dash": "dot", "width": 1.5})
    plot.update_yaxes(range=[0, 1.05 * float(shares.max(initial=0.01))])
    plot.frames = [
        go.Frame(name=f"{n:,}", data=[_histogram(edges, each) for each in shares[:, place]], traces=[0, 1])
        for place, n in enumerate(trace.spec.draws)
    ]
    add_player(plot, "n = ", legend_below=True)
    return Exhibit(
        stem="noise-floor-spread",
        title=f"With more draws the estimates close in; the softmax's centre on {shift:+.3g} nats",
        plot=plot,
        how_to_read=(
            "Move the slider through n. Both histograms narrow; Weibit's stays at 0, the truth, and the softmax's moves"
            " to the dotted line, the error of its limit. Estimates beyond an end are counted in the last bar."
        ),
        alt=f"Histograms of the error of both links; the softmax's limit is {number(shift, signed=True)} nats off.",
        table=_table(trace, edges, shares),
    )


def _histogram(edges: np.ndarray, shares: np.ndarray) -> dict[str, object]:
    return {"type": "scatter", "x": (edges[1:] + edges[:-1]) / 2, "y": shares}


def _table(trace: Trace, edges: np.ndarray, shares: np.ndarray) -> pd.DataFrame:
    links, draws, bins = shares.shape
    return pd.DataFrame(
        {
            "link": np.repeat(list(LINKS.values()), draws * bins),
            "n": np.tile(np.repeat(trace.spec.draws, bins), links),
            "from (nats)": np.tile(edges[:-1], links * draws),
            "to (nats)": np.tile(edges[1:], links * draws),
            "share of repetitions": shares.ravel(),
        }
    )
