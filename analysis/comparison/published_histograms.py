"""The histograms that SINCERE's authors publish of CIFAR-10: nearest target and noise cosine of 10,000 test items.

Decoded from the vector figures in the authors' repository (tufts-ml/SupContrast; Feeney & Hughes, arXiv 2309.14277):
shares of items in 100 bins from -0.1 to 1. ResNet-50, 800 epochs; SINCERE at temperature 0.1, SupCon at 0.05.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_FILE = Path(__file__).with_suffix(".csv")
_LOW, _HIGH = -0.1, 1.0
TEMPERATURES = {"supcon": 0.05, "sincere": 0.1}
"""Of the losses that have one."""


@dataclass(frozen=True, slots=True, eq=False)
class PublishedHistogram:
    """edges (B + 1,) in cosine; target, noise (B,) shares of test items."""

    edges: np.ndarray
    target: np.ndarray
    noise: np.ndarray


def published_histogram(loss: str) -> PublishedHistogram:
    """`loss`: of `TEMPERATURES`."""
    with _FILE.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["loss"] == loss]
    sides = np.array([[float(row["target"]), float(row["noise"])] for row in rows])
    return PublishedHistogram(np.linspace(_LOW, _HIGH, len(rows) + 1), *sides.T)
