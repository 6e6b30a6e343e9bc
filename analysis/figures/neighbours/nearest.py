"""Nearest target against nearest noise similarity: histograms over all test items, medians class by class."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import cosines, interval
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import at_line, escaped, labels, reasons, short
from analysis.figures.splits import AUC_BY_CHANCE, items_of
from analysis.figures.theme import NOISE, TARGET, TRUTH, layout
from analysis.neighbours.nearest import Margin, Nearest, margin
from analysis.neighbours.separation import Separation, separation
from analysis.statistics.bootstrap import Unavailable
from analysis.statistics.histogram_edges import bin_edges

MOST_DRAWN = 40
_LABEL = 0.25
"""What a median's number takes of the width, where the picture is a third of a page."""
_ABSENT = "whose class train does not have"
WITHIN = ", within the items, each left out of its own search"
"""What a title says where there is no train."""


def nearest_histograms(nearest: Nearest, overall: Margin, label_of: tuple[int, str] | None = None) -> Exhibit:
    """Histograms as proportions of the comparable items (SINCERE, figures 2 and 3), with the medians.

    `label_of`: a class by index and name, whose margin `overall` then is; all classes where None.
    """
    chosen = nearest.comparable
    every = items_of("" if nearest.within else "test")
    items, whose = every, ""
    if label_of is not None:
        chosen = chosen & (nearest.labels == label_of[0])
        items, whose = f"{every} of class {short(label_of[1])}", f" ({short(label_of[1])})"
    sides = nearest.target[chosen], nearest.noise[chosen]
    edges = bin_edges(np.concatenate(sides).astype(np.float64), -1, 1, 100)
    shares = [np.histogram(side.astype(np.float64), edges)[0] / overall.items for side in sides]
    other = "other item" if nearest.within else "train item"
    plot = layout(go.Figure(), x=f"cosine to the nearest {other}", y=f"share of {escaped(items)}", height=400)
    low, high = _occupied(shares[0] + shares[1], edges)
    medians = cosines([overall.target, overall.noise])
    left = _left_of_lines(overall.target, overall.noise, low, high)
    roles = (
        ("target: same class", TARGET, "solid", overall.target),
        ("noise: other class", NOISE, "dash", overall.noise),
    )
    for line, (share, (name, colour, dash, median)) in enumerate(zip(shares, roles, strict=True)):
        _add_steps(plot, share, edges, name, colour, dash)
        _add_median(plot, median, medians[line], colour, line, left=left[line])
    plot.update_xaxes(range=[low, high])
    # A quarter of air above the highest bin, for the medians' numbers.
    plot.update_yaxes(tickformat="~%", range=[0, 1.25 * float(np.max(shares))], fixedrange=True)
    plot.update_layout(dragmode="select", selectdirection="h")
    margin_said = f"Margin {interval(overall.margin)}{_area(nearest, label_of)}"
    return Exhibit(
        stem="nearest-similarity",
        title=f"Is an item nearer to its own class than to any other?{whose} {margin_said}"
        + (WITHIN if nearest.within else ""),
        plot=plot,
        how_to_read=(
            f"For each of {overall.items:,} {items}, its largest cosine to {_an(other)} of its class (target) and "
            f"of any other (noise), in bins of {edges[1] - edges[0]:.3g}; dotted lines are medians. The margin is "
            "median target less median noise, signed, with its 95 % bootstrap interval over items (the SINCERE "
            "authors' script gives its absolute value); the AUC is the share of pairs of a target and a noise in "
            f"order, {AUC_BY_CHANCE}. Drag over a part to see its items." + _left_out(nearest)
        ),
        alt=f"Median target {medians[0]}, median noise {medians[1]}.",
        table=pd.DataFrame({"from": edges[:-1], "to": edges[1:], "target": shares[0], "noise": shares[1]}).round(12),
    )


def class_medians(nearest: Nearest, class_names: tuple[str, ...]) -> Exhibit:
    """One row a class: the two medians and the line between them. A class without a margin is named with the reason.

    Of more than `MOST_DRAWN` classes those with the smallest margins are drawn; the table has all.
    """
    rows = [(name, margin(nearest, index)) for index, name in enumerate(class_names)]
    numbered = zip(labels(class_names), rows, strict=True)
    known = [(shown, found) for shown, (_, found) in numbered if isinstance(found, Margin)]
    classes = len(known)
    if classes > MOST_DRAWN:
        known = sorted(known, key=lambda row: row[1].margin.value)[:MOST_DRAWN]
    other = "other item" if nearest.within else "train item"
    x = f"median cosine to the nearest {other}"
    plot = layout(go.Figure(), x=x, y="class", height=130 + 26 * len(known))
    _add_spans(plot, known)
    plot.update_yaxes(type="category", autorange="reversed", showgrid=False)
    missing = reasons((name, found.reason) for name, found in rows if isinstance(found, Unavailable))
    drawn = f" The {MOST_DRAWN} smallest margins of {classes} classes are drawn." if classes > MOST_DRAWN else ""
    return Exhibit(
        stem="nearest-similarity-by-class",
        title="Which classes have a close rival" + (WITHIN if nearest.within else "") + "?" + _closest(known),
        plot=plot,
        how_to_read="A short line is a class whose nearest rival is almost as near as the class itself."
        f"{drawn} The table has every margin with its interval and number of items.{missing}",
        alt=f"Median target and noise similarity of {len(known)} classes.",
        table=pd.DataFrame([_row(name, found, separation(nearest, c)) for c, (name, found) in enumerate(rows)]),
    )


