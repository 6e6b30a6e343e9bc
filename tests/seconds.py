"""`pytest -p tests.seconds` writes what each file took into `tests/seconds.txt`: run it where nothing else runs.

Files that were not run keep what the list has; those that are no more go.
"""

from collections import Counter

import pytest

from tests.quick import LIST, ROOT, measured

_HEAD = "# Seconds of each file of tests, by `make seconds` on two quiet cores; tests/quick.py reads it.\n"
_found: Counter[str] = Counter()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _found[report.nodeid.split("::")[0]] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput"):
        return  # the process that started this one hears of every test
    known = {**(measured() if LIST.exists() else {}), **_found}
    rows = [f"{known[path]:8.2f} {path}\n" for path in sorted(known) if (ROOT / path).exists()]
    LIST.write_text(_HEAD + "".join(rows))
