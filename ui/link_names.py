"""What the controls of a page may be called in its links, those included that it has with some settings alone."""

import re
from functools import cache
from pathlib import Path

from ui.frame import PAGES

_ROOT = Path(__file__).parents[1]
_ROOM = "ui"
_BEHIND_A_LABEL = r"(?:\"[^\"a-z][^\"]*\"|[\w)\]}]),\s+"
_OF_A_MODULE, _OF_A_TABLE = r"^\w[\w, ]* = ", r"^    \("
_NAME = re.compile(rf"(?:{_BEHIND_A_LABEL}|{_OF_A_MODULE}|{_OF_A_TABLE})(?=\"([a-z]\w*)\"(?!:))", re.MULTILINE)
"""A quoted word where a control's name stands: behind its label, which is a variable or begins with a capital; as a
module's constant; first in a row of a table. Words elsewhere are options, what is wrong with a spec, a room's name:
another page's control may be called so, and a link that asks this page for it is to be told."""
_IMPORT = re.compile(r"^ *from ([\w.]+) import (?:\(([^)]*)\)|(.*))$", re.MULTILINE)


@cache
def names_of_controls(page: str) -> frozenset[str]:
    """Every name that a control of `page`, a key of `PAGES`, may have; of any page, where there is none called so.

    Read off the source of the page and of what it imports, the first time that a link names something else.
    """
    sources = _imported_by(_ROOT / PAGES[page].script) if page in PAGES else (_ROOT / _ROOM).rglob("*.py")
    return frozenset(name for path in sources for name in _NAME.findall(path.read_text()))


def _imported_by(script: Path) -> set[Path]:
    """The script, and whatever it imports of the room where controls are made."""
    found, left = set[Path](), [script]
    while left:
        path = left.pop()
        if path not in found:
            found.add(path)
            left += [each for module in _modules_in(path) for each in _files_of(module)]
    return found


@cache
def _modules_in(path: Path) -> tuple[str, ...]:
    """Modules that a file imports, anywhere in it, and what may be a module of what it takes from them.

    By their lines and without `ast`: two threads that parse at once may fail (SystemError, Python 3.11).
    """
    found: list[str] = []
    for module, several, one in _IMPORT.findall(path.read_text()):
        found += [module, *(f"{module}.{name}" for name in re.findall(r"\w+", several or one))]
    return tuple(name for name in found if name.partition(".")[0] == _ROOM)


def _files_of(module: str) -> list[Path]:
    place = _ROOT.joinpath(*module.split("."))
    return [path for path in (place.with_suffix(".py"), place / "__init__.py") if path.exists()]
