"""Nearest target and noise of trained encoders, a line each, beside what is published."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from analysis.comparison.encoders import EncoderResult, PublishedResult, To
from analysis.digits import interval, number, percent
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import labels
from analysis.figures.theme import GREY, NOISE, TARGET, layout

_TO: dict[To, str] = {"means": "the means of classes", "nearest": "the nearest train items"}
_ROW, _FRAME = 26, 130  # pixels of an encoder, and of what stands around all


def encoders_figure(
    results: Sequence[EncoderResult], published: Sequence[PublishedResult] = (), *, to: To = "nearest"
) -> Exhibit:
    """`results` of one data set, at least one; `published` are of cosines to the nearest train items."""
    rows = [(each.label, *each.ends(to)[:2], "") for each in results]
    rows += [(each.title, each.noise, each.target, "-open") for each in published]
    names = labels([name for name, *_ in rows])
    axis = "cosine to the mean of a class, median" if to == "means" else "cosine to the nearest train item, median"
    plot = layout(go.Figure(), x=axis, y="", height=_FRAME + _ROW * len(rows))
    for name, (_, noise, target, _) in zip(names, rows, strict=True):
        plot.add_scatter(
            x=[noise, target], y=[name] * 2, mode="lines", line={"color": GREY, "width": 2}, showlegend=False,
            hoverinfo="skip",
        )  # fmt: skip
    first, second = ("nearest other class", "own class") if to == "means" else ("noise", "target")
    for side, colour, symbol, at in ((first, NOISE, "square", 1), (second, TARGET, "circle", 2)):
        plot.add_scatter(
            x=[row[at] for row in rows], y=names, mode="markers", name=side,
            marker={"color": colour, "size": 10, "symbol": [f"{symbol}{row[3]}" for row in rows], "line": {"width": 2}},
            hovertemplate=f"%{{y}}: {side} %{{x:.3f}}<extra></extra>",
        )  # fmt: skip
    plot.update_yaxes(type="category", autorange="reversed", automargin=True)
    return Exhibit(
        f"encoders-{to}", _title(results, to), plot, _how_to_read(results, bool(published), to),
        "; ".join(f"{name}: {second} {target:.3f}, {first} {noise:.3f}" for name, noise, target, _ in rows),
        pd.DataFrame([*(row_of(each, to) for each in results), *map(_published_row, published)]),
    )  # fmt: skip


def row_of(each: EncoderResult, to: To = "nearest") -> dict[str, object]:
    """One line of a table: every number as it is, intervals as two columns, those of cosines `to` first."""
    kinds: tuple[To, To] = ("nearest", "means") if to == "nearest" else ("means", "nearest")
    row: dict[str, object] = {"encoder": each.label, "data": each.data}
    for kind in kinds:
        row |= _cosines_of(each, kind)
    row |= {
        "train apart": each.train_apart,
        "1-NN": each.one_nn.value, "1-NN, low": each.one_nn.low, "1-NN, high": each.one_nn.high,
    }  # fmt: skip
    for name, found in (("probe", each.probe), ("head", each.head)):
        row[name] = None if found is None else found.value
    return row | {"ECE": each.ece, "train items": each.against}


def _cosines_of(each: EncoderResult, to: To) -> dict[str, object]:
    """Medians, margin and AUC; every head says of which cosines."""
    other, own, margin = each.ends(to)
    bounds = (each.mean_auc.low, each.mean_auc.high) if to == "means" else each.auc_interval
    low, high = bounds or (None, None)
    own_name, other_name = ("own mean", "other mean") if to == "means" else ("target", "noise")
    return {
        own_name: own, other_name: other,
        f"margin ({to})": margin.value, f"margin ({to}), low": margin.low, f"margin ({to}), high": margin.high,
        f"AUC ({to})": each.area(to), f"AUC ({to}), low": low, f"AUC ({to}), high": high,
    }  # fmt: skip


def _published_row(each: PublishedResult) -> dict[str, object]:
    numbers = {"target": each.target, "noise": each.noise, "margin (nearest)": each.margin}
    return {"encoder": each.title, "data": each.data, **numbers, "source": each.source}


def _title(results: Sequence[EncoderResult], to: To) -> str:
    least, widest = (f(results, key=lambda each: each.ends(to)[2].value) for f in (min, max))
    if widest is least:
        return f"{widest.label}: margin {number(widest.ends(to)[2].value)}, AUC {number(widest.area(to))}, to {_TO[to]}"
    ends = (f"{number(each.ends(to)[2].value)} ({each.label}, AUC {number(each.area(to))})" for each in (least, widest))
    return f"Margins to {_TO[to]} go from " + " to ".join(ends)


def _how_to_read(results: Sequence[EncoderResult], published: bool, to: To) -> str:
    if to == "means":
        said = (
            "A circle is the median cosine of test items to the mean direction of their class's train items, a square"
            " that to the nearest of another class's; the line between them is the margin."
        )
    else:
        least = min(each.train_apart for each in results)
        said = (
            "A circle is the median cosine of test items to the nearest train item of their class, a square that to the"
            " nearest of any other; the line between them is the margin. Here up to"
            f" {percent(1 - least)} of the train items are nearer to another class's mean: so noise is never far."
        )
    said += (
        f" {results[0].label}: margin {interval(results[0].ends(to)[2])} over test items. AUC: the share of pairs in"
        " which a cosine to the own class exceeds one to another, 0.5 by chance. It counts order alone: a wide margin"
        " may go with a small AUC."
    )
    if published:
        said += " Open marks: published, of another network and temperature."
    return said
