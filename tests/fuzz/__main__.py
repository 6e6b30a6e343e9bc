"""`make fuzz`: python -m tests.fuzz [--cases N] [--first N] [--workers N] [--minutes N] [--keep FOLDER].

Spoils good files of every kind in many ways; each must open or be refused in one sentence, in bounds of time and
memory. The exit status is 1 where one does not, and the case's number makes it again.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.checkpoints.confined import confined
from tests.fuzz.campaign import Finding, findings, keep


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    if options.keep:
        for number in range(options.first, options.first + options.cases):
            print(keep(number, options.keep))
    deadline = time.monotonic() + 60 * options.minutes
    done = [0] * options.workers

    def work(worker: int) -> list[Finding]:
        numbers = range(options.first + worker, options.first + options.cases, options.workers)
        found = []
        with confined() as reader:
            for finding in findings(_until(deadline, numbers, done, worker), reader):
                print(finding, flush=True)
                found.append(finding)
        return found

    with ThreadPoolExecutor(options.workers) as pool:
        found = [finding for part in pool.map(work, range(options.workers)) for finding in part]
    print(f"{sum(done):,} of {options.cases:,} cases, {len(found)} findings")
    return 1 if found else 0


def _until(deadline: float, numbers: range, done: list[int], worker: int) -> Iterator[int]:
    for number in numbers:
        if time.monotonic() > deadline:
            return
        yield number
        done[worker] += 1


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.fuzz", description="Spoil good files and open them.")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=20, help="after them no further case begins")
    parser.add_argument("--keep", type=Path, help="write the cases to this folder too")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
