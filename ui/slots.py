"""How many live runs may go at once in this process, whatever the number of tabs."""

import os
import threading

from losses.errors import LabError


class Slots:
    """How many runs may go at once in this process."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def begin(self, thread: threading.Thread) -> None:
        """Start `thread`; `LabError` when all places are taken."""
        with self._lock:
            self._threads = [other for other in self._threads if other.is_alive()]
            if len(self._threads) >= self.limit:
                rule = f"must wait: {self.limit} can go at once on this machine"
                raise LabError("A new live run", rule, None, "Stop one, here or in another tab, or let it end.")
            thread.start()
            self._threads.append(thread)

    def taken(self) -> int:
        """Runs whose thread is alive."""
        with self._lock:
            return sum(thread.is_alive() for thread in self._threads)


PROCESS = Slots(max(2, (os.cpu_count() or 2) // 2))
