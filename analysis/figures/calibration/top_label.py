"""The reliability diagram: accuracy against confidence, what chance alone would give, and how many items say so."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.accuracy.probe import Source
from analysis.calibration.top_label import Bins, Calibration, NullBand
from analysis.digits import beside, number
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import BLUE, GREY, TRUTH, layout
from losses.errors import plural

FEW = 20  # items in a bin below which its accuracy says little
_BAND = "rgba(128,128,128,0.35)"
_SOURCES: dict[Source, str] = {
    "class head": "the model's class head, {}",
    "class head, probabilities alone": "the model's class head, as the file has them: there are no logits, so a "
    "probability too small for its numbers is 0",
    "linear probe": "a linear probe, logistic regression on the encoder's features of train items, on the embeddings "
    "where there are no others (unit length; L2 penalty, C = 1, which by itself makes it less confident)",
    "linear probe of the other half": "a linear probe, logistic regression on half of the items of each class (there "
    "are no train items; unit length, L2 penalty, C = 1), judged on the other half",
}


def source_in_words(source: Source, temperature: float = 1.0) -> str:
    """Where class probabilities come from; `temperature`: what the file says that its logits are divided by."""
    scale = "" if temperature == 1 else f" / {temperature:.4g}"
    return _SOURCES[source].format(f"softmax(logits{scale})")


def reliability_diagram(found: Calibration, source: Source, *, temperature: float = 1.0) -> Exhibit:
    """Points at (mean confidence, accuracy), the diagonal, the null band of each bin, and the counts below.

    `temperature`: what a class head's logits were divided by, 1 where the file names none.
    """
    bins, whose = found.bins, "the" if source.startswith("class head") else "the probe's"
    return Exhibit(
        stem="reliability",
        title=f"Can {whose} probabilities be trusted? {ece_in_words(bins, found.null)}"
        + (f". Nearly all of it is {CAUTION}" if is_cautious(found, source) else ""),
        plot=reliability_plot(bins, found.null, x="confidence: probability of the predicted class", y="accuracy"),
        how_to_read=_how_to_read(found, source, temperature),
        alt=f"Reliability diagram of the {source}: calibration error {number(bins.ece)} on {found.items} items.",
        table=reliability_table(bins, found.null),
    )


CAUTION = "under-confidence, to which the probe's penalty adds"
_NEARLY_ALL = 0.9


def is_cautious(found: Calibration, source: Source) -> bool:
    """Whether 9 tenths of a probe's calibration error, which is beyond chance, are accuracy above confidence: then it
    may say more of the probe's penalty than of the encoder."""
    bins = found.bins
    signed = np.where(bins.count > 0, bins.accuracy - bins.confidence, 0.0) @ bins.count / bins.count.sum()
    beyond = bins.ece > found.null.ece[1]
    return source.startswith("linear probe") and bool(beyond and signed >= _NEARLY_ALL * bins.ece)


def ece_in_words(bins: Bins, null: NullBand) -> str:
    """ "ECE .054; a calibrated model with these confidences gives .026 to .087": never the number alone."""
    return "ECE " + beside(bins.ece, null.ece, "; a calibrated model with these confidences gives {} to {}")


def largest_gap_in_words(bins: Bins) -> str:
    """The MCE with its bin's items: of a few the gap is chance, and the largest among bins of `FEW` or more stands
    beside it."""
    said = f"largest gap of a bin (MCE) {number(bins.mce)}"
    count = int(bins.count[bins.gap.argmax()])
    if count >= FEW:
        return said
    many = bins.count >= FEW
    rest = f"; {number(float(bins.gap[many].max()))} among bins of {FEW} or more" if many.any() else ""
    return f"{said}, of a bin of {plural(count, 'item')}, which is mostly chance{rest}"


