"""Runs and ticking pages step aside for a moment when somebody presses something: the answer needs the same cores.

Beside eight sessions with live runs a click waits for two runs that compute and for eight tabs that ask how they stand;
what it asks for itself takes a fraction of that.
"""

import threading
import time


class Courtesy:
    """After a click, `seconds` in which it comes first; then as many at least in which it does not, so that who presses
    all the time slows the others to half and no further."""

    def __init__(self, seconds: float = 0.4) -> None:
        self._seconds, self._ends = seconds, -seconds
        self._changed = threading.Condition()

    def asked(self) -> None:
        """Somebody has pressed something."""
        with self._changed:
            now = time.monotonic()
            if now >= self._ends + self._seconds:
                self._ends = now + self._seconds

    def over(self) -> None:
        """The answer is a run's own: none needs to wait."""
        with self._changed:
            self._ends = min(self._ends, time.monotonic())
            self._changed.notify_all()

    def left(self) -> float:
        """Seconds that somebody's click comes first still; 0 for none."""
        return max(0.0, self._ends - time.monotonic())

    def wait(self) -> bool:
        """Let a click go first; whether there was one."""
        if not self.left():
            return False
        with self._changed:
            while left := self.left():
                self._changed.wait(left)
        return True


PROCESS = Courtesy()
