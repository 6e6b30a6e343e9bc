"""The pass over train x test against the bare product, in a fresh process: `python -m benchmarks.nearest_pass D K`."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from analysis.neighbours.graph import similarity_blocks
from analysis.neighbours.nearest import nearest_similarity
from analysis.outputs import Outputs, Split

ROOT = Path(__file__).parents[1]
TEST, TRAIN, CLASSES, REPEATS = 10_000, 50_000, 10, 3


def measured(dimensions: int, k: int) -> dict[str, float]:
    """`ratio` of the best of three times each, taken in turn; `seconds` of the pass; `gigabytes` that it adds."""
    command = [sys.executable, "-m", "benchmarks.nearest_pass", str(dimensions), str(k)]
    answer: dict[str, float] = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    return answer


def main(dimensions: int, k: int) -> None:
    splits = [Split(_unit_rows(items, dimensions), np.arange(items) % CLASSES) for items in (TRAIN, TEST)]
    outputs = Outputs(*splits, tuple(map(str, range(CLASSES))), 1.0, {"digest": "0"})
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on: making the rows took more
    before = peak_kilobytes()
    nearest_similarity(outputs, k=k)
    gigabytes = (peak_kilobytes() - before) / 2**20
    times = [
        (_seconds(lambda: _product(outputs)), _seconds(lambda: nearest_similarity(outputs, k=k)))
        for _ in range(REPEATS)
    ]
    product, whole = (min(column) for column in zip(*times, strict=True))
    print(json.dumps({"ratio": whole / product, "seconds": whole, "gigabytes": gigabytes}))


def _product(outputs: Outputs) -> None:
    for _ in similarity_blocks(outputs.test.embeddings, outputs.train.embeddings):
        pass


def _unit_rows(count: int, dimensions: int) -> np.ndarray:
    rows = np.random.default_rng(count).standard_normal((count, dimensions), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_kilobytes() -> int:
    """Of this program alone: getrusage would begin with the peak of the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
