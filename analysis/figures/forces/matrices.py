"""The force on every pair of a batch, one matrix a loss, all on one colour scale."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import latex, number, percent
from analysis.figures.exhibit import Exhibit
from analysis.figures.forces.image import force_image
from analysis.figures.forces.scale import SCALED, apart, beyond, class_edges, colour_axis, colour_limit
from analysis.figures.labels import label
from analysis.figures.theme import GREY, layout
from analysis.forces.batches import ForceBatch
from analysis.forces.groups import Balance, balance
from analysis.forces.matrix import ForceMatrix, force_losses
from analysis.forces.pair_terms import PairTerms
from losses.catalog import CATALOG, unit_of

# Matrices are square and share the page's width: the more there are, the lower the figure.
_HEIGHTS = {1: 600, 2: 500, 3: 420, 4: 360}
_AXES = ("", "2", "3", "4")
_OUTLINE = {"color": GREY, "width": 1}
# Larger matrices are pictures, whose numbers are in the table alone: a cell would be too small to point at.
_HOVERED = 128
_STRONGER = "stronger cells of all matrices together, same-class and noise,"
_NAMED = 24  # classes along all matrices of a figure


def force_matrices(matrices: Sequence[ForceMatrix], batch: ForceBatch) -> Exhibit:
    """Side by side: rows are anchors, columns the others, sorted by class; same-class blocks are outlined."""
    limit = colour_limit([matrix.forces[matrix.same_class] for matrix in matrices])
    sums = [balance(matrix) for matrix in matrices]
    plot = make_subplots(1, len(matrices), shared_yaxes=True, horizontal_spacing=0.04)
    layout(plot, x="other sample", y="", height=_HEIGHTS[len(matrices)])
    # Shapes and titles go in together: plotly copies all there are whenever one is added.
    plot.update_layout(
        coloraxis=colour_axis(limit, "s", unit_of(each.loss for each in matrices)),
        margin={"t": 84, "l": 64},
        annotations=[_title(*each) for each in zip(matrices, sums, _AXES, strict=False)],
        shapes=[outline for axis, matrix in zip(_AXES, matrices, strict=False) for outline in _outlines(matrix, axis)],
    )
    plot.update_yaxes(title_text="anchor, by class", col=1)
    for column, matrix in enumerate(matrices, start=1):
        _add_matrix(plot, matrix, limit, column)
        _name_classes(plot, matrix, batch, column, most=_NAMED // len(matrices))
    return Exhibit(
        stem="force-matrices",
        title=f"Same-class pairs that repel: {_shares(matrices, sums)}",
        plot=plot,
        how_to_read=_how_to_read(matrices, limit),
        alt=f"Force matrices of {len(matrices)} losses. Same-class pairs that repel: {_shares(matrices, sums)}.",
        table=_pairs(matrices, batch),
    )


def balance_table(matrices: Sequence[ForceMatrix]) -> pd.DataFrame:
    """One row a loss: the share of same-class pairs that repel, and what pulls and pushes add up to."""
    rows = [(force_losses()[matrix.loss], balance(matrix)) for matrix in matrices]
    return pd.DataFrame(
        [
            {
                "loss": title,
                "same-class pairs": total.pairs,
                "that repel": total.repelling,
                "share": total.repelling_share,
                "pull": total.pull,
                "push within classes": total.push,
                "push to pull": total.push_to_pull,
                "push of noise": total.noise_push,
            }
            for title, total in rows
        ]
    )


def live_formula(terms: PairTerms) -> str:
    """LaTeX of the derivative on one same-class pair, with its values in it where it is a formula of shares."""
    verdict = "pushes apart" if terms.force > 0 else "pulls together" if terms.force < 0 else "leaves alone"
    steps = "".join(f" = {step}" for step in _steps(terms))
    return (
        rf"\text{{{force_losses()[terms.loss]}: }}\frac{{\partial \ell_i}}{{\partial s_{{ip}}}}{steps}"
        rf" = {latex(terms.force, signed=True)} \quad \text{{{verdict}}}"
    )


def _steps(terms: PairTerms) -> tuple[str, ...]:
    """The derivative in letters and in numbers; nothing for a loss whose derivative is no share over tau."""
    entry, tau = CATALOG.get(terms.loss), f"{terms.temperature:g}"
    if entry is None or not entry.contrast.is_share:
        return ()
    if not entry.contrast.others_below:
        return r"-\frac{g_{ip}}{|P|\,\tau}", rf"-\frac{{{latex(terms.noise_share)}}}{{{terms.positives} \cdot {tau}}}"
    if not terms.positive:
        return r"\frac{q_{ip}}{\tau}", rf"\frac{{{latex(terms.share)}}}{{{tau}}}"
    if entry.contrast.positives == "view":
        return r"\frac{q_{ip} - 1}{\tau}", rf"\frac{{{latex(terms.share)} - 1}}{{{tau}}}"
    if entry.contrast.is_soft:
        return r"\frac{q_{ip} - t_{ip}}{\tau}", rf"\frac{{{latex(terms.share)} - {latex(terms.target)}}}{{{tau}}}"
    return r"\frac{q_{ip} - 1/|P|}{\tau}", rf"\frac{{{latex(terms.share)} - 1/{terms.positives}}}{{{tau}}}"


def _add_matrix(plot: go.Figure, matrix: ForceMatrix, limit: float, column: int) -> None:
    forces = matrix.forces.astype(np.float32)
    np.fill_diagonal(forces, np.nan)
    if len(forces) > _HOVERED:
        _add_image(plot, force_image(forces, limit), column)
        return
    plot.add_heatmap(
        z=forces,
        customdata=matrix.cosines.astype(np.float32),
        coloraxis="coloraxis",
        name=force_losses()[matrix.loss],
        hoverongaps=False,
        hovertemplate="anchor %{y}, other %{x}<br>cosine %{customdata:.6~g}<br>"
        f"force %{{z:+.6~g}} {unit_of([matrix.loss])} per unit<extra></extra>",
        row=1,
        col=column,
    )


def _add_image(plot: go.Figure, source: str, column: int) -> None:
    """The picture, and a point that nobody sees, which has the colour bar."""
    plot.add_image(source=source, hoverinfo="skip", row=1, col=column)
    bar = {"color": [0], "coloraxis": "coloraxis"}
    plot.add_scatter(x=[None], y=[None], mode="markers", marker=bar, showlegend=False, row=1, col=column)


def _title(matrix: ForceMatrix, total: Balance, axis: str) -> dict[str, object]:
    """The loss's name above its matrix, with what it does to its own class."""
    repel = f"{_percent(total.repelling_share)} repel" if total.repelling else "none repels"
    ratio = "nothing pulls" if total.push_to_pull is None else f"push/pull {number(total.push_to_pull, least=2)}"
    return {
        "text": f"<b>{force_losses()[matrix.loss]}</b><br>{repel}<br>{ratio}",
        "font": {"size": 12},
        "x": 0,
        "xanchor": "left",
        "xref": f"x{axis} domain",
        "y": 1,
        "yanchor": "bottom",
        "yref": "paper",
        "yshift": 6,
        "align": "left",
        "showarrow": False,
    }


