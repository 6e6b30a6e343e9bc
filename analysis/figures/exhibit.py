"""What every figure function returns: a plot with everything a reader needs beside it."""

import re
from collections.abc import Container
from copy import copy
from dataclasses import dataclass
from html import escape

import pandas as pd
import plotly.graph_objects as go

from analysis.figures.ink import set_ink
from analysis.figures.labels import printable

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ROWS = 20  # of the table, where only text can be shown


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A figure ready to be shown, shared or printed.

    `stem` names the downloaded files; `table` is the numbers behind the picture, one row a mark.
    The title is a question or a statement and stands above the plot, not inside it. `alt` says what the plot shows; it
    leads with the title where it would leave out the answer: who cannot see the picture is told no less.
    `code`: the lines that give it without the app, run from the checkout; they leave it in the name `exhibit`. "" where
    nobody said.
    """

    stem: str
    title: str
    plot: go.Figure
    how_to_read: str
    alt: str
    table: pd.DataFrame
    code: str = ""

    def __post_init__(self) -> None:
        set_ink(self.plot)
        if not self._answers:
            object.__setattr__(self, "alt", f"{self.title.rstrip('.')}. {self.alt}")

    @property
    def _answers(self) -> bool:
        """Does the alternative text hold the title, or every number in it? A mere question has no answer."""
        numbers = set(_NUMBER.findall(self.title))
        if not numbers:
            return self.title.endswith("?") or self.title in self.alt
        return numbers <= set(_NUMBER.findall(self.alt))

    def given_by(self, code: str) -> "Exhibit":
        """The same with the lines that give it."""
        told = copy(self)  # `replace` would set the ink of the very same plot once more
        object.__setattr__(told, "code", code.strip())
        return told

    def html(self) -> str:
        """Title, plot and how to read it, with Plotly itself (about 4 MB): it needs no network."""
        plot = self.plot.to_html(
            full_html=False, include_plotlyjs=True, auto_play=False, config={"displaylogo": False}
        )  # a replay waits for its Play button
        reading = f"<p><b>How to read this.</b> {escape(self.how_to_read)}</p>"
        return f"<h1>{escape(self.title)}</h1>{plot}{reading}"

    def text(self) -> str:
        """Title, how to read it, and the first rows of the table, as lines that hold no control characters."""
        table = self.table.to_string(index=False, max_rows=_ROWS)
        said = f"{self.title}\n{table}\nHow to read this. {self.how_to_read}"
        return "\n".join(printable(each) for each in said.split("\n"))

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> dict[str, str]:
        """What a notebook shows where an exhibit is a cell's last line; `text` where it cannot show HTML."""
        bundle = {"text/html": self.html, "text/plain": self.text}
        wanted = {kind: make for kind, make in bundle.items() if include is None or kind in include}
        return {kind: make() for kind, make in wanted.items() if exclude is None or kind not in exclude}
