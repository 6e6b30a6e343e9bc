"""What has been computed, by key: each once, the least recently asked for goes first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Memo:
    """Bounded, and safe for several sessions at once: who asks second waits for the first. What raises is not kept."""

    def __init__(self, most: int = 64) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._made: OrderedDict[Hashable, Future[Any]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._made)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gave for this key, now or before."""
        with self._lock:
            future = self._made.get(key)
            mine = future is None
            if future is None:
                future = self._made[key] = Future()
            self._made.move_to_end(key)
            while len(self._made) > self.most:
                self._made.popitem(last=False)
        if mine:
            self._fill(key, future, make)
        return future.result()

    def forget(self, which: Callable[[Any], bool]) -> None:
        """Let go of what was made for the keys of which this is true."""
        with self._lock:
            for key in [key for key in self._made if which(key)]:
                del self._made[key]

    def _fill(self, key: Hashable, future: Future[Any], make: Callable[[], Any]) -> None:
        try:
            future.set_result(make())
        except BaseException as error:  # noqa: BLE001 (nothing is swallowed: `once` raises it)
            with self._lock:
                if self._made.get(key) is future:
                    del self._made[key]
            future.set_exception(error)
