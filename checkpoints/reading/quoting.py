"""How text that came from a file is quoted in a sentence."""

import re
import reprlib
from pathlib import Path

_FORMULA = re.compile(r"\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r\n]")
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60


def shown(value: object, limit: int = 60) -> str:
    """A short, printable quotation: control and bidirectional characters escaped, long values cut.

    >>> shown("a\\u202eb")
    "'a\\\\u202eb'"
    >>> shown(list(range(10**6)))
    '[0, 1, 2, 3, 4, 5, ...]'
    """
    text = repr(value) if isinstance(value, str) and len(value) <= limit else _SHORT.repr(value)
    return text if len(text) <= limit + 2 else text[: limit - 3] + "..."


def printable(text: str) -> str:
    """Text from a file for a terminal: whatever is not printable is escaped.

    >>> print(printable(chr(27) + "[31mred"))
    \\x1b[31mred
    """
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def file_name(path: str | Path) -> str:
    """The name of a file or folder, without its folders, as `printable`: no name is a reason to end, not even one that
    is not UTF-8. A folder that is given as "." has its own name.

    >>> print(file_name("runs/caf" + chr(0xDCE9) + ".npz"))
    caf\\udce9.npz
    """
    return printable(Path(path).name or Path(path).resolve().name or "/")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may take a cell with this text for a formula: it begins like one and is no number."""
    return bool(_FORMULA.match(text)) and not _is_number(text)


def inert(text: str) -> str:
    """`text` as one line that no spreadsheet runs: what is a formula begins with '.

    >>> inert("=1+1")
    "'=1+1"
    """
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"'{line}" if is_formula(text) else line


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
