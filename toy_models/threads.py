"""Keep torch to one thread while small networks train."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_USUAL = torch.get_num_threads()
_lock = threading.Lock()
_running = 0


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch computes on one thread inside; the last one out gives the process its usual number back.

    The stacked networks are too small to share among cores: waiting for each other costs more than it saves, several
    times more as soon as a browser or a second run wants a core too. And with one thread a run's last digits do not
    depend on the machine's number of cores. The setting belongs to the whole process, so overlapping runs count.
    """
    global _running
    with _lock:
        _running += 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _lock:
            _running -= 1
            if not _running:
                torch.set_num_threads(_USUAL)
