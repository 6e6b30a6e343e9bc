"""How a number that cannot be given honestly is said: one sentence, in its place."""

import streamlit as st

from analysis.statistics.bootstrap import Unavailable
from ui.foreign_text import plain


def not_available(name: str, found: Unavailable) -> None:
    st.info(plain(f"{name}: not available, {found.reason}."))
