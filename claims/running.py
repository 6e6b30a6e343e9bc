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
    """The best that is there: a full form before a quick one, and of two full ones this machine's before the shipped,
    which is of one seed, and counts as full while the code is what it was made with. None where the seed is another
    one and nobody computed it. `folder`: where results are kept, None where none is."""
    came = shipped.result_of(claim)
    if came is not None and came.seed != seed:
        came = None
    if folder is not None and (found := kept.find(claim, Effort.FULL, seed, folder)) is not None:
        return found
    if came is not None and came.code == code_of(claim):
        return came
    quick = kept.find(claim, Effort.QUICK, seed, folder) if folder is not None else None
    return came if quick is None else quick
