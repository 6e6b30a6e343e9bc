"""From a result to an `Exhibit`: plot, title, how to read it, alternative text, table; a room for each of `analysis`.

The theme and what all pictures share lie at the top. Nothing here knows Streamlit or opens a checkpoint.
"""
