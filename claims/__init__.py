"""What the papers state, as data and a function: statement, source, rule written before the numbers, measurement.

A verdict is computed from numbers by a rule of `analysis.rules`. Figures live in `analysis.figures.claims`; no
Streamlit and no Plotly here.
"""
