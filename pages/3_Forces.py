"""Forces: one batch, and what each loss does to every pair in it."""

import streamlit as st

from analysis.figures.forces import force_matrices
from ui.controls import panel
from ui.errors import explain
from ui.exhibit import show
from ui.force_panels import choose, one_pair, sums
from ui.frame import frame

frame("forces")
with explain():
    with panel() as controls:
        view = choose(controls)
    matrices = view.matrices()
    st.text(view.drawn.origin)
    show(force_matrices(matrices, view.drawn.batch), key="force-matrices")
    one_pair(matrices)
    sums(matrices)
    with st.expander("The code that made the figure"):
        st.code(view.code)
