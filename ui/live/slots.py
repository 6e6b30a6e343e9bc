"""How many live runs go at once in this process, whatever the number of tabs, and the queue of those that wait."""

import os
import threading

from losses.errors import LabError


class Ticket:
    """One run's place in the queue."""


class Slots:
    """The first `limit` tickets go, the next `waiting` wait in order; more are refused."""

    def __init__(self, limit: int, waiting: int = 8) -> None:
        self.limit, self.waiting = limit, waiting
        self._lock = threading.Lock()
        self._tickets: list[Ticket] = []

    def join(self) -> Ticket:
        """Stand at the end; `LabError` when the queue is full."""
        with self._lock:
            if len(self._tickets) >= self.limit + self.waiting:
                rule = f"must wait: {self.limit} can go at once on this machine, and {self.waiting} wait already"
                raise LabError("A new live run", rule, None, "Stop one, here or in another tab, or let it end.")
            ticket = Ticket()
            self._tickets.append(ticket)
            return ticket

    def ahead(self, ticket: Ticket) -> int:
        """How many runs must end before this one goes; 0 when it may."""
        with self._lock:
            return max(0, self._tickets.index(ticket) + 1 - self.limit)

    def leave(self, ticket: Ticket) -> None:
        """Make room: at the end of a run, or out of the queue."""
        with self._lock:
            self._tickets.remove(ticket)

    def taken(self) -> int:
        """Runs that go or wait."""
        with self._lock:
            return len(self._tickets)


PROCESS = Slots(max(2, (os.cpu_count() or 2) // 2))
