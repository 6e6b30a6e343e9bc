"""A page leads with the figure that answers; the others stand below it, by name, and the link remembers which."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st

from ui.controls import part

T = TypeVar("T")
SHOW = "show"
"""The control's name in a link: a page whose figures are shown so leaves it to them, `panel(beside=(SHOW,))`."""
Draw = Mapping[str, Callable[[], None]]


@st.fragment
def lead(titles: Mapping[str, str], draw: Draw) -> None:
    """Draw the first of what is chosen, then the choice, then the rest; at first the first of all `titles` alone."""
    place = st.container()
    with part(SHOW) as controls:
        chosen = controls.choices("Show", SHOW, titles, default=tuple(titles)[:1])
    with place:
        for name in chosen[:1]:
            draw[name]()
    for name in chosen[1:]:
        draw[name]()
