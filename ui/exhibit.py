"""Show an exhibit: title, plot, how to read it, the table behind it, downloads, the code that gives it."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import streamlit as st

from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import escaped
from losses import __version__ as VERSION
from ui import browser, export
from ui.folded_code import folded_code
from ui.foreign_text import line, plain, table
from ui.number_columns import number_columns
from ui.server.downloads import kept
from ui.talks.adding import add_button

_CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["toImage", "select2d", "lasso2d"]}


def show(
    exhibit: Exhibit,
    *,
    key: str,
    on_select: Literal["ignore", "rerun"] | Callable[[], None] = "ignore",
    selection_mode: tuple[Literal["points", "box", "lasso"], ...] = ("points",),
) -> object:
    """Draw `exhibit`; returns what `st.plotly_chart` returns (the selection, where `on_select` asks for one).

    `key` names the chart; it must be unique on the page, and made of letters, digits and hyphens.
    """
    _title(exhibit)
    chart = st.plotly_chart(
        exhibit.plot,
        key=key,
        on_select=on_select,
        selection_mode=selection_mode,
        config=_CONFIG,
        alt=line(exhibit.alt),
    )
    _below(exhibit, key)
    return chart


def show_at_once(exhibit: Exhibit, option: dict[str, object], *, key: str, height: int) -> None:
    """As `show`, but drawn by ECharts from `option`, which a fresh browser has a second before Plotly."""
    _title(exhibit)
    st.echarts_chart(option, key=key, height=height, renderer="svg", alt=line(exhibit.alt))
    _below(exhibit, key)


def _title(exhibit: Exhibit) -> None:
    st.header(plain(exhibit.title), anchor=False)


def _below(exhibit: Exhibit, key: str) -> None:
    st.caption(f"**How to read this.** {plain(exhibit.how_to_read)}")
    _files(exhibit, key)
    if exhibit.code:
        folded_code("The code that made the figure", (("python", exhibit.code),), key=key)


def _texts(exhibit: Exhibit) -> dict[str, str]:
    """What stands around a saved picture; a file's own names are plain text there too."""
    said = {"title": exhibit.title, "reading": exhibit.how_to_read, "source": f"NCE Lab {VERSION}"}
    return {name: escaped(text) for name, text in said.items()}


@st.fragment
def _files(exhibit: Exhibit, key: str) -> None:
    """The files are made when they are asked for: a web page is 4 MB."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        wanted = st.toggle("Table", key=f"{key}-table")
        st.space("stretch")
        browser.save_picture(key, exhibit.stem, _texts(exhibit))
        for label, suffix, mime, make in (
            ("CSV", "csv", "text/csv", export.csv),
            ("HTML", "html", "text/html", export.web_page),
            ("Slide", "slide.html", "text/html", export.slide),
        ):
            name = f"{exhibit.stem}.{suffix}"
            st.download_button(
                label,
                kept(partial(make, exhibit), mime, name),
                name,
                mime,
                key=f"{key}-{label.lower()}",
                on_click="ignore",
                type="tertiary",
            )
        add_button(exhibit, key)
    if wanted:
        shown = table(exhibit.table)
        st.dataframe(shown, hide_index=True, column_config=number_columns(shown))
