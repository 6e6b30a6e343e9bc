"""The one door for text that is not ours: names of files, folders and classes, ids, what a link or a file says.

Streamlit reads Markdown in messages, captions, labels, tooltips and the options of pills, and after Markdown it looks
through the text once more for addresses, emoji, icons and arrows. Where it does, foreign text goes through `plain`;
where it shows text as it is (st.text, st.code, select boxes, tables, alternative texts), through `line`.
"""

import re
from typing import TYPE_CHECKING

from checkpoints.reading.quoting import is_formula

if TYPE_CHECKING:
    import pandas as pd  # half a second, which no page's first words need to wait for

_LONGEST = 600
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-!|~$:@&])")
_LIST = re.compile(r"^(\d+)(?=\.)")
# A word joiner has no width. It stands where those second looks would find something, which a backslash does not keep
# from them: http://, www., a@b.c, :smile:, :material/x:, and arrows that stand alone.
_JOINER = "\u2060"
_SECOND_LOOK = re.compile(r"(?<=:)(?=//|[\w+-]+[:/])|(?<=[Ww]{3})(?=\.)|(?<=\S)(?=@\S)|(?<=\s[-<>~])(?=[->=]+(\s|$))")


def line(text: str) -> str:
    """`text` as one line to be shown as it is: without control characters, bidirectional marks and lone surrogates.

    >>> line("seed\\u202e\\n7")
    'seed  7'
    """
    return text if text.isprintable() else "".join(letter if letter.isprintable() else " " for letter in text)


def lines(text: str) -> str:
    """Several lines, each as `line` has it."""
    return "\n".join(line(each) for each in text.split("\n"))


def plain(text: str) -> str:
    """`text` as Markdown that shows it literally: no images, links, icons or formulas; one line, cut at 600.

    >>> plain("seed ![x](y)")
    'seed \\\\!\\\\[x\\\\]\\\\(y\\\\)'
    """
    shown = line(text).strip()
    shown = shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
    joined = _SECOND_LOOK.sub(_JOINER, f" {shown}")[1:]
    return _LIST.sub(r"\1\\", _MARKDOWN.sub(r"\\\1", joined))


def table(frame: "pd.DataFrame", inert: str = _JOINER) -> "pd.DataFrame":
    """`frame` with its text cells and headers as lines that no spreadsheet takes for a formula; numbers stay numbers.

    What begins like a formula and is no number gets `inert` before it: on a page a word joiner, which has no width.
    """
    shown = frame.copy(deep=False)
    for place, kind in enumerate(frame.dtypes):
        if kind.kind not in "biufc":
            shown.isetitem(place, frame.iloc[:, place].map(lambda cell: _cell(cell, inert)).array)
    shown.columns = [_cell(name, inert) for name in frame.columns]
    return shown


def _cell(value: object, inert: str) -> object:
    if not isinstance(value, str):
        return value
    return inert + line(value) if is_formula(value) else line(value)
