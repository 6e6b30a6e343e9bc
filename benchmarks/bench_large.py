"""Train items on disk, from 10^4 to 10^6: are time and memory of an exact search flat, an item?"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from analysis.neighbours.large import search
from benchmarks.nearest_pass import peak_kilobytes

ROOT = Path(__file__).parents[1]
SIZES, DIMENSIONS, QUERIES, CLASSES, K = (10_000, 100_000, 1_000_000), 64, 200, 100, 10


def rows() -> Iterable[tuple[str, float, str, float]]:
    """Each size in a fresh process; the search holds its own peak beside the rows, which lie on disk."""
    found = {size: measured(size) for size in SIZES}
    for size, each in found.items():
        what = f"search of {QUERIES} among {size:,} x {DIMENSIONS} on disk"
        yield f"{what}, a train item", 1e6 * each["seconds"] / size, "us", 4
        yield f"{what}, memory", each["megabytes"], "MB", 120
    small, large = (found[size]["seconds"] / size for size in (SIZES[1], SIZES[2]))
    yield f"time a train item, {SIZES[2]:,} beside {SIZES[1]:,}", large / small, "x", 1.3


def measured(size: int) -> dict[str, float]:
    """`seconds` of processor time and `megabytes` above what was there before."""
    command = [sys.executable, "-m", "benchmarks.bench_large", str(size)]
    answer: dict[str, float] = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    return answer


def main(size: int) -> None:
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.npy"
        kept = np.lib.format.open_memmap(path, "w+", np.float32, (size, DIMENSIONS))
        for start in range(0, size, 10_000):
            kept[start : start + 10_000] = _unit(rng, min(10_000, size - start))
        del kept
        queries, labels = _unit(rng, QUERIES), rng.integers(0, CLASSES, size)
        search(queries, queries, labels[:QUERIES], classes=CLASSES, k=K)  # what is made at first use
        keys = np.load(path, mmap_mode="r")
        Path("/proc/self/clear_refs").write_text("5")
        before, began = peak_kilobytes(), time.process_time()
        search(queries, keys, labels, classes=CLASSES, k=K)
        seconds = time.process_time() - began
        print(json.dumps({"seconds": seconds, "megabytes": (peak_kilobytes() - before) / 1024}))


def _unit(rng: np.random.Generator, count: int) -> np.ndarray:
    drawn = rng.standard_normal((count, DIMENSIONS), dtype=np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn


if __name__ == "__main__":
    main(int(sys.argv[1]))
