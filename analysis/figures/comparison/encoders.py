"""Nearest target and noise of trained encoders, a line each, beside what is published."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from analysis.comparison.encoders import EncoderResult, PublishedResult
from analysis.digits import interval, number
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import labels
from analysis.figures.theme import GREY, NOISE, TARGET, layout

_ROW, _FRAME = 26, 130  # pixels of an encoder, and of what stands around all


def encoders_figure(results: Sequence[EncoderResult], published: Sequence[PublishedResult] = ()) -> Exhibit:
    """`results` of one data set; at least one."""
    rows = [(each.label, each.noise, each.target, "") for each in results]
    rows += [(each.title, each.noise, each.target, "-open") for each in published]
    names = labels([name for name, *_ in rows])
    plot = layout(go.Figure(), x="cosine to the nearest train item, median", y="", height=_FRAME + _ROW * len(rows))
    for name, (_, noise, target, _) in zip(names, rows, strict=True):
        plot.add_scatter(
            x=[noise, target], y=[name] * 2, mode="lines", line={"color": GREY, "width": 2}, showlegend=False,
            hoverinfo="skip",
        )  # fmt: skip
    for side, colour, symbol, at in (("noise", NOISE, "square", 1), ("target", TARGET, "circle", 2)):
        plot.add_scatter(
            x=[row[at] for row in rows], y=names, mode="markers", name=side,
            marker={"color": colour, "size": 10, "symbol": [f"{symbol}{row[3]}" for row in rows], "line": {"width": 2}},
            hovertemplate=f"%{{y}}: {side} %{{x:.3f}}<extra></extra>",
        )  # fmt: skip
    plot.update_yaxes(type="category", autorange="reversed", automargin=True)
    return Exhibit(
        "encoders", _title(results), plot, _how_to_read(results, bool(published)),
        "; ".join(f"{name}: target {target:.3f}, noise {noise:.3f}" for name, noise, target, _ in rows),
        pd.DataFrame([*map(row_of, results), *map(_published_row, published)]),
    )  # fmt: skip


def row_of(each: EncoderResult) -> dict[str, object]:
    """One line of a table: every number as it is, intervals as two columns."""
    row: dict[str, object] = {
        "encoder": each.label, "data": each.data, "target": each.target, "noise": each.noise,
        "margin": each.margin.value, "margin, low": each.margin.low, "margin, high": each.margin.high,
        "AUC": each.auc, "1-NN": each.one_nn.value, "1-NN, low": each.one_nn.low, "1-NN, high": each.one_nn.high,
    }  # fmt: skip
    for name, found in (("probe", each.probe), ("head", each.head)):
        row[name] = None if found is None else found.value
    return row | {"ECE": each.ece, "train items": each.against}


def _published_row(each: PublishedResult) -> dict[str, object]:
    numbers = {"target": each.target, "noise": each.noise, "margin": each.margin}
    return {"encoder": each.title, "data": each.data, **numbers, "source": each.source}


def _title(results: Sequence[EncoderResult]) -> str:
    widest, least = (f(results, key=lambda each: each.margin.value) for f in (max, min))
    if widest is least:
        return f"{widest.label}: margin {number(widest.margin.value)}"
    ends = (f"{number(each.margin.value)} ({each.label})" for each in (least, widest))
    return "Margins go from " + " to ".join(ends)


def _how_to_read(results: Sequence[EncoderResult], published: bool) -> str:
    said = (
        "A circle is the median cosine of test items to the nearest train item of their class, a square that to the"
        " nearest of any other; the line between them is the margin."
        f" {results[0].label}: {interval(results[0].margin)} over test items."
    )
    if published:
        said += " Open marks are published values of another network, of other epochs and temperatures: see below."
    return said
