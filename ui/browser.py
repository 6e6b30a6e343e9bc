"""What only the browser can do: write to the clipboard, turn a drawn chart into a file, know what it has seen before.

Fixed scripts, plain data.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

TALK_TAB = "talk-tab"
_ASSETS = Path(__file__).parent / "assets"
_CSS = (_ASSETS / "buttons.css").read_text()

_copy_link = component(
    "nce_lab.copy_link",
    html='<div><button class="wide">Copy link</button></div>',
    css=_CSS,
    js=(_ASSETS / "copy_link.js").read_text(),
)
_save_picture = component(
    "nce_lab.save_picture",
    html='<div><button data-format="svg">SVG</button><button data-format="png">PNG</button>'
    '<button data-format="svg" data-bare title="Without title and text">Bare SVG</button>'
    '<button data-format="png" data-bare title="Without title and text">Bare PNG</button></div>',
    css=_CSS,
    js=(_ASSETS / "save_picture.js").read_text(),
)
_lost = component(
    "nce_lab.lost",
    html='<div class="lost" role="status" hidden><span></span> <button>Put away</button></div>',
    css=(_ASSETS / "lost.css").read_text(),
    js=(_ASSETS / "lost.js").read_text(),
)
_skip = component(
    "nce_lab.skip",
    html='<a href="#">Skip to the main control</a>',
    css=(_ASSETS / "skip.css").read_text(),
    js=(_ASSETS / "skip.js").read_text(),
)
_connection = component("nce_lab.connection", html="<div hidden></div>", js=(_ASSETS / "connection.js").read_text())
_figures = component("nce_lab.figures", html="<div hidden></div>", js=(_ASSETS / "figures.js").read_text())

_talk_tab = component("nce_lab.talk_tab", html="<div hidden></div>", js=(_ASSETS / "talk_tab.js").read_text())


def copy_link(values: Mapping[str, list[str]], version: str) -> None:
    """A button that copies this page's address with `values` and `v=version` in it."""
    _copy_link(key="copy-link", data={"values": dict(values), "version": version})


def save_picture(chart: str, stem: str, texts: Mapping[str, str]) -> None:
    """Buttons that save the Plotly chart with key `chart` as `stem`.svg and `stem`.png, bare or with `texts` around it:
    "title", "reading" and "source", as Plotly's marked up text."""
    _save_picture(key=f"{chart}-picture", data={"chart": chart, "stem": stem, **texts}, width="content")


def lost(place: str, data: Mapping[str, object], take_back: Callable[[str], None] | None = None) -> None:
    """Nothing, or a notice of what `data` no longer holds at `place`, see `ui.lost`."""
    key = f"lost-{place}"

    def on_back() -> None:
        token = st.session_state[key].get("back")
        if take_back is not None and isinstance(token, str):
            take_back(token)

    _lost(key=key, data=data, on_back_change=on_back)


def skip_link() -> None:
    """A link that only the keyboard sees, to what the page is there to press."""
    _skip(key="skip")


def watch_connection() -> None:
    """So that a server which does not answer is called that, and not a missing internet; and a run of the page when it
    answers again: by then it may be another one."""
    _connection(key="connection", on_back_change=lambda: None)


def tend_figures(plotly: str, *, after: str = "") -> None:
    """The graphics card is let go of by figures that have left the page, for a browser gives it to sixteen at most; and
    Plotly's script, at the address `plotly`, is made ready when the browser has nothing to do, but not before there is
    an element `after` (a selector)."""
    _figures(key="figures", data={"plotly": plotly, "after": after})


def talk_of_tab(name: str, on_answer: Callable[[], None], key: str = TALK_TAB) -> None:
    """Have the tab remember that it edits the talk `name`; where that is "", `on_answer` runs once the tab has said
    which one it edited before, in the session's `TALK_TAB`."""
    _talk_tab(key=key, data={"talk": name}, on_talk_change=on_answer)
