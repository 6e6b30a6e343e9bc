"""Which tests `make check` runs: `pytest -p tests.quick` leaves out the files that are slow.

`tests/seconds.txt` has what each file took when `make seconds` last ran. The quickest files run, as
many as fit into the budget; none that drives a browser does. A file that is not on the list is new, and runs.
"""

from pathlib import Path

ROOT = Path(__file__).parents[1]
LIST = Path(__file__).with_name("seconds.txt")
BUDGET = 160.0  # seconds as measured; with two workers, types and lint beside them, some 70 s pass


def measured() -> dict[str, float]:
    """Path from the root -> seconds, as the list has them."""
    rows = (line.split() for line in LIST.read_text().splitlines() if line and not line.startswith("#"))
    return {path: float(seconds) for seconds, path in rows}


def slow(seconds: dict[str, float], budget: float = BUDGET) -> set[str]:
    """Files that do not fit into the budget when the quickest go first.

    >>> sorted(slow({"a": 5.0, "b": 1.0, "c": 2.0}, budget=4.0))
    ['a']
    """
    left, over = budget, set()
    for path in sorted(seconds, key=lambda path: (seconds[path], path)):
        left -= seconds[path]
        if left < 0:
            over.add(path)
    return over


_SLOW = slow(measured()) if LIST.exists() else set()


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    path = collection_path.relative_to(ROOT).as_posix() if collection_path.is_relative_to(ROOT) else ""
    return True if path in _SLOW or path == "tests/browser" else None
