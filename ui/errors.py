"""How a user's mistake is said: one sentence, never a traceback, never text that a file or a link could dress up."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from losses.errors import LabError
from ui import root
from ui.foreign_text import lines, plain

__all__ = ["explain", "plain"]


@contextmanager
def explain() -> Iterator[None]:
    """Show a `LabError` raised inside as one sentence; what follows the block still runs. Anything else is a bug."""
    try:
        yield
    except LabError as mistake:
        st.error(plain(root.relative(str(mistake))), icon=":material/error:")
        if mistake.lines:
            st.caption("These lines write an .npz that opens here, from your own model and loaders:")
            st.code(lines(mistake.lines), language="python")
