"""Compute a slide's figure again: from its link, on its page; both are shown before one is chosen."""

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import streamlit as st

from ui.foreign_text import line, lines, plain
from ui.talks.held import HeldTalk, held

if TYPE_CHECKING:
    from talks.model import Figure


def refresh() -> None:
    """For each figure of the slide the page that gives it; the figure that came from there, beside the old one."""
    mine = held()
    if mine.slide is None:
        return
    for number, figure in enumerate(mine.slide.figures):
        _one(mine, figure, number)


def _one(mine: HeldTalk, figure: "Figure", number: int) -> None:
    place = (mine.place, number)
    with st.expander(f"Figure: {plain(figure.title)}"):
        said = ", ".join(f"{name} {version}" for name, version in figure.versions)
        st.caption(
            f"Of {plain(figure.date)}, with {plain(said)}; a table of {figure.total:,} rows is in the talk's file."
        )
        if figure.command:
            st.code(lines(figure.command), language="bash")
        if figure.code:
            st.code(lines(figure.code))
        script, query = _page(figure.link)
        if script:
            st.page_link(script, label="Open its page in the lab", query_params=query, icon=":material/open_in_new:")
            waits = mine.asked == place
            st.toggle("Compute again", waits, key=f"talk-again-{place}-{mine.form}", on_change=_ask, args=(place,))
            if waits and mine.again is None:
                st.caption("Open its page; below the figure there, press *Beside slide*. Nothing is replaced yet.")
            elif waits:
                _choose(mine, figure, number)


def _ask(place: tuple[int, int]) -> None:
    mine = held()
    mine.asked, mine.again = (None if mine.asked == place else place), None


def _choose(mine: HeldTalk, old: "Figure", number: int) -> None:
    import json

    from analysis.figures.presenting import for_slide
    from talks.figure_rules import inert

    new = mine.again
    if new is None:
        return
    for label, each in (("As it is in the talk", old), ("As it is now", new)):
        st.caption(f"**{label}**: {plain(each.title)}, {plain(each.date)}")
        shown = for_slide(inert(json.loads(each.plot)), width=700, height=320)
        st.plotly_chart(shown, key=f"talk-{label}", alt=line(each.alt))
    st.text("The pictures are the same, mark by mark." if old.plot == new.plot else "The pictures differ.")
    st.button("Replace", type="primary", on_click=_replace, args=(number,))
    st.button("Keep the old one", on_click=_ask, args=((mine.place, number),))


def _replace(number: int) -> None:
    mine = held()
    if mine.slide is not None and mine.again is not None:
        figures = (*mine.slide.figures[:number], mine.again, *mine.slide.figures[number + 1 :])
        mine.asked = None
        mine.change(mine.talk.changed(mine.place, replace(mine.slide, figures=figures)), place=mine.place)
        mine.again = None


def _page(link: str) -> tuple[str, dict[str, list[str]]]:
    """The page's script and what its address says; "" where the lab has no such page."""
    from ui.frame import PAGES

    parts = urlsplit(link)
    asked = parts.path.strip("/").lower()
    scripts = {
        page.script.removeprefix("pages/").removesuffix(".py").split("_", 1)[-1].lower(): page.script
        for page in PAGES.values()
    }
    return scripts.get(asked, "app.py" if link.startswith("/?") else ""), parse_qs(parts.query, keep_blank_values=True)
