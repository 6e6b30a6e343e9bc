"""The start page: what this is, where to go, a picture, and what this machine is."""

import streamlit as st

from ui.frame import frame
from ui.start import jobs, machine_panel, picture

frame("start")
st.markdown(
    "NCE Lab is a laboratory for the InfoNCE family of losses: soft target InfoNCE, SINCERE and WEINCE beside their"
    " baselines. Train small worlds whose exact answer is known, measure what a trained checkpoint has learned, and"
    " show the figures to others. Everything is computed on this machine, offline, in front of you."
)
jobs()
picture()
machine_panel()
