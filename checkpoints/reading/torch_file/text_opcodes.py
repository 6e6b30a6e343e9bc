"""Arguments of protocol 0 and 1, which are lines of text: read by lines of ours, each of a bounded form.

Python's own readers take numbers of any length, and texts with escapes for which they warn.
"""

import codecs
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

_MOST_DIGITS, _MOST_LETTERS = 1_000, 100
_WHOLE = re.compile(rb"-?\d{1,%d}L?" % _MOST_DIGITS, re.ASCII)
_PLACE = re.compile(rb"\d{1,10}", re.ASCII)
_BOOLS = {b"00": False, b"01": True}
# A quoted text of Python 2, of the escapes that its repr writes: of others Python warns.
_ESCAPED = re.compile(rb"""(?:[^\\]++|\\(?:x[0-9a-f]{2}|[nrt'"\\]))*+""")


class OldText(str):
    """A text of Python 2, a letter a byte: bytes to who knows them for such."""

    __slots__ = ()


def _line(stream: BytesIO, most: int = -1) -> bytes:
    """Without its end. ValueError for one that is cut off or longer than `most` bytes."""
    line = stream.readline(most + 1 if most > 0 else -1)
    if not line.endswith(b"\n"):
        raise ValueError("cut off in a line")
    return line[:-1]


def _whole(stream: BytesIO) -> int | bool:
    """A whole number; 00 and 01 are the bools."""
    line = _line(stream, _MOST_DIGITS + 3)
    if line in _BOOLS:
        return _BOOLS[line]
    if not _WHOLE.fullmatch(line):
        raise ValueError("no whole number")
    return int(line.rstrip(b"L"))


def _place(stream: BytesIO) -> int:
    """A place in the memo, as small as BINPUT's: larger ones could be made to have one hash."""
    line = _line(stream, _MOST_LETTERS)
    if not _PLACE.fullmatch(line):
        raise ValueError("no place")
    return int(line)


def _text(stream: BytesIO) -> str:
    return _line(stream).decode("raw-unicode-escape")


def _quoted(stream: BytesIO) -> OldText:
    """As Python 2's repr has it."""
    line = _line(stream)
    whole = len(line) > 1 and line[:1] in (b"'", b'"') and line.endswith(line[:1])
    if not whole or not _ESCAPED.fullmatch(line, 1, len(line) - 1):
        raise ValueError("no quoted text")
    return OldText(codecs.escape_decode(line[1:-1])[0].decode("latin-1"))


TEXT_VALUES: dict[str, Callable[[BytesIO], Any]] = {
    "INT": _whole, "LONG": _whole, "FLOAT": lambda stream: float(_line(stream, _MOST_LETTERS)),
    "UNICODE": _text, "STRING": _quoted,
}  # fmt: skip
"""Opcodes that put a value on the stack, and what reads it. ValueError or KeyError for what is none."""
TEXT_PLACES = {"PUT": _place, "GET": _place}
