"""What the controls of a page may be called in its links, those included that it has with some settings alone."""

import re
from functools import cache
from pathlib import Path

from ui.frame import PAGES

_ROOT = Path(__file__).parents[1]
_ROOMS = ("ui", "toy_models")
_NAME = re.compile(r"\"(\w+)\"(?!:)")
"""A quoted word that is not the key of a dict: those are options and the words of code shown on pages."""
_IMPORT = re.compile(r"^ *from ([\w.]+) import (?:\(([^)]*)\)|(.*))$", re.MULTILINE)


@cache
def names_of_controls(page: str) -> frozenset[str]:
    """Every name that a control of `page`, a key of `PAGES`, may have; of any page, where there is none called so.

    Read off the source of the page and of what it imports, the first time that a link names something else.
    """
    if page in PAGES:
        sources = _imported_by(_ROOT / PAGES[page].script)
    else:
        sources = {path for room in _ROOMS for path in (_ROOT / room).rglob("*.py")}
    return frozenset(name for path in sources for name in _NAME.findall(path.read_text()))


def _imported_by(script: Path) -> set[Path]:
    """The script, and whatever it imports of the rooms where controls are made."""
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
    return tuple(name for name in found if name.partition(".")[0] in _ROOMS)


def _files_of(module: str) -> list[Path]:
    place = _ROOT.joinpath(*module.split("."))
    return [path for path in (place.with_suffix(".py"), place / "__init__.py") if path.exists()]
