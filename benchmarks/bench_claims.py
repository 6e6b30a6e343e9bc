"""How long the claims take: each quick form, and all full forms together."""

import time
from collections.abc import Iterable

from claims.claim import Effort
from claims.registry import CLAIMS
from claims.running import measure

Row = tuple[str, float, str, float]


def rows() -> Iterable[Row]:
    """Seconds of this machine; every claim computes on one thread, two at once fit two cores."""
    for name, claim in CLAIMS.items():
        began = time.perf_counter()
        measure(claim, Effort.QUICK)
        yield f"Claim {name}, quick form", time.perf_counter() - began, "s", 20
    began = time.perf_counter()
    for claim in CLAIMS.values():
        measure(claim, Effort.FULL)
    yield "All claims, full form", time.perf_counter() - began, "s", 600
