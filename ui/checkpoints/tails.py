"""The section on tails: how an anchor's similarity to its negatives ends."""

import numpy as np
import streamlit as st

from analysis.figures.exhibit import Exhibit
from analysis.figures.tails.anchor_tails import anchor_shapes, cosine_histogram
from analysis.figures.tails.excesses import quantile_plot, tail_histogram, threshold_plot
from analysis.statistics.bootstrap import Unavailable, median_estimate, proportion
from analysis.tails.excesses import LEAST_EXCESSES, fit_anchors, fit_tail, shape_by_threshold
from analysis.tails.pairs import PAIRS, negative_cosines
from ui.checkpoints.analyses import Analyses, SplitName
from ui.checkpoints.unavailable import not_available
from ui.checkpoints.view import TAILS, splits
from ui.controls import part
from ui.exhibit import show

_LEVELS = {"pooled": "pooled over anchors", "single": "of each anchor"}
ANCHORS, PARTNERS = 300, 1000  # pooled: 300,000 cosines, of which the highest hundredth is fitted 200 times
_SINGLE_ANCHORS, _SINGLE_PARTNERS = 200, 10_000
SCAN = np.array([0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999])
SCAN_RESAMPLES = 60


def section(analyses: Analyses) -> None:
    """A fit with its checks, or the histogram alone and why."""
    with part(*TAILS) as controls, st.container(horizontal=True, vertical_alignment="bottom"):
        pairs = controls.choice("Negatives", "pairs", PAIRS, default="different_class")
        level = controls.choice("Tail", "anchors", _LEVELS, default="pooled")
        split: SplitName = controls.choice("Items", "tail_items", splits(analyses.outputs), default="test")  # type: ignore[assignment]
        quantile = controls.real("Threshold, quantile", "quantile", default=0.99, low=0.5, high=0.9999, step=0.005)
    if level == "pooled":
        _pooled(analyses, split, pairs, quantile)
    else:
        _single(analyses, split, pairs, quantile)


def _pooled(analyses: Analyses, split: SplitName, pairs: str, quantile: float) -> None:
    cosines = _cosines(analyses, split, pairs, ANCHORS, PARTNERS)
    fit = analyses.once(("tail", split, pairs, quantile), lambda: fit_tail(cosines, quantile=quantile))
    st.caption(f"{PAIRS[pairs]}: {len(cosines):,} anchors drawn from {split}, each against {cosines.shape[1]:,} items.")
    if isinstance(fit, Unavailable):
        not_available("Tail", fit)
        _histogram(cosines, pairs)
        return
    show(tail_histogram(fit), key="tail")
    show(quantile_plot(fit), key="tail-quantiles")
    scan = analyses.once(("scan", split, pairs), lambda: shape_by_threshold(cosines, SCAN, resamples=SCAN_RESAMPLES))
    if len(scan.xi):
        show(threshold_plot(scan), key="tail-thresholds")


def _single(analyses: Analyses, split: SplitName, pairs: str, quantile: float) -> None:
    cosines = _cosines(analyses, split, pairs, _SINGLE_ANCHORS, _SINGLE_PARTNERS)

    def shapes() -> Exhibit | Unavailable:
        tails = fit_anchors(cosines, quantile=quantile)
        if not len(tails.xi):
            few = f"no anchor has {LEAST_EXCESSES} excesses over this quantile of its own cosines"
            return Unavailable(f"{few}; a lower threshold or the larger split may have")
        return anchor_shapes(tails, median_estimate(tails.xi), proportion(tails.xi < 0), quantile)

    found = analyses.once(("anchor tails", split, pairs, quantile), shapes)
    if isinstance(found, Unavailable):
        not_available("Tails of single anchors", found)
        _histogram(cosines, pairs)
    else:
        show(found, key="tail-anchors")


def _cosines(analyses: Analyses, split: SplitName, pairs: str, anchors: int, partners: int) -> np.ndarray:
    items = analyses.split(split)
    return analyses.once(
        ("cosines", split, pairs, anchors),
        lambda: negative_cosines(items.embeddings, items.labels, pairs=pairs, anchors=anchors, partners=partners),
    )


def _histogram(cosines: np.ndarray, pairs: str) -> None:
    if np.isfinite(cosines).any():
        show(cosine_histogram(cosines, PAIRS[pairs]), key="negative-cosines")
