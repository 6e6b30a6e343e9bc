"""Text that came with a file, made fit for Plotly, which reads a part of HTML in every text."""

import html
import unicodedata

_LONGEST = 40


def label(text: str) -> str:
    """`text` shown literally: no tags, no control or bidi characters, cut at 40.

    >>> label("<a href='x'>cat</a>")
    '&lt;a href=&#x27;x&#x27;&gt;cat&lt;/a&gt;'
    """
    printable = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in text)
    return html.escape(printable if len(printable) <= _LONGEST else printable[: _LONGEST - 1] + "…")
