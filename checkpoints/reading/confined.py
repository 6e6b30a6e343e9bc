"""Limits that a worker sets itself before it looks at a file of somebody else's, where the system knows such limits."""

import math
import time

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


def limit_memory(most: int) -> None:
    """At most so many bytes of address space from now on, for good, and no dump of it when it ends."""
    if resource is None:
        return
    for what, bound in ((resource.RLIMIT_AS, most), (resource.RLIMIT_CORE, 0)):
        _, now = resource.getrlimit(what)
        least = bound if now == resource.RLIM_INFINITY else min(bound, now)
        resource.setrlimit(what, (least, least))


def limit_seconds(more: int) -> None:
    """At most so many seconds of processor time from now on; said again, it counts from then."""
    if resource is None:
        return
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    until = math.ceil(time.process_time()) + more  # a system counts whole seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until if most == resource.RLIM_INFINITY else min(until, most), most))
