"""An exhibit becomes a figure of a talk: everything beside the picture goes along, and nothing is computed again."""

import json
import math
import platform
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING

from losses import __version__ as VERSION
from losses.errors import LabError
from talks import bounds
from talks.figure_rules import read_figure
from talks.model import Cell, Figure
from talks.writing import as_text, cleaned

if TYPE_CHECKING:
    from analysis.figures.exhibit import Exhibit

LIBRARIES = ("torch", "numpy", "scipy", "plotly")


def frozen(exhibit: "Exhibit", *, link: str = "", command: str = "", code: str = "", on: date | None = None) -> Figure:
    """The exhibit as it is now. `link`: path and query of its page; `code` where the exhibit has none of its own.

    LabError where the picture is too large for a slide.
    """
    plot = plot_text(exhibit)
    table = exhibit.table.iloc[: bounds.ROWS, : bounds.COLUMNS]
    return Figure(
        stem=exhibit.stem,
        title=_line(exhibit.title),
        how_to_read=cleaned(exhibit.how_to_read),
        alt=cleaned(exhibit.alt),
        plot=plot,
        columns=tuple(_line(str(each), bounds.LINE) for each in table.columns),
        rows=tuple(tuple(map(_cell, row)) for row in table.itertuples(index=False, name=None)),
        total=len(exhibit.table),
        link=link,
        code=cleaned(exhibit.code or code),
        command=cleaned(command),
        versions=tuple(sorted(versions().items())),
        date=(on or date.today()).isoformat(),
    )


def plot_text(exhibit: "Exhibit") -> str:
    """The picture as JSON, without the template, which whoever shows it chooses."""
    text = exhibit.plot.to_json()
    if len(text) > bounds.FIGURE_BYTES:
        rule = f"must have at most {bounds.FIGURE_BYTES >> 20} MB in a talk"
        raise LabError("figure", rule, but=f"has {len(text) >> 20} MB", remedy="Show fewer items or epochs of it.")
    plot = json.loads(text)
    plot["layout"].pop("template", None)
    text = as_text({name: plot[name] for name in ("data", "layout", "frames") if plot.get(name) is not None})
    read_figure(text, name="figure")
    return text


def versions() -> Mapping[str, str]:
    """Of the lab and of what computes its figures."""
    return {"NCE Lab": VERSION, "Python": platform.python_version()} | {name: version(name) for name in LIBRARIES}


def _cell(value: object) -> Cell:
    if hasattr(value, "item"):  # a number of numpy's
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, int | bool) or value is None else _line(str(value), bounds.LINE)


def _line(text: str, limit: int = 2_000) -> str:
    return cleaned(text, one_line=True, limit=limit)
