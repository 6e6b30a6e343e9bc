"""Add to talk: what is shown becomes a slide, frozen, with the link that gives it."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from ui.errors import explain
from ui.links import VERSION
from ui.session import session
from ui.talks.held import held, remember_added

if TYPE_CHECKING:
    from analysis.figures.exhibit import Exhibit
    from talks.model import Figure, Slide

_LONGEST = 4_000  # characters of a link, which a file of a talk holds
_HELP = "A slide with this figure as it is now: nothing of it is computed again."


def add_button(exhibit: "Exhibit", key: str) -> None:
    """The action beside an exhibit's downloads; a second where a slide waits for this figure to be computed again."""
    if st.button("Add to talk", key=f"{key}-talk", type="tertiary", help=_HELP):
        with explain():
            from talks.slides import figure_slide

            add_slide(figure_slide(figure_of(exhibit)))
    waits = held().waits() if "nce_lab_talk" in st.session_state else ""
    if waits and st.button(f"Beside slide {waits}", key=f"{key}-talk-again", type="tertiary"):
        with explain():
            held().again = figure_of(exhibit)
            st.toast("The page Talk shows both, the old figure and this one.")


def add_slide(slide: "Slide") -> None:
    """Put it behind the talk's last slide, and say so."""
    number = held().add(slide)
    remember_added()
    which = f"Slides {number}" if "-" in number else f"Slide {number}"
    st.toast(f"{which} of the talk. The page Talk has them all.")


def figure_of(exhibit: "Exhibit") -> "Figure":
    """The exhibit, frozen, with the address of the page that it is shown on."""
    from talks.freezing import frozen

    command, code = session().given
    return frozen(exhibit, link=page_address(), command=command, code=code)


def page_address() -> str:
    """Path and query of the page one is on, as a browser has them."""
    from ui.frame import PAGES

    script = PAGES[session().page].script if session().page in PAGES else "app.py"
    path = "/" if script == "app.py" else "/" + script.removeprefix("pages/").removesuffix(".py").split("_", 1)[1]
    said = [(name, each) for name in st.query_params for each in st.query_params.get_all(name) if name != "v"]
    query = urlencode([*said, ("v", VERSION)])
    return f"{path}?{query}" if len(query) < _LONGEST else path
