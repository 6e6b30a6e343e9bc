"""Computations that outlast a paint: one call on a thread of its own, which the page asks how it stands."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Job(Generic[T]):
    """One call, started at once on a daemon thread; it never touches the page and ends with its own work."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._future: Future[T] = Future()
        self._began = time.monotonic()
        threading.Thread(target=self._run, args=(work,), name="nce-lab-job", daemon=True).start()

    @property
    def done(self) -> bool:
        """True once `result` answers at once."""
        return self._future.done()

    @property
    def failure(self) -> BaseException | None:
        """What the call raised, once `done`."""
        return self._future.exception(timeout=0)

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._began

    def result(self, timeout: float | None = None) -> T:
        """What the call returned; raises what it raised, and TimeoutError where that takes too long."""
        return self._future.result(timeout)

    def _run(self, work: Callable[[], T]) -> None:
        try:
            self._future.set_result(work())
        except BaseException as error:  # noqa: BLE001 (nothing is swallowed: `result` raises it in the page)
            self._future.set_exception(error)
