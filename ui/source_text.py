"""The source of a function or class as it stands in its file: read once a process, without a syntax tree.

`inspect.getsource` parses the file for a class, and parsing beside another thread can fail (see `ui.server.parsing`).
"""

import inspect
import re
import threading
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_lock = threading.Lock()


def source_of(module: str, name: str) -> str:
    """What defines `name` at the top level of `module`, decorators included. LookupError where nothing does."""
    with _lock:
        return _source_of(module, name)


@cache
def _source_of(module: str, name: str) -> str:
    lines = _lines(module)
    opening = re.compile(rf"(async\s+def|def|class)\s+{re.escape(name)}\b")
    starts = [number for number, line in enumerate(lines) if opening.match(line)]
    if not starts:
        raise LookupError(f"{module} defines no {name}")
    first = starts[-1]
    while first and lines[first - 1].strip() and not opening.match(lines[first - 1]):
        first -= 1  # decorators stand above without a gap
    return "".join(inspect.getblock(lines[first:]))


@cache
def _lines(module: str) -> list[str]:
    found = find_spec(module)
    if found is None or found.origin is None:
        raise LookupError(f"there is no module {module}")
    return Path(found.origin).read_text(encoding="utf-8").splitlines(keepends=True)
