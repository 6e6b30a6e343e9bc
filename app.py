"""The start page: what this is, where to go, and what this machine is."""

import numpy as np
import streamlit as st

from analysis.figures.pair_force import pair_force
from analysis.pair_force import PairScene, pair_forces
from ui.exhibit import show
from ui.frame import frame
from ui.start import jobs, machine_panel

frame("start")
st.markdown(
    "NCE Lab is a laboratory for the InfoNCE family of losses: soft target InfoNCE, SINCERE and WEINCE beside their"
    " baselines. Train small worlds whose exact answer is known, measure what a trained checkpoint has learned, and"
    " show the figures to others. Everything is computed on this machine, offline, in front of you."
)
jobs()
scene = PairScene()
show(pair_force(scene, pair_forces(scene, np.linspace(-0.5, 1, 151))), key="pair-force")
machine_panel()
