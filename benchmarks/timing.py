"""How long something takes."""

import time
from collections.abc import Callable


def once(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def busy(work: Callable[[], object]) -> float:
    """Seconds for which one call keeps cores busy, its libraries held to a thread each.

    Where others use the machine, elapsed time counts their work too; where a library's threads wait for each other,
    processor time counts the waiting. On a free machine nobody waits longer than this.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        start = time.process_time()
        work()
        return time.process_time() - start
