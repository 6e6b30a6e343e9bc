"""The force on every logit of a batch, one matrix a loss, all on one colour scale."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.figures.exhibit import Exhibit
from analysis.figures.forces.scale import SCALED, apart, beyond, class_edges, colour_axis, colour_limit
from analysis.figures.labels import label, wrapped
from analysis.figures.theme import GREY, layout
from analysis.forces.of_classes import ClassForceMatrix
from losses.catalog import CATALOG

_HEIGHT = 560
_NAMED = 24  # columns along all matrices of a figure
_LETTERS, _LINE = 60, 16  # of all titles beside each other, where the figure is narrow; pixels of a title's line


def class_force_matrices(matrices: Sequence[ClassForceMatrix], class_names: Sequence[str]) -> Exhibit:
    """Side by side: rows are samples, sorted by class, columns the classes."""
    forces = [matrix.forces for matrix in matrices]
    limit = colour_limit(forces)
    titles = [_title(matrix, _LETTERS // len(matrices)) for matrix in matrices]
    plot = make_subplots(1, len(matrices), shared_yaxes=True, horizontal_spacing=0.03, subplot_titles=titles)
    layout(plot, x="class", y="", height=_HEIGHT)
    above = 24 + _LINE * (1 + max(title.count("<br>") for title in titles))
    plot.update_layout(coloraxis=colour_axis(limit, "f"), margin={"t": above, "l": 64})
    plot.update_annotations(font_size=12 if len(matrices) <= 4 else 10)
    for column, matrix in enumerate(matrices, start=1):
        _add_matrix(plot, matrix, column)
    _name_classes(plot, matrices[0], class_names, most=_NAMED // len(matrices))
    columns = any(CATALOG[matrix.loss].choosing.by_column for matrix in matrices)
    whole = "a row adds up to 0, of NTCE and NONL a column" if columns else "a row adds up to 0"
    told = "; ".join(f"{CATALOG[matrix.loss].title}: {_raised(matrix)}" for matrix in matrices)
    return Exhibit(
        stem="class-force-matrices",
        title=f"Logits that descent raises: {', '.join(_share(matrix) for matrix in matrices)}",
        plot=plot,
        how_to_read=(
            "Each cell is what the batch's loss does to one sample's logit of one class: blue raises it, orange lowers"
            f" it; {whole}. Samples are sorted by class, so a sample's own class runs down the diagonal."
            f" {SCALED:.0%} of the forces lie within the scale{beyond(forces, limit)}."
        ),
        alt=f"Matrices of the forces on logits, {len(matrices[0].labels)} samples by classes. {told}.",
        table=_cells(matrices, class_names),
    )


def _title(matrix: ClassForceMatrix, width: int) -> str:
    """The loss and what it does, in lines of so many letters that titles beside each other stay apart."""
    name, told = (wrapped(text, width) for text in (CATALOG[matrix.loss].title, _raised(matrix)))
    return f"<b>{name}</b><br>{told}"


def _share(matrix: ClassForceMatrix) -> str:
    return f"{CATALOG[matrix.loss].title} {(matrix.forces < 0).mean():.0%}"


def _raised(matrix: ClassForceMatrix) -> str:
    """How many logits, beyond the samples' own classes, are raised all the same."""
    others = int((matrix.forces[~matrix.own_class] < 0).sum())
    return f"raises {others:,} logits of other classes" if others else "raises no other class"


def _add_matrix(plot: go.Figure, matrix: ClassForceMatrix, column: int) -> None:
    seen = np.stack([matrix.logits, matrix.targets], axis=2).astype(np.float32)
    plot.add_heatmap(
        z=matrix.forces.astype(np.float32),
        customdata=seen,
        coloraxis="coloraxis",
        name=CATALOG[matrix.loss].title,
        hovertemplate=(
            "sample %{y}, class %{x}<br>logit %{customdata[0]:.6~g}, target %{customdata[1]:.6~g}"
            "<br>force %{z:+.6~g} nats per unit<extra></extra>"
        ),
        row=1,
        col=column,
    )


def _name_classes(plot: go.Figure, matrix: ClassForceMatrix, class_names: Sequence[str], *, most: int) -> None:
    """Columns by name, at most `most` of them; rows at the middles of their classes, the first sample on top."""
    names, edges = [label(name) for name in class_names], class_edges(matrix.labels)
    middles = (edges[:-1] + edges[1:] - 1) / 2
    owners = [names[index] for index in matrix.labels[edges[:-1]]]
    shown = apart(np.arange(len(names)), len(names) / most)
    plot.update_xaxes(tickvals=shown, ticktext=[names[at] for at in shown], showgrid=False)
    plot.update_yaxes(tickvals=middles, ticktext=owners, range=[len(matrix.labels) - 0.5, -0.5], showgrid=False)
    plot.update_yaxes(title_text="sample, by class", col=1)
    for edge in edges[1:-1]:
        plot.add_hline(edge - 0.5, line_color=GREY, line_width=1)


def _cells(matrices: Sequence[ClassForceMatrix], class_names: Sequence[str]) -> pd.DataFrame:
    """One row a cell."""
    first = matrices[0]
    samples, classes = np.indices(first.forces.shape).reshape(2, -1)
    names = np.array(class_names, dtype=object)
    forces = {CATALOG[matrix.loss].title: matrix.forces.ravel() for matrix in matrices}
    targets = {f"target of {CATALOG[matrix.loss].title}": matrix.targets.ravel() for matrix in matrices}
    places = {"sample": samples, "sample's class": names[first.labels[samples]], "class": names[classes]}
    return pd.DataFrame({**places, "logit": first.logits.ravel(), **targets, **forces})
