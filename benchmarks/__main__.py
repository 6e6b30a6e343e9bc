"""`make bench`: every benchmark, one question a file, as one table.

A benchmark file `bench_*.py` has `rows()`, which yields (question, measured value, unit, limit). The exit status is
the number of limits missed.
"""

import importlib
import os
import platform
import sys
from collections.abc import Iterable
from pathlib import Path

Row = tuple[str, float, str, float]


def modules(wanted: list[str]) -> list[str]:
    found = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    return [name for name in found if not wanted or name.removeprefix("bench_") in wanted]


def show(rows: Iterable[Row]) -> int:
    """Print rows as they come; return how many missed their limit."""
    missed = 0
    for question, measured, unit, limit in rows:
        verdict = "ok" if measured <= limit else "MISSED"
        missed += verdict == "MISSED"
        print(f"{question:<78} {measured:>10.3g} {unit:<4} limit {limit:<8g} {verdict}", flush=True)
    return missed


def main(wanted: list[str]) -> int:
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    return sum(show(importlib.import_module(f"benchmarks.{name}").rows()) for name in modules(wanted))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
