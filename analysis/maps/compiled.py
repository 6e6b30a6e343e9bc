"""UMAP's own functions, compiled once for a machine and not in each process: seconds of a first map.

What UMAP calls for neighbours is kept on disk by its makers; its own functions are not. The place is numba's: beside
the functions' source, where that can be written, else the user's cache (`NUMBA_CACHE_DIR` names another).
"""

from contextlib import suppress
from functools import cache
from typing import Any


@cache
def keep_compiled() -> None:
    """Ask numba to keep them, before the first call. Where no place can be written, each process compiles its own."""
    from umap import layouts, umap_, utils

    for module in (layouts, umap_, utils):
        for each in vars(module).values():
            if _is_compiled(each) and each.py_func.__module__.startswith("umap."):
                with suppress(RuntimeError):
                    each.enable_caching()


def _is_compiled(value: Any) -> bool:
    """Whether it is one of numba's functions."""
    return hasattr(value, "enable_caching") and hasattr(value, "py_func")
