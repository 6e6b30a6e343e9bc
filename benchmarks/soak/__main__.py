"""`make soak`: does the server keep its memory, threads and descriptors while it is used without pause?

A server of its own is visited on 127.0.0.1 by two visitors at a time, for `--minutes`. After the first third, or ten
minutes, a straight line through each quantity must be flat; `--idle` minutes after the last visitor has gone, the
server must not have more memory than in use. The exit status is 1 where a limit is missed.
"""

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.soak.gauges import Line, Reading, line, read
from benchmarks.soak.trips import trips
from benchmarks.soak.visitor import Visitor, visiting
from tests.browser.server import running

VISITORS = 2
EVERY = 1.0
"""Seconds between two readings."""
LIMITS = {"memory": ("MB", 0.2), "threads": ("", 0.1), "descriptors": ("", 0.5)}
"""Unit, and the largest slope a minute."""


class Crowd:
    """Visitors that take one trip after another until they are told to stop; what went wrong is kept and said."""

    def __init__(self, url: str) -> None:
        self.url, self.trips, self.reruns, self.failures = url, 0, 0, list[str]()
        self._next, self._lock, self._over = trips(), threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._visit) for _ in range(VISITORS)]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _visit(self) -> None:
        while not self._over.is_set():
            with self._lock:
                trip = next(self._next)
            self._take(trip)

    def _take(self, trip: Callable[[Visitor], None]) -> None:
        try:
            with visiting(self.url) as visitor:
                trip(visitor)
                reruns = visitor.reruns
        except Exception as failure:  # noqa: BLE001 (counted, shown and failed upon: the soak goes on)
            self.failures.append(f"{type(failure).__name__}: {failure}")
            self._over.wait(1)
        else:
            with self._lock:
                self.trips, self.reruns = self.trips + 1, self.reruns + reruns


def readings(process: int, minutes: float) -> Iterator[Reading]:
    """One every `EVERY` seconds."""
    began = time.monotonic()
    while (spent := time.monotonic() - began) < 60 * minutes:
        yield read(process, spent / 60)
        time.sleep(EVERY)


def soak(minutes: float, idle: float, log: Path) -> int:
    """Print how it goes, and the table; how many limits were missed."""
    taken: list[Reading] = []
    with running(log) as server:
        with Crowd(server.url) as crowd:
            for reading in readings(server.process.pid, minutes):
                if int(reading.minutes) > (int(taken[-1].minutes) if taken else -1):
                    print(f"{reading} {crowd.trips:5d} trips {crowd.reruns:6d} reruns", flush=True)
                taken.append(reading)
        time.sleep(60 * idle)
        left = read(server.process.pid, minutes + idle)
    for failure in crowd.failures:
        print(f"FAILED {failure}")
    print(f"{left} {idle:g} min after the last visitor")
    return len(crowd.failures) + table(taken, left, min(10.0, minutes / 3))


def table(taken: list[Reading], left: Reading, warm_up: float) -> int:
    """Print a line a quantity; how many limits were missed, or could not be told since there are too few minutes."""
    kept = [reading for reading in taken if reading.minutes >= warm_up]
    at = np.array([reading.minutes for reading in kept])
    print(f"\nafter a warm-up of {warm_up:g} min{'':12} {'mean':>8} {'slope a minute':>20} {'limit':>8}")
    missed = 0
    for name, (unit, limit) in LIMITS.items():
        found: Line = line(at, np.array([getattr(reading, name) for reading in kept], dtype=float))
        verdict = "TOO SHORT" if np.isnan(found.slope) else "ok" if found.slope <= limit else "MISSED"
        missed += verdict != "ok"
        slope = f"{found.slope:+.3f} ± {found.error:.3f}"
        print(f"{name + (f', {unit}' if unit else ''):<34} {found.mean:>8.1f} {slope:>20} {limit:>8g} {verdict}")
    used = float(np.mean([reading.memory for reading in kept]))
    verdict = "ok" if left.memory <= used else "MISSED"
    print(f"{'memory once all have left, MB':<34} {left.memory:>8.1f} {'':>20} {used:>8.1f} {verdict}")
    return missed + (verdict == "MISSED")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--idle", type=float, default=3.0, help="minutes after the last visitor")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nce-lab-soak-") as folder:
        os.environ["XDG_CACHE_HOME"] = folder  # the server's maps begin from nothing, as on a new machine
        return min(1, soak(options.minutes, options.idle, Path(folder) / "log"))


if __name__ == "__main__":
    raise SystemExit(main())
