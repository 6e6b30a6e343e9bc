"""One parse at a time: Python keeps one count of depth for all threads that make syntax trees.

CPython 3.11 up to 3.11.8 and 3.12 up to 3.12.2 (issue 106905) end a parse with "SystemError: AST constructor recursion
depth mismatch" where something else is parsed in the middle of it: a garbage collection lets another thread go on, or a
finalizer format a traceback. Pages parse nothing, but what they import does: torch and pandas read their own sources
while another session draws.
"""

import ast
import gc
import threading
from functools import wraps
from typing import Any

_lock = threading.RLock()
_MARK = "_nce_lab_one_at_a_time"


def one_at_a_time() -> None:
    """Make `ast.parse`, and with it all of the standard library that parses, take turns, undisturbed. Twice is once."""
    parse = ast.parse
    if hasattr(parse, _MARK):
        return

    @wraps(parse)
    def in_turn(*args: Any, **options: Any) -> ast.AST:
        with _lock:
            collecting = gc.isenabled()
            gc.disable()
            try:
                return parse(*args, **options)
            finally:
                if collecting:
                    gc.enable()

    setattr(in_turn, _MARK, True)
    ast.parse = in_turn  # type: ignore[assignment]  # mypy cannot match a wrapper with an overloaded function
