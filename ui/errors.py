"""How a user's mistake is said: one sentence, never a traceback, never text that a file or a link could dress up."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from losses.errors import LabError

_LONGEST = 600
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-!|~$:@])")


def plain(text: str) -> str:
    """`text` as Markdown that shows it literally: no images, links, icons or formulas, no control or bidi characters.

    >>> plain("seed ![x](http://y)")
    'seed \\\\!\\\\[x\\\\]\\\\(http\\\\://y\\\\)'
    """
    printable = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in text)
    shown = printable if len(printable) <= _LONGEST else printable[: _LONGEST - 1] + "…"
    return _MARKDOWN.sub(r"\\\1", shown)


@contextmanager
def explain() -> Iterator[None]:
    """Show a `LabError` raised inside as one sentence; what follows the block still runs. Anything else is a bug."""
    try:
        yield
    except LabError as mistake:
        st.error(plain(str(mistake)), icon=":material/error:")
