"""What the page Talk is for, where there is no slide yet."""

import streamlit as st

from ui.server.public import caps

_OWN = "Each tab of the browser has a talk of its own"


def statement() -> None:
    st.markdown(
        "Below every figure of the lab stands **Add to talk**: it becomes a slide here, frozen as it is. Put the slides"
        " in order, add titles, formulas and notes, and take the deck along: one HTML file that opens on any laptop,"
        " with the network off. Every figure leads back to the page that computes it."
    )
    elsewhere = (
        "what another tab has is kept on this machine, and opened below." if caps().keeps else "save it as a file."
    )
    st.caption(f"{_OWN}: {elsewhere}")
