"""Waiting in tests: for what is waited for, and long enough for a machine three times slower than it should be."""

import time
from collections.abc import Callable

PATIENCE = 240.0
"""Seconds until a wait has failed. What is there is there at once, so that only a failing test takes as long."""
LONG = 1_500 * PATIENCE
"""Milliseconds, for a browser: a wait behind runs and UMAPs of other tests, on two cores."""


def until(holds: Callable[[], object], *, seconds: float = PATIENCE, every: float = 0.05, last: object = "") -> None:
    """Ask every so many seconds until `holds()` is true; AssertionError, with `last`, after `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {last() if callable(last) else last}"
        time.sleep(every)
