"""Measuring a claim, and what is known of it without measuring."""

import time
from pathlib import Path

from claims import kept, shipped
from claims.claim import MOST_SEED, Claim, Effort, Watch
from claims.code_version import code_of, libraries
from claims.results import Result
from losses.errors import LabError


def measure(claim: Claim, effort: Effort, seed: int = 0, watch: Watch = lambda done, total: None) -> Result:
    """Compute a claim's numbers here and now. The same claim, effort and seed give the same numbers."""
    check_seed(seed)
    began = time.perf_counter()
    findings = claim.measure(effort, seed, watch)
    seconds = time.perf_counter() - began
    return Result(claim, effort, seed, findings, time.time(), seconds, code_of(claim), libraries())


def check_seed(seed: int) -> None:
    if not 0 <= seed <= MOST_SEED:
        raise LabError("seed", f"must be a whole number from 0 to {MOST_SEED:,}", seed)


def known(claim: Claim, seed: int = 0, folder: Path | None = None) -> Result | None:
    """The best that is there: what this machine computed in full, else quickly; else the shipped result, which is of
    one seed. None where the seed is another one and nobody computed it. `folder`: where results are kept, None where
    none is."""
    if folder is not None:
        for effort in (Effort.FULL, Effort.QUICK):
            if (found := kept.find(claim, effort, seed, folder)) is not None:
                return found
    found = shipped.result_of(claim)
    return found if found is not None and found.seed == seed else None
