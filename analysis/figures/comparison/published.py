"""Target and noise cosines of an encoder, before those that the authors publish of theirs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.comparison.encoders import PUBLISHED, To
from analysis.comparison.published_histograms import TEMPERATURES, PublishedHistogram, published_histogram
from analysis.digits import cosines, number
from analysis.figures.bands import Cell
from analysis.figures.exhibit import Exhibit
from analysis.figures.panels import add_together, grid
from analysis.figures.theme import GREY, NOISE, TARGET, layout
from losses.catalog import CATALOG

_HEIGHT = 420
_GHOST = "rgba(128,128,128,0.22)"
_AXES: dict[To, str] = {
    "means": "cosine, here to the mean of a class,<br>published to the nearest train item",
    "nearest": "cosine to the nearest train item",
}
_SIDES: dict[To, tuple[str, str]] = {"means": ("own mean", "nearest other mean"), "nearest": ("target", "noise")}


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """own, other (M,) cosines of the test items of an encoder trained by `loss`; `to` what."""

    loss: str
    own: np.ndarray
    other: np.ndarray
    to: To


def published_figure(found: Sequence[Sides]) -> Exhibit:
    """A panel each, ours as lines, the published one grey behind it. All of `found` are of one kind, losses apart."""
    pairs = [(sides, published_histogram(sides.loss)) for sides in found]
    plot, cells = grid([f"{CATALOG[each.loss].title}, tau {TEMPERATURES[each.loss]:g}" for each in found])
    layout(plot, x="", y="", height=_HEIGHT)
    add_together(
        plot, ((trace, cell) for pair, cell in zip(pairs, cells, strict=True) for trace in _traces(*pair, cell))
    )
    plot.update_xaxes(title_text=_AXES[found[0].to]).update_yaxes(tickformat="~%")
    top = 1.15 * max(float(np.max(share)) for sides, its in pairs for share in (its.noise, _shares(sides, its)[2]))
    plot.update_yaxes(title_text="share of test items", col=1).update_yaxes(range=[0, min(top, 1.02)])
    plot.update_layout(legend_y=1.12, margin_t=80)  # above the panels' titles
    return Exhibit(
        f"published-{found[0].to}", _title(pairs), plot, _how_to_read(found[0].to),
        "; ".join(map(_said, found)), pd.concat([_table(*pair) for pair in pairs], ignore_index=True),
    )  # fmt: skip


def _traces(sides: Sides, published: PublishedHistogram, cell: Cell) -> Iterator[dict[str, object]]:
    first = cell == Cell(1, 1)
    for share, dash, name in ((published.target, "solid", "target"), (published.noise, "dash", "noise")):
        yield _steps(published.edges, share, GREY, dash, f"published: nearest {name}", first) | {
            "fill": "tozeroy", "fillcolor": _GHOST,
        }  # fmt: skip
    edges, own, other = _shares(sides, published)
    target, noise = _SIDES[sides.to]
    for share, colour, dash, name in ((own, TARGET, "solid", target), (other, NOISE, "dash", noise)):
        yield _steps(edges, share, colour, dash, f"here: {name}", first)


def _steps(edges: np.ndarray, share: np.ndarray, colour: str, dash: str, name: str, legend: bool) -> dict[str, object]:
    return {
        "type": "scatter", "x": edges, "y": np.append(share, share[-1]), "mode": "lines", "name": name,
        "legendgroup": name, "showlegend": legend, "line": {"color": colour, "dash": dash, "width": 2, "shape": "hv"},
        "hovertemplate": "%{y:.3~p} from %{x:.3f}<extra>" + name + "</extra>",
    }  # fmt: skip


def _shares(sides: Sides, published: PublishedHistogram) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ours in bins of the published width, so that heights compare, from the published ones down to -1."""
    width = published.edges[1] - published.edges[0]
    below = int(np.ceil((published.edges[0] + 1) / width))
    edges = np.concatenate([published.edges[0] - width * np.arange(below, 0, -1), published.edges])
    clipped = (np.clip(each.astype(np.float64), edges[0], edges[-1]) for each in (sides.own, sides.other))
    own, other = (np.histogram(each, edges)[0] / len(each) for each in clipped)
    occupied = max(0, int(np.flatnonzero(own + other)[0]) - 1)
    start = min(occupied, below)
    return edges[start:], own[start:], other[start:]


def _title(pairs: Sequence[tuple[Sides, PublishedHistogram]]) -> str:
    margins = {each.loss: each.margin for each in PUBLISHED}
    said = (
        f"{CATALOG[each.loss].title}, tau {TEMPERATURES[each.loss]:g}, {number(_margin(each))} and"
        f" {margins[each.loss]:g}"
        for each, _ in pairs
    )
    if pairs[0][0].to == "means":
        return "Two margins: to the means of classes here, to the nearest items as published. " + "; ".join(said)
    return "Margins to the nearest train items, here and as published: " + "; ".join(said)


def _margin(sides: Sides) -> float:
    return float(np.median(sides.own) - np.median(sides.other))


def _said(sides: Sides) -> str:
    own, other = cosines([float(np.median(sides.own)), float(np.median(sides.other))])
    return f"{CATALOG[sides.loss].title}: median target {own}, noise {other}"


def _how_to_read(to: To) -> str:
    said = (
        "Grey, behind: the authors' nearest target and noise of CIFAR-10's test items, decoded from their figures"
        " (Feeney & Hughes, arXiv 2309.14277; ResNet-50, 800 epochs, the temperatures of the panels, so that loss and"
        " temperature differ at once). In colour: the encoders here, at these temperatures, in bins of the same width"
    )
    if to == "means":
        said += (
            "; but held against the means of classes, so that a margin here is another quantity than the published one:"
            " with Cosines to: Nearest train items, both are alike."
        )
    else:
        said += ". Their train items are not all apart, so that some noise is near every test item."
    return f"{said} Scaled to the noise: bins that are higher leave the figure above, and stand in the table."


def _table(sides: Sides, published: PublishedHistogram) -> pd.DataFrame:
    edges, own, other = _shares(sides, published)
    behind = len(edges) - len(published.edges)
    pad = np.full(max(behind, 0), np.nan)
    kept = slice(max(-behind, 0), None)
    columns = {"target": own, "noise": other}
    theirs = {name: np.concatenate([pad, getattr(published, name)[kept]]) for name in columns}
    return pd.DataFrame(
        {"loss": CATALOG[sides.loss].title, "from": edges[:-1].round(4), "to": edges[1:].round(4)}
        | columns | {f"{name}, published": share for name, share in theirs.items()}
    )  # fmt: skip
