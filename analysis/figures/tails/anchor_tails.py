"""Tails anchor by anchor, and the plain histogram of cosines that stands where nothing can be fitted."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import apart, interval, percent_interval, value_of
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import BLUE, GREY, ORANGE, layout
from analysis.statistics.bootstrap import Estimate, Unavailable
from analysis.tails.excesses import LEAST_EXCESSES, AnchorTails


def anchor_shapes(
    tails: AnchorTails, median: Estimate | Unavailable, bounded: Estimate | Unavailable, quantile: float
) -> Exhibit:
    """Histogram of the shapes of single anchors; `median` of them and the share `bounded` below 0, with intervals."""
    heights, edges = np.histogram(tails.xi, bins=min(30, max(5, len(tails.xi) // 5)))
    plot = layout(go.Figure(), x="shape xi of one anchor's tail", y="anchors", height=360)
    plot.add_bar(x=edges[:-1], y=heights, width=np.diff(edges), offset=0, marker_color=BLUE, showlegend=False)
    plot.add_vline(0, line={"color": ORANGE, "dash": "dot"}, annotation_text="Gumbel, xi = 0")
    if isinstance(median, Estimate):
        plot.add_vline(median.value, line={"color": BLUE, "dash": "dash"}, annotation_text=f"median {value_of(median)}")
    said = f"not available, {median.reason}" if isinstance(median, Unavailable) else interval(median)
    share = f"not available, {bounded.reason}" if isinstance(bounded, Unavailable) else percent_interval(bounded)
    return Exhibit(
        stem="tail-anchors",
        title=f"Do single anchors have an endpoint? Median xi {said}",
        plot=plot,
        how_to_read=(
            f"Each of {len(tails.xi):,} anchors has its own threshold, the {100 * quantile:.6g} % quantile of its own"
            f" cosines, and its own fit. Share of anchors with xi below 0: {share}. Intervals resample anchors; a"
            " single anchor's shape scatters far more than their median. "
            f"{tails.left_out:,} anchors have fewer than {LEAST_EXCESSES} excesses and are left out."
        ),
        alt=f"Shapes of {len(tails.xi)} anchors, median {said}.",
        table=pd.DataFrame(
            {"anchor": tails.anchors, "xi": tails.xi, "sigma": tails.sigma, "threshold (cosine)": tails.threshold}
        ),
    )


def cosine_histogram(cosines: np.ndarray, pairs: str) -> Exhibit:
    """All cosines (A, M), NaN where there is no pair, from the least to the largest."""
    there = cosines[np.isfinite(cosines)]
    heights, edges = np.histogram(there, bins=60)
    plot = layout(go.Figure(), x="cosine of two items", y="pairs", height=360)
    plot.add_bar(x=edges[:-1], y=heights, width=np.diff(edges), offset=0, marker_color=GREY, showlegend=False)
    plot.update_yaxes(type="log", dtick=1)
    said = apart([float(there.max()), float(there.min())])[0] if len(there) else "not there"
    return Exhibit(
        stem="negative-cosines",
        title=f"How similar are an anchor's negatives? {said} at the most",
        plot=plot,
        how_to_read=(
            f"{pairs}: {len(there):,} cosines of {len(cosines):,} anchors, on a logarithmic axis, so that the largest "
            f"ones show; the largest is {said}."
        ),
        alt=f"Histogram of {len(there)} cosines.",
        table=pd.DataFrame({"from": edges[:-1], "to": edges[1:], "pairs": heights}),
    )