def _closest(known: "list[tuple[str, Margin]]") -> str:
    """The class with the smallest margin, of those that are drawn."""
    if not known:
        return ""
    name, found = min(known, key=lambda row: row[1].margin.value)
    return f" {name} first: margin {interval(found.margin)}"


def _add_spans(plot: go.Figure, known: list[tuple[str, Margin]]) -> None:
    """A line a class from noise to target, and a marker at each end."""
    names = [name for name, _ in known]
    plot.add_scatter(
        x=[value for _, found in known for value in (found.noise, found.target, None)],
        y=[place for name in names for place in (name, name, None)],
        mode="lines",
        line={"color": TRUTH, "width": 2},
        hoverinfo="skip",
        showlegend=False,
    )
    for role, colour, symbol, values in (
        ("target: same class", TARGET, "circle", [found.target for _, found in known]),
        ("noise: other class", NOISE, "diamond", [found.noise for _, found in known]),
    ):
        marker = {"color": colour, "symbol": symbol, "size": 11}
        plot.add_scatter(x=values, y=names, mode="markers", name=role, marker=marker)


def _add_steps(plot: go.Figure, share: np.ndarray, edges: np.ndarray, name: str, colour: str, dash: str) -> None:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    plot.add_scatter(
        x=edges,
        y=np.append(share, share[-1]),
        mode="lines",
        name=name,
        line={"color": colour, "dash": dash, "width": 2, "shape": "hv"},
        fill="tozeroy",
        fillcolor=f"rgba({red},{green},{blue},0.18)",
        hovertemplate="%{y:.3~p} from %{x:.9~g}<extra>" + name + "</extra>",
    )


def _left_of_lines(target: float, noise: float, low: float, high: float) -> tuple[bool, bool]:
    """For the median of target and of noise: does its number stand left of its line?

    On the side away from the other median, or it would cross the other's line; elsewhere where that leaves the picture.
    """
    at_target, at_noise = ((median - low) / (high - low) for median in (target, noise))
    if target < noise:
        return at_target > _LABEL, at_noise > 1 - _LABEL
    return at_target > 1 - _LABEL, at_noise > _LABEL


def _add_median(plot: go.Figure, median: float, said: str, colour: str, line: int, *, left: bool) -> None:
    """A line over the whole height; its number, each in a row of its own, has a square of its colour at the line."""
    plot.add_vline(median, line_color=colour, line_dash="dot", line_width=2)
    plot.add_annotation(
        x=median,
        y=1,
        yref="paper",
        yanchor="top",
        yshift=-18 * line,
        xanchor="right" if left else "left",
        xshift=-6 if left else 6,
        text=at_line(f"median {said}", colour, left=left),
        showarrow=False,
    )


def _occupied(share: np.ndarray, edges: np.ndarray) -> tuple[float, float]:
    """The range with items in it and some air, hardly more than [-1, 1]."""
    filled = np.flatnonzero(share)
    low, high = float(edges[filled[0]]), float(edges[filled[-1] + 1])
    air = max(2 * float(edges[1] - edges[0]), 0.1 * (high - low))
    beyond = 0.25 * float(edges[1] - edges[0])
    return max(-1 - beyond, low - air), min(1 + beyond, high + air)


def _an(item: str) -> str:
    return f"an{item}" if item.startswith("other") else f"a {item}"


def _left_out(nearest: Nearest) -> str:
    """What the numbers do not include, and why; empty where they include all."""
    copies = int(nearest.copies.sum())
    absent = int((~np.isfinite(nearest.target)).sum())
    other, alone = ("another", "that are alone in their class") if nearest.within else ("a train", _ABSENT)
    parts = [f"{copies:,} that have the embedding of {other} item"] * (copies > 0)
    parts += [f"{absent:,} {alone}"] * (absent > 0)
    return f" Left out: {' and '.join(parts)}." if parts else ""


def _area(nearest: Nearest, label_of: tuple[int, str] | None) -> str:
    found = separation(nearest, None if label_of is None else label_of[0])
    return "" if isinstance(found, Unavailable) else f", AUC {interval(found.auc)}"


def _row(name: str, found: Margin | Unavailable, area: Separation | Unavailable) -> dict[str, object]:
    if isinstance(found, Unavailable):
        return {"class": name, "not available": found.reason}
    low, high = found.margin.low, found.margin.high
    numbers = {"target": found.target, "noise": found.noise, "margin": found.margin.value, "low": low, "high": high}
    areas = {} if isinstance(area, Unavailable) else {"AUC": area.auc.value, "from": area.auc.low, "to": area.auc.high}
    return {"class": name, "items": found.items, **numbers, **areas}
