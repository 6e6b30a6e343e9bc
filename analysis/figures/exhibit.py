"""What every figure function returns: a plot with everything a reader needs beside it."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A figure ready to be shown, shared or printed.

    `stem` names the downloaded files; `table` is the numbers behind the picture, one row a mark.
    The title is a question or a statement and stands above the plot, not inside it.
    """

    stem: str
    title: str
    plot: go.Figure
    how_to_read: str
    alt: str
    table: pd.DataFrame
