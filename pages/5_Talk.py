"""Talk: an ordered set of frozen exhibits, and the deck that they become."""

import streamlit as st

from ui.errors import explain
from ui.frame import frame

frame("talk")
with explain():
    st.caption("No slides yet.")
