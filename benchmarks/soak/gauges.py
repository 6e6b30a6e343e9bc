"""What a process has: resident memory, threads, descriptors; and a straight line through what was read of them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True, slots=True)
class Reading:
    """A process at one moment, `minutes` after the start. `memory`: resident, in MB of 2^20 bytes."""

    minutes: float
    memory: float
    threads: int
    descriptors: int

    def __str__(self) -> str:
        return (
            f"{self.minutes:5.1f} min {self.memory:8.1f} MB {self.threads:4d} threads {self.descriptors:4d} descriptors"
        )


def read(process: int, minutes: float) -> Reading:
    """From /proc, and so on Linux alone. FileNotFoundError once the process is gone."""
    folder = Path(f"/proc/{process}")
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    memory = int(status["VmRSS"].split()[0]) / 1024
    return Reading(minutes, memory, int(status["Threads"]), len(list((folder / "fd").iterdir())))


@dataclass(frozen=True, slots=True)
class Line:
    """Least squares: the mean of y, its slope a minute, and the slope's standard error."""

    mean: float
    slope: float
    error: float


def line(minutes: np.ndarray, values: np.ndarray) -> Line:
    """Through the means of whole minutes: readings a second apart are far from independent, and would make the error
    look ten times smaller than it is. NaN as the error of fewer than three minutes."""
    whole = np.unique(np.floor(minutes))
    inside = [np.floor(minutes) == each for each in whole]
    x = np.array([minutes[each].mean() for each in inside])
    y = np.array([values[each].mean() for each in inside])
    apart = x - x.mean()
    spread = (apart**2).sum()
    if len(x) < 3 or spread == 0:
        return Line(float(values.mean()), float("nan"), float("nan"))
    slope = float((apart * y).sum() / spread)
    rest = y - y.mean() - slope * apart
    return Line(float(y.mean()), slope, float(np.sqrt((rest**2).sum() / (len(x) - 2) / spread)))
