"""`pytest -p tests.seconds` writes what each file took into `tests/seconds.txt`: run it where nothing else runs.

Files that were not run keep what the list has; those that are no more go. Written file by file: a run that is killed
has measured what it has run.
"""

import os

import pytest

from tests.quick import LIST, ROOT, measured

_HEAD = "# Seconds of each file of tests, by `make seconds`; tests/quick.py reads it.\n"
_found: dict[str, float] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    path = report.nodeid.split("::")[0]
    if path not in _found:
        _write()  # the files before this one are done
    _found[path] = _found.get(path, 0.0) + report.duration


def pytest_sessionfinish() -> None:
    _write()


def _write() -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        return  # the process that started this one hears of every test
    known = {**(measured() if LIST.exists() else {}), **_found}
    rows = [f"{known[path]:8.2f} {path}\n" for path in sorted(known) if (ROOT / path).exists()]
    LIST.write_text(_HEAD + "".join(rows))
