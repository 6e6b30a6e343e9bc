"""The force on one same-class pair under SupCon and SINCERE, against its similarity."""

import pandas as pd
import plotly.graph_objects as go

from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import LOSS_STYLES, TRUTH, layout
from analysis.pair_force import PairForces, PairScene, turning_point


def pair_force(scene: PairScene, forces: PairForces) -> Exhibit:
    """Two curves, and the cosine at which SupCon's changes sign."""
    plot = layout(
        go.Figure(), x="cosine similarity of one same-class pair", y="d loss / d similarity, nats", height=380
    )
    for name, title, values in (("supcon", "SupCon", forces.supcon), ("sincere", "SINCERE", forces.sincere)):
        style = LOSS_STYLES[name]
        line = {"color": style.colour, "dash": style.dash, "width": 2.5, "simplify": False}
        plot.add_scatter(x=forces.cosines, y=values, mode="lines", name=title, line=line)
    plot.add_hline(0, line_color=TRUTH, line_width=1)
    turn = turning_point(scene)
    if turn < forces.cosines.max():
        plot.add_vline(turn, line_color=TRUTH, line_dash="dot", line_width=1)
        plot.add_annotation(
            x=turn,
            y=1,
            yref="paper",
            text=f"SupCon pushes from {turn:.2f} on",
            xanchor="right",
            xshift=-6,
            showarrow=False,
        )
    return Exhibit(
        stem="pair-force",
        title="SupCon pushes a close same-class pair apart; SINCERE never does",
        plot=plot,
        how_to_read=(
            "Below 0 the loss pulls the pair together, above 0 it pushes it apart. "
            f"The anchor has {scene.positives} positives, the others at cosine {scene.positive_cosine:g}, "
            f"and {scene.noise} noise samples at cosine {scene.noise_cosine:g}; temperature {scene.temperature:g}."
        ),
        alt=f"SupCon's derivative crosses zero at cosine {turn:.2f}; SINCERE's stays below zero.",
        table=pd.DataFrame({"cosine": forces.cosines, "SupCon": forces.supcon, "SINCERE": forces.sincere}),
    )