def reliability_plot(bins: Bins, null: NullBand, *, x: str, y: str) -> go.Figure:
    """The diagram itself: outcomes above, counts below."""
    filled = bins.count > 0
    plot = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.76, 0.24], vertical_spacing=0.05)
    layout(plot, x=x, y="", height=560)
    diagonal = {"color": TRUTH, "dash": "dash", "width": 1.5}
    plot.add_scatter(x=[0, 1], y=[0, 1], mode="lines", name="calibrated", line=diagonal, hoverinfo="skip", row=1, col=1)
    _add_band(plot, bins, null)
    _add_points(plot, bins, filled & (bins.count >= FEW), BLUE, "circle", f"bin of {FEW} items or more")
    _add_points(plot, bins, filled & (bins.count < FEW), GREY, "circle-open", f"bin of fewer than {FEW}")
    _add_counts(plot, bins)
    plot.update_layout(uniformtext={"minsize": 9, "mode": "hide"})  # counts in one size, or none
    plot.update_xaxes(range=[-0.02, 1.02])
    plot.update_xaxes(title_text="", row=1, col=1)
    plot.update_yaxes(title_text=y, range=[-0.03, 1.03], row=1, col=1)
    plot.update_yaxes(title_text="items", row=2, col=1)
    return plot


def _how_to_read(found: Calibration, source: Source, temperature: float) -> str:
    squared = beside(
        found.bins.squared, found.null.squared, ", signed; a calibrated model gives {} to {}.", signed=True
    )
    return (
        f"Probabilities of {source_in_words(source, temperature)}. Top label: only the largest probability of each "
        f"item, {len(found.bins.count)} bins of {found.bins.scheme}. Below the diagonal the model is over-confident, "
        "above it under-confident. A grey bar is where a calibrated model's accuracy falls in 95 % of samples of "
        f"{found.items:,} items. Debiased squared error {squared}"
    )


def _add_band(plot: go.Figure, bins: Bins, null: NullBand) -> None:
    """A bar at each bin's mean confidence: where the accuracy of a calibrated model falls."""
    filled = bins.count > 0
    lower, upper, place = null.lower[filled], null.upper[filled], bins.confidence[filled]
    gap = np.full(len(place), np.nan)  # parts the bars of one line
    plot.add_scatter(
        x=np.stack([place, place, gap], axis=1).ravel(),
        y=np.stack([lower, upper, gap], axis=1).ravel(),
        mode="lines",
        line={"color": _BAND, "width": 12},
        name="calibrated, 95 % of samples",
        hovertemplate="calibrated, 95 % of samples: %{y:.6~g}<extra></extra>",
        row=1,
        col=1,
    )


def _add_points(plot: go.Figure, bins: Bins, shown: np.ndarray, colour: str, symbol: str, name: str) -> None:
    plot.add_scatter(
        x=bins.confidence[shown],
        y=bins.accuracy[shown],
        mode="markers",
        cliponaxis=False,
        name=name,
        marker={"color": colour, "symbol": symbol, "size": 10, "line": {"width": 2, "color": colour}},
        customdata=bins.count[shown],
        hovertemplate="confidence %{x:.6~g}, accuracy %{y:.6~g}, %{customdata} items<extra></extra>",
        row=1,
        col=1,
    )


def _add_counts(plot: go.Figure, bins: Bins) -> None:
    width = np.maximum(bins.upper - bins.lower, 0.004)
    plot.add_bar(
        x=(bins.lower + bins.upper) / 2,
        y=bins.count,
        width=width * 0.9,
        marker={"color": np.where(bins.count < FEW, GREY, BLUE).tolist(), "line": {"width": 0}},
        text=[str(count) if count and wide else "" for count, wide in zip(bins.count, width > 0.03, strict=True)],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        showlegend=False,
        hovertemplate="%{y} items<extra></extra>",
        row=2,
        col=1,
    )


def reliability_table(bins: Bins, null: NullBand) -> pd.DataFrame:
    """One row a filled bin."""
    columns = {
        "above": bins.lower,
        "up to": bins.upper,
        "items": bins.count,
        "mean confidence": bins.confidence,
        "accuracy": bins.accuracy,
        "calibrated from": null.lower,
        "calibrated to": null.upper,
    }
    return pd.DataFrame(columns)[bins.count > 0].reset_index(drop=True)
