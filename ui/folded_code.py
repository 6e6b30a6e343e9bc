"""Lines of code below a figure, folded: coloured when they are unfolded.

What colours code has 1.6 MB. A browser that is shown any, be it in sight or not, reads all of that before it draws the
page's picture.
"""

import streamlit as st

from ui.foreign_text import lines

Parts = tuple[tuple[str, str], ...]
"""Each part of the code after the language it is in."""


@st.fragment
def folded_code(label: str, parts: Parts, *, key: str) -> None:
    """`parts` under `label`; `key` must be unique on the page. Folded, the lines are there as plain text, so that they
    are seen at once, and by a search in the page."""
    below = st.expander(label, key=f"{key}-code", on_change="rerun")
    with below:
        for language, part in parts:
            if is_unfolded(below.open):
                st.code(part, language=language)
            else:
                st.text(lines(part))


def is_unfolded(told: bool | None) -> bool:
    """By what the browser has `told`."""
    return bool(told)
