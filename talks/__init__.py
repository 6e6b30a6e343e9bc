"""Talks: slides in order, frozen figures among them; their file, and the deck, handout and PDF that they become.

A talk is data, read by the rules of `checkpoints.reading`. Nothing here knows Streamlit or Plotly's Python, or computes
a figure.
"""
