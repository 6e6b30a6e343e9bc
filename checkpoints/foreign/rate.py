"""How many images a second go through, over the last seconds of a pass."""

import time
from collections import deque

_SECONDS = 10.0


class Rate:
    """Hears what a `spec.Watch` hears. What an earlier pass had done, with which the count begins, is left out."""

    def __init__(self) -> None:
        self._heard: deque[tuple[float, int]] = deque()

    def hear(self, done: int, total: int, now: float | None = None) -> None:
        """`now` in seconds, of a clock that never goes back."""
        if not total:
            return
        at = time.monotonic() if now is None else now
        self._heard.append((at, done))
        while len(self._heard) > 2 and self._heard[1][0] < at - _SECONDS:
            self._heard.popleft()

    @property
    def words(self) -> str:
        """Such as "312 images/s"; "" while nothing can be said.

        >>> rate = Rate()
        >>> for at, done in ((0.0, 640), (1.0, 704), (2.0, 768)):
        ...     rate.hear(done, 5_000, at)
        >>> rate.words
        '64 images/s'
        """
        if len(self._heard) < 2:
            return ""
        (began, first), (ended, last) = self._heard[0], self._heard[-1]
        if ended <= began or last <= first:
            return ""
        value = (last - first) / (ended - began)
        return f"{value:,.0f} images/s" if value >= 10 else f"{value:.2g} images/s"
