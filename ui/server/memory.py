"""What keeps the server's memory level while pages are used for hours, and gives it back when nobody is there.

Each rerun of a page is a thread of its own. glibc gives threads up to eight heaps ("arenas") a core, and one that was
large once stays so: what is free in all of them together grew for as long as heavy pages met fresh arenas. Here they
are few, and what lies free in them is handed back. Python's own full collection waits until a quarter of all objects
is new, which with torch's 400,000 is never; these are put aside once they are there. Streamlit forgets a tab that was
closed two minutes after, but only when the next one closes.
"""

import ctypes
import gc
import threading
import time
from functools import cache
from typing import Any

from streamlit import runtime

ARENAS = 2
LARGE = 16 * 2**20
"""Bytes from which a block is mapped by itself, and from which what is free at an arena's end is cut off. Blocks of the
losses have 8 MB and are taken again and again: they stay."""
EVERY = 20.0
"""Seconds between two rounds."""
BUSY = 0.5
"""Seconds of the process's computing below which there is nothing to tidy."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h


@cache
def keep_level() -> None:
    """Begin, once a process: few arenas from here on, and a round now and then."""
    limit_heaps()
    threading.Thread(target=_rounds, name="nce-lab-tidy", daemon=True).start()


def limit_heaps() -> bool:
    """False where the C library has no such settings (they are glibc's). Arenas that are there already stay.

    Left alone, glibc raises both thresholds up to 32 and 64 MB, and `malloc_trim` never cuts an arena's end.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    settings = {_M_ARENA_MAX: ARENAS, _M_TRIM_THRESHOLD: LARGE, _M_MMAP_THRESHOLD: LARGE}
    return mallopt is not None and all(mallopt(name, value) == 1 for name, value in settings.items())


def put_aside() -> None:
    """Leave what is there now, but for garbage, out of all later collections: for libraries that are imported."""
    gc.collect()
    gc.freeze()


def tidy() -> None:
    """Collect cycles, then give the pages that lie free in the arenas back to the system."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def forget_closed_tabs() -> None:
    """Let Streamlit drop the sessions that can no longer be returned to, on the thread that owns them."""
    if not runtime.exists():
        return
    server: Any = runtime.get_instance()
    stored = server._session_mgr._session_storage._cache
    server._get_async_objs().eventloop.call_soon_threadsafe(stored.expire)


def _rounds() -> None:
    """For the life of the process."""
    spent = time.process_time()
    while True:
        time.sleep(EVERY)
        forget_closed_tabs()
        if time.process_time() - spent > BUSY:
            tidy()
        spent = time.process_time()
