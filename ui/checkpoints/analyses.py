"""Everything the checkpoint page computes for one set of outputs, each part once and only when it is asked for."""

import threading
from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Literal, TypeVar

import numpy as np

from analysis.accuracy.probe import ClassProbabilities, class_probabilities, has_features, linear_probe
from analysis.accuracy.top_k import GUESSES, top_accuracy
from analysis.neighbours.nearest import Margin, Nearest, margin, nearest_similarity
from analysis.neighbours.retrieval import Recalls, recall_at
from analysis.neighbours.vote import SHARP, Vote, vote
from analysis.outputs import Outputs, Split
from analysis.statistics.bootstrap import Estimate, Unavailable
from ui.checkpoints.maps import POINTS, Map, MapJob, given_map, pca_map
from ui.memo import Memo

__all__ = ["LARGEST_K", "Analyses", "Map", "SplitName"]

SplitName = Literal["test", "train"]
LARGEST_K = 50
_MOST_JOBS = 8
T = TypeVar("T")


class Analyses:
    """The outputs of one checkpoint and what has been computed on them.

    `shared`: maps go to the disk cache that all sessions use. Never so for what a user brought.
    """

    def __init__(self, outputs: Outputs, *, shared: bool) -> None:
        self.outputs, self.shared = outputs, shared
        self._memo = Memo()
        self._jobs: dict[tuple[SplitName, str, int], MapJob] = {}
        self._lock = threading.Lock()

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gave for this key, unless 64 other keys have been asked for since."""
        return self._memo.once(key, make)

    def split(self, name: SplitName) -> Split:
        return self.outputs.test if name == "test" else self.outputs.train

    @cached_property
    def nearest(self) -> Nearest:
        return nearest_similarity(self.outputs, k=LARGEST_K)

    @property
    def margin(self) -> Margin | Unavailable:
        return self.margin_of(None)

    def margin_of(self, label: int | None) -> Margin | Unavailable:
        """Of one class, or of all."""
        return self.once(("margin", label), lambda: margin(self.nearest, label))

    @cached_property
    def probabilities(self) -> ClassProbabilities | Unavailable:
        return class_probabilities(self.outputs)

    @cached_property
    def probe(self) -> ClassProbabilities | Unavailable:
        return linear_probe(self.outputs) if self.outputs.has_head else self.probabilities

    def vote(self, k: int) -> Vote:
        """k is cut to the number of items that can be found."""
        k = min(k, self.nearest.neighbours.k)
        return self.once(("vote", k), lambda: self._vote(k))

    def _vote(self, k: int, temperature: float | None = None) -> Vote:
        return vote(self.nearest.neighbours, self.outputs, k, self._judged, temperature=temperature)

    @cached_property
    def _judged(self) -> np.ndarray:
        """The items to judge are known from the pass: a target, and no copy."""
        judged: np.ndarray = np.isfinite(self.nearest.target) & ~self.nearest.copies
        return judged

    def sharp_vote(self, k: int) -> Vote:
        """The same with exp(cosine / 0.1) as weight."""
        k = min(k, self.nearest.neighbours.k)
        return self.once(("sharp vote", k), lambda: self._vote(k, SHARP))

    @cached_property
    def recalls(self) -> Recalls:
        return recall_at(self.nearest.neighbours, self.outputs, among=self._judged)

    def accuracies(self, k: int) -> dict[str, Estimate | Unavailable]:
        """Each way of reading a class off, by name."""
        sharp = self.sharp_vote(k)
        voted = {f"{found.k or 'k'} nearest": found.accuracy for found in (self.vote(1), self.vote(k))}
        voted |= {sharp_name(sharp): sharp.accuracy}
        head = {"class head": _accuracy(self.probabilities)} if self.outputs.has_head else {}
        if isinstance(self.probabilities, ClassProbabilities) and head:
            head |= {f"class head, top {GUESSES}": top_accuracy(self.probabilities)}
        return voted | {name: _accuracy(found) for name, found in self.probes().items()} | head

    def probes(self) -> "dict[str, ClassProbabilities | Unavailable]":
        """On the encoder's features, as the papers probe, and on what a head made of them."""
        if not has_features(self.outputs):
            return {"linear probe": self.probe}
        embedded = self.once("embedded probe", lambda: linear_probe(self.outputs, on="embeddings"))
        return {"linear probe of encoder features": self.probe, "linear probe of the head's output": embedded}

    def read_items(self, k: int) -> dict[str, int]:
        """How many test items each reading is over, by the names of `accuracies`."""
        sharp = self.sharp_vote(k)
        voted = {f"{found.k or 'k'} nearest": int(found.judged.sum()) for found in (self.vote(1), self.vote(k))}
        voted |= {sharp_name(sharp): int(sharp.judged.sum())}
        head = ("class head", f"class head, top {GUESSES}")
        found = self.probes() | dict.fromkeys(head, self.probabilities)
        read = {name: len(each.items) for name, each in found.items() if isinstance(each, ClassProbabilities)}
        return voted | read

    def pca(self, split: SplitName, points: int = POINTS) -> Map:
        return self.once(("pca", split, points), lambda: pca_map(self.split(split), points))

    def given(self, split: SplitName, points: int = POINTS) -> Map | Unavailable:
        """The map that came with the items."""
        return self.once(("given", split, points), lambda: given_map(self.split(split), points))

    def umap(self, split: SplitName) -> MapJob:
        return self.map_job(split, "umap")

    def map_job(self, split: SplitName, method: str, points: int = POINTS) -> MapJob:
        """The job that makes this map; started by the first who asks."""
        with self._lock:
            key = (split, method, points)
            if key not in self._jobs:
                done = [old for old, job in self._jobs.items() if job.done]
                for old in done[: max(0, len(self._jobs) + 1 - _MOST_JOBS)]:
                    del self._jobs[old]
                self._jobs[key] = MapJob(self.split(split), method, points, shared=self.shared)
            return self._jobs[key]

    def finished_map(self, split: SplitName, method: str, points: int = POINTS) -> Map | None:
        """The map if it has been made; none is started."""
        with self._lock:
            job = self._jobs.get((split, method, points))
        whole = job is not None and job.done and not job.stopped and job.failure is None
        return job.result() if job is not None and whole else None

    def forget_map(self, split: SplitName, method: str, points: int) -> None:
        """So that the next who asks starts it anew, after a stop."""
        with self._lock:
            self._jobs.pop((split, method, points), None)


def sharp_name(voted: Vote) -> str:
    return f"{voted.k or 'k'} nearest, exp(s / {SHARP:g})"


def _accuracy(found: ClassProbabilities | Unavailable) -> Estimate | Unavailable:
    return found if isinstance(found, Unavailable) else found.accuracy
