"""The screen: the frame of every page and its controls, links and exhibits at the top, a room a group of pages below.

Streamlit lives here and in `pages`; what is computed lives in `analysis`, `toy_models` and `checkpoints`.
"""
