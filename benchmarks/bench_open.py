"""How long does a shipped checkpoint take from its file to outputs, and on to the numbers of its histograms?"""

import time
from collections.abc import Callable, Iterable
from statistics import median

from checkpoints import open_outputs, peek
from checkpoints.zoo import ZooEntry, shipped

REPEATS = 5


def rows() -> Iterable[tuple[str, float, str, float]]:
    """The whole way to PCA and histograms has 2 s; the limits here leave most of it to drawing."""
    entries = shipped()
    yield "list all shipped checkpoints, without torch", _seconds(shipped), "s", 0.5
    yield "describe one (peek)", _seconds(lambda: peek(entries[0].path)), "s", 0.1
    # The first opening in a process pays for importing torch and scikit-learn, which the app does in the background.
    yield "open the first one in a process (imports included)", _once(lambda: open_outputs(entries[0].path)), "s", 10.0
    yield "open a shipped checkpoint to outputs, slowest of all", max(map(_opening, entries)), "s", 1.0
    outputs = open_outputs(entries[0].path)
    yield "nearest similarities, margin and kNN of one", _seconds(lambda: _histograms(outputs)), "s", 0.5


def _opening(entry: ZooEntry) -> float:
    return _seconds(lambda: open_outputs(entry.path))


def _histograms(outputs) -> None:
    from analysis.neighbours import vote
    from analysis.similarity import margin, nearest_similarity

    nearest = nearest_similarity(outputs)
    margin(nearest)
    vote(nearest.neighbours, outputs, 1)


def _seconds(work: Callable[[], object]) -> float:
    return median(_once(work) for _ in range(REPEATS))


def _once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
