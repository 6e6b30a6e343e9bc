"""Nearest target and noise of trained encoders, a line each, beside what is published."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from analysis.comparison.encoders import EncoderResult, Pair, PublishedResult, To, pairs_of
from analysis.digits import apart, interval, number, percent
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import escaped, wrapped
from analysis.figures.splits import AUC_IN_SHORT
from analysis.figures.theme import GREY, NOISE, TARGET, layout

_TO: dict[To, str] = {"means": "the means of classes", "nearest": "the nearest train items"}
_ROW, _FRAME = 34, 130  # pixels of an encoder, whose name has up to two lines, and of what stands around all
_COMPARED = "supcon", "sincere"
"""What the title is about, where the two were trained alike: their rows are neighbours."""


def encoders_figure(
    results: Sequence[EncoderResult], published: Sequence[PublishedResult] = (), *, to: To = "nearest"
) -> Exhibit:
    """`results` of one data set, at least one; `published` are of cosines to the nearest train items."""
    pairs = pairs_of(results, *_COMPARED)
    results = _paired(results, pairs)
    rows = [(each.label, *each.ends(to)[:2], "") for each in results]
    rows += [(each.title, each.noise, each.target, "-open") for each in published]
    names = [wrapped(escaped(name).replace("seed ", "seed\N{NO-BREAK SPACE}"), 26) for name, *_ in rows]
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
    how_to_read = _how_to_read(results, bool(published), to) + _by_nearest(pairs, to)
    return Exhibit(
        f"encoders-{to}", _title(results, pairs, to), plot, how_to_read,
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


def _paired(results: Sequence[EncoderResult], pairs: Sequence[Pair]) -> list[EncoderResult]:
    """In their order, but the second of each pair below its first."""
    moved = {id(second) for _, second in pairs}
    below = {id(first): second for first, second in pairs}
    rows: list[EncoderResult] = []
    for each in results:
        if id(each) not in moved:
            rows += [each, below[id(each)]] if id(each) in below else [each]
    return rows


def _title(results: Sequence[EncoderResult], pairs: Sequence[Pair], to: To) -> str:
    if pairs:
        return _between(pairs, to)
    least, widest = (f(results, key=lambda each: each.ends(to)[2].value) for f in (min, max))
    if widest is least:
        return f"{widest.label}: margin {number(widest.ends(to)[2].value)}, AUC {number(widest.area(to))}, to {_TO[to]}"
    ends = (f"{number(each.ends(to)[2].value)} ({each.label}, AUC {number(each.area(to))})" for each in (least, widest))
    return f"Margins to {_TO[to]} go from " + " to ".join(ends)


def _between(pairs: Sequence[Pair], to: To) -> str:
    """How many times as wide the margin of the second loss is, and how far its AUC lies from the first's."""
    first, second = (each.title.partition(", ")[0] for each in pairs[0])
    ratios = sorted(two.ends(to)[2].value / one.ends(to)[2].value for one, two in pairs)
    times = " to ".join(dict.fromkeys(f"{ratio:.1f}" for ratio in (ratios[0], ratios[-1])))
    if len(pairs) > 1:
        largest = max(abs(two.area(to) - one.area(to)) for one, two in pairs)
        areas = f"the AUC of these cosines differ by {number(largest)} at most"
        alike = f"In {len(pairs)} pairs trained alike "
    else:
        areas = "the AUC of these cosines is {1} against {0}".format(*apart(each.area(to) for each in pairs[0]))
        alike = "Trained alike, "
    return f"{alike}{second}'s margin to {_TO[to]} is {times} times {first}'s; {areas}"


def _by_nearest(pairs: Sequence[Pair], to: To) -> str:
    """What the other cosines say of the pairs in the title: they may say otherwise."""
    if to != "means" or not pairs:
        return ""
    first, second = (each.title.partition(", ")[0] for each in pairs[0])
    above = sum(two.auc > one.auc for one, two in pairs)
    return (
        f" By cosines to the nearest train items {second}'s AUC is above {first}'s in {above} of {len(pairs)} such"
        " pairs: these ask who lies among a class too, and stand in the table."
    )


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
        f" which a cosine to the own class exceeds one to another, {AUC_IN_SHORT}. It counts order alone: a wide"
        " margin may go with a small AUC."
    )
    if published:
        said += " Open marks: published, of another network and temperature."
    return said
