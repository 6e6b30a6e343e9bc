"""Show an exhibit: title, plot, how to read it, the table behind it, downloads."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from analysis.figures.exhibit import Exhibit


def show(
    exhibit: Exhibit,
    *,
    key: str,
    on_select: Literal["ignore", "rerun"] | Callable[[], None] = "ignore",
    selection_mode: tuple[str, ...] = ("points",),
) -> object:
    """Draw `exhibit`; returns what `st.plotly_chart` returns (the selection, where `on_select` asks for one)."""
    st.subheader(exhibit.title, anchor=False)
    config = {"displaylogo": False, "responsive": True}
    chart = st.plotly_chart(
        exhibit.plot, key=key, on_select=on_select, selection_mode=selection_mode, config=config, alt=exhibit.alt
    )
    st.caption(f"**How to read this.** {exhibit.how_to_read}")
    _downloads(exhibit, key)
    return chart


def _downloads(exhibit: Exhibit, key: str) -> None:
    with st.container(horizontal=True):
        table = st.toggle("Table", key=f"{key}-table")
        st.download_button(
            "CSV",
            lambda: exhibit.table.to_csv(index=False),
            f"{exhibit.stem}.csv",
            "text/csv",
            key=f"{key}-csv",
            on_click="ignore",
        )
        st.download_button(
            "HTML",
            lambda: exhibit.plot.to_html(include_plotlyjs=True),
            f"{exhibit.stem}.html",
            "text/html",
            key=f"{key}-html",
            on_click="ignore",
        )
    if table:
        st.dataframe(exhibit.table, hide_index=True)