def _outlines(matrix: ForceMatrix, axis: str) -> list[dict[str, object]]:
    """A frame around each same-class block."""
    frame = {"type": "rect", "line": _OUTLINE, "xref": f"x{axis}", "yref": f"y{axis}"}
    corners = [(start - 0.5, stop - 0.5) for start, stop in pairwise(class_edges(matrix.labels))]
    return [{**frame, "x0": low, "y0": low, "x1": high, "y1": high} for low, high in corners]


def _name_classes(plot: go.Figure, matrix: ForceMatrix, batch: ForceBatch, column: int, *, most: int) -> None:
    """The classes' names at the middles of their blocks; the matrix is square, its first anchor on top.

    So many that at most `most` have room: beside each other, matrices are smaller.
    """
    edges, size = class_edges(matrix.labels), len(matrix.labels)
    names = [label(batch.class_names[index]) for index in matrix.labels[edges[:-1]]]
    middles = (edges[:-1] + edges[1:] - 1) / 2
    shown = apart(middles, size / most)
    ticks = {"tickvals": middles[shown], "ticktext": [names[at] for at in shown], "showgrid": False, "ticks": ""}
    # All match the first panel's axes, and those alone are anchored to each other: Plotly ignores the anchor of an axis
    # that matches another, and the panels without one would be as wide as the page has room for.
    across = {"constrain": "domain", "constraintoward": "left", "matches": "x" if column > 1 else None}
    up = {"constrain": "domain", "constraintoward": "top", "scaleanchor": "x" if column == 1 else None}
    plot.update_xaxes(**ticks, **across, range=[-0.5, size - 0.5], col=column)
    plot.update_yaxes(**ticks, **up, range=[size - 0.5, -0.5], col=column)


def _shares(matrices: Sequence[ForceMatrix], sums: Sequence[Balance]) -> str:
    return ", ".join(
        f"{force_losses()[matrix.loss]} {_percent(total.repelling_share) if total.repelling else 'none'}"
        for matrix, total in zip(matrices, sums, strict=True)
    )


def _percent(share: float) -> str:
    return percent(share) if 0 < share < 0.1 else f"{share:.0%}"


def _how_to_read(matrices: Sequence[ForceMatrix], limit: float) -> str:
    size = len(matrices[0].labels)
    picture = f" {size} x {size} cells are a picture: each pair's numbers are in the table." if size > _HOVERED else ""
    return (
        "Each cell is what an anchor's loss does to its similarity with another sample: blue pulls the two together,"
        " orange pushes them apart. Outlined blocks are same-class pairs: orange inside one is a pair of one class that"
        " the loss pushes apart; above each matrix, how many of them repel, and their push over their pull."
        f" {SCALED:.0%} of the same-class forces lie within the scale"
        f"{beyond([matrix.forces for matrix in matrices], limit, _STRONGER)}.{picture}"
    )


def _pairs(matrices: Sequence[ForceMatrix], batch: ForceBatch) -> pd.DataFrame:
    """One row a cell, without the diagonal."""
    first = matrices[0]
    anchors, others = np.nonzero(~np.eye(len(first.labels), dtype=bool))
    names = np.array(batch.class_names, dtype=object)
    forces = {force_losses()[matrix.loss]: matrix.forces[anchors, others] for matrix in matrices}
    return pd.DataFrame(
        {
            "anchor": anchors,
            "other": others,
            # As objects: to make pandas' own text of 512 x 512 names takes 40 ms.
            "anchor's class": pd.Series(names[first.labels[anchors]], dtype=object),
            "other's class": pd.Series(names[first.labels[others]], dtype=object),
            "cosine": first.cosines[anchors, others],
            **forces,
        }
    )
