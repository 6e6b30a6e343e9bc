"""The section on tails: how an anchor's similarity to its negatives ends."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from analysis.figures.exhibit import Exhibit
from analysis.figures.tails.anchor_tails import anchor_shapes, cosine_histogram
from analysis.figures.tails.excesses import quantile_plot, tail_histogram, threshold_plot
from analysis.outputs import NO_EMBEDDINGS, NO_LABELS
from analysis.statistics.bootstrap import Unavailable, median_estimate, proportion
from analysis.tails.excesses import LEAST_EXCESSES, fit_anchors, fit_tail, shape_by_threshold
from analysis.tails.pairs import PAIRS, negative_cosines
from ui.checkpoints.analyses import Analyses, SplitName
from ui.checkpoints.code import figure_code
from ui.checkpoints.unavailable import not_available
from ui.checkpoints.view import TAILS, splits
from ui.controls import part
from ui.exhibit import show

_COSINES = """
items, pairs = outputs.{split}, {pairs!r}
cosines = negative_cosines(items.embeddings, items.own_labels, pairs=pairs, anchors={anchors}, partners={partners})
"""
_FIT = "exhibit = {figure}(fit_tail(cosines, quantile={quantile}))"
_SCAN = "exhibit = threshold_plot(shape_by_threshold(cosines, np.array({scan}), resamples={resamples}))"
_OF_EACH = """
tails = fit_anchors(cosines, quantile={quantile})
exhibit = anchor_shapes(tails, median_estimate(tails.xi), proportion(tails.xi < 0), {quantile})
"""
_ALONE = "exhibit = cosine_histogram(cosines, {title!r})"
_LEVELS = {"pooled": "pooled over anchors", "single": "of each anchor"}
ANCHORS, PARTNERS = 300, 1000  # pooled: 300,000 cosines, of which the highest hundredth is fitted 200 times
_SINGLE_ANCHORS, _SINGLE_PARTNERS = 200, 10_000
SCAN = np.array([0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999])
SCAN_RESAMPLES = 60


@dataclass(frozen=True, slots=True)
class _Draw:
    """Which cosines: so many anchors of a split, each against so many of its negatives."""

    split: SplitName
    pairs: str
    anchors: int
    partners: int

    def cosines(self, analyses: Analyses) -> np.ndarray:
        items = analyses.split(self.split)
        drawn: dict[str, Any] = {"pairs": self.pairs, "anchors": self.anchors, "partners": self.partners}
        make = partial(negative_cosines, items.embeddings, items.own_labels, **drawn)
        return analyses.once(("cosines", self.split, self.pairs, self.anchors), make)

    def code(self, analyses: Analyses, body: str, *used: Callable[..., Any]) -> str:
        """The lines that give what `body` makes of these cosines."""
        return figure_code(analyses, _COSINES.format(**asdict(self)) + body, negative_cosines, *used)


def section(analyses: Analyses) -> None:
    """A fit with its checks, or the histogram alone and why."""
    if not analyses.outputs.has_embeddings:
        not_available("Tails", Unavailable(NO_EMBEDDINGS))
        return
    negatives = PAIRS if analyses.outputs.labelled else {"all": f"{PAIRS['all']}: {NO_LABELS}"}
    with part(*TAILS) as controls, st.container(horizontal=True, vertical_alignment="bottom"):
        pairs = controls.choice("Negatives", "pairs", negatives, default=next(iter(negatives)))
        level = controls.choice("Tail", "anchors", _LEVELS, default="pooled")
        split: SplitName = controls.choice("Items", "tail_items", splits(analyses.outputs), default="test")  # type: ignore[assignment]
        quantile = controls.real("Threshold, quantile", "quantile", default=0.99, low=0.5, high=0.9999, step=0.005)
    if level == "pooled":
        _pooled(analyses, _Draw(split, pairs, ANCHORS, PARTNERS), quantile)
    else:
        _single(analyses, _Draw(split, pairs, _SINGLE_ANCHORS, _SINGLE_PARTNERS), quantile)


def _pooled(analyses: Analyses, draw: _Draw, quantile: float) -> None:
    cosines, split, pairs = draw.cosines(analyses), draw.split, draw.pairs
    fit = analyses.once(("tail", split, pairs, quantile), lambda: fit_tail(cosines, quantile=quantile))
    st.caption(f"{PAIRS[pairs]}: {len(cosines):,} anchors drawn from {split}, each against {cosines.shape[1]:,} items.")
    if isinstance(fit, Unavailable):
        not_available("Tail", fit)
        _histogram(analyses, draw)
        return
    for figure, key in ((tail_histogram, "tail"), (quantile_plot, "tail-quantiles")):
        body = _FIT.format(figure=figure.__name__, quantile=quantile)
        show(figure(fit).given_by(draw.code(analyses, body, fit_tail, figure)), key=key)
    scan = analyses.once(("scan", split, pairs), lambda: shape_by_threshold(cosines, SCAN, resamples=SCAN_RESAMPLES))
    if len(scan.xi):
        body = _SCAN.format(scan=SCAN.tolist(), resamples=SCAN_RESAMPLES)
        code = draw.code(analyses, body, shape_by_threshold, threshold_plot)
        show(threshold_plot(scan).given_by(code), key="tail-thresholds")


def _single(analyses: Analyses, draw: _Draw, quantile: float) -> None:
    cosines = draw.cosines(analyses)

    def shapes() -> Exhibit | Unavailable:
        tails = fit_anchors(cosines, quantile=quantile)
        if not len(tails.xi):
            few = f"no anchor has {LEAST_EXCESSES} excesses over this quantile of its own cosines"
            return Unavailable(f"{few}; a lower threshold or the larger split may have")
        return anchor_shapes(tails, median_estimate(tails.xi), proportion(tails.xi < 0), quantile)

    found = analyses.once(("anchor tails", draw.split, draw.pairs, quantile), shapes)
    if isinstance(found, Unavailable):
        not_available("Tails of single anchors", found)
        _histogram(analyses, draw)
    else:
        used = (fit_anchors, median_estimate, proportion, anchor_shapes)
        code = draw.code(analyses, _OF_EACH.format(quantile=quantile), *used)
        show(found.given_by(code), key="tail-anchors")


def _histogram(analyses: Analyses, draw: _Draw) -> None:
    cosines, title = draw.cosines(analyses), PAIRS[draw.pairs]
    if np.isfinite(cosines).any():
        code = draw.code(analyses, _ALONE.format(title=title), cosine_histogram)
        show(cosine_histogram(cosines, title).given_by(code), key="negative-cosines")
