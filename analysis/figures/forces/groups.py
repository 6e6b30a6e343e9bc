"""What the forces of each group of pairs add up to: pull to the left, push to the right, a panel a loss."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.figures.bands import Cell
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import GREY, PULL, PUSH, layout
from analysis.forces.groups import GroupSum

_ROW = 46  # pixels of a group
_ABOVE, _BELOW, _BETWEEN = 60, 90, 70  # pixels: above and below all panels, and between two rows of them
_BESIDE = 2  # panels: more would be too narrow for their bars' numbers on a narrow page
# Room beside the longest bar for its number.
_HEADROOM = 2.0


def force_groups(sums: Mapping[str, Sequence[GroupSum]], hard: str, unit: str = "nats") -> Exhibit:
    """`sums`: a loss's title -> its groups, the same for all. `hard` says which noise is called hard; unit: of the
    losses' values."""
    groups = [found.group for found in next(iter(sums.values()))]
    columns = min(_BESIDE, len(sums))
    rows = -(-len(sums) // columns)
    inside = rows * _ROW * len(groups) + (rows - 1) * _BETWEEN
    plot = make_subplots(
        rows,
        columns,
        shared_yaxes=True,
        subplot_titles=list(sums),
        horizontal_spacing=0.04,
        vertical_spacing=_BETWEEN / inside,
    )
    layout(plot, x="", y="", height=inside + _ABOVE + _BELOW)
    margin = {"l": 190, "t": _ABOVE, "b": _BELOW}
    plot.update_layout(barmode="relative", margin=margin, legend={"y": -55 / inside, "yanchor": "top"})
    longest = max(max(one.pull, one.push) for found in sums.values() for one in found) or 1.0
    for place, found in enumerate(sums.values()):
        _add_bars(plot, found, Cell(place // columns + 1, place % columns + 1))
    plot.update_yaxes(categoryorder="array", categoryarray=groups[::-1], showgrid=False)
    ends = [-_HEADROOM * longest, _HEADROOM * longest]  # the same in all: bars are compared across panels too
    ticks = [-_round(longest), 0, _round(longest)]
    plot.update_xaxes(zeroline=True, zerolinecolor=GREY, range=ends, tickvals=ticks, tickangle=0)
    plot.update_xaxes(title_text=f"sum of forces, {unit} per unit", row=rows)
    most = {title: max(found, key=lambda one: one.push) for title, found in sums.items()}
    told = "; ".join(f"{title}, {one.group if one.push > 0 else 'nothing'}" for title, one in most.items())
    return Exhibit(
        stem="force-groups",
        title=f"What is pushed most: {told}",
        plot=plot,
        how_to_read=(
            "Each bar adds the forces of one group of cells over the whole batch: pull to the left, push to the right,"
            f" both in {unit} per unit. {hard} Every cell but the diagonal is in exactly one group."
        ),
        alt=f"Sums of forces by group. Pushed most: {told}.",
        table=_table(sums),
    )


def _round(longest: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that the longest bar reaches: ticks stay off the panels' ends, where
    those of two neighbours would meet.

    >>> _round(504.0), _round(999.9999999999999), _round(1e-7)
    (500.0, 500.0, 1e-07)
    """
    power = 10.0 ** math.floor(math.log10(longest))  # just below a power of ten, its logarithm is rounded up to it
    return power * max(each for each in (0.5, 1, 2, 5) if each * power <= longest)


def _add_bars(plot: go.Figure, found: Sequence[GroupSum], cell: Cell) -> None:
    names = [one.group for one in found]
    sides = (("pull", PULL, -1), ("push", PUSH, 1))
    for name, colour, sign in sides:
        values = np.array([sign * getattr(one, name) for one in found])
        plot.add_bar(
            x=values + 0.0,
            y=names,
            orientation="h",
            name=name,
            showlegend=cell == Cell(1, 1),
            legendgroup=name,
            marker_color=colour,
            text=[_signed(value) if value else "" for value in values],
            textposition="outside",
            textfont={"size": 11},
            cliponaxis=False,
            hovertemplate="%{y}: %{x:+.4g}<extra>" + name + "</extra>",
            **cell.place,
        )


def _signed(value: float) -> str:
    """
    >>> _signed(-9990.4), _signed(0.12345)
    ('-9,990', '+0.123')
    """
    return f"{value:+,.0f}" if abs(value) >= 999.5 else f"{value:+.3g}"


def _table(sums: Mapping[str, Sequence[GroupSum]]) -> pd.DataFrame:
    """One row a loss and group."""
    return pd.DataFrame(
        [
            {
                "loss": title,
                "group": one.group,
                "cells": one.cells,
                "pushed": one.repelling,
                "pull": one.pull,
                "push": one.push,
                "net": one.net,
            }
            for title, found in sums.items()
            for one in found
        ]
    )
