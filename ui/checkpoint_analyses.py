"""Everything the checkpoint page computes for one set of outputs, each part once and only when it is asked for."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal

import numpy as np

from analysis import map_process
from analysis.bootstrap import Estimate, Unavailable
from analysis.map_cache import cached_map, default_folder
from analysis.map_quality import MapQuality, map_quality
from analysis.neighbours import vote
from analysis.outputs import Outputs, Split
from analysis.probe import ClassProbabilities, class_probabilities, linear_probe
from analysis.projection import Projection, UmapSpec, map_sample, pca
from analysis.similarity import Margin, Nearest, margin, nearest_similarity
from ui.background import Job

SplitName = Literal["test", "train"]
LARGEST_K = 50


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """A projection of `items`, indices in their split, with what it keeps of their neighbourhoods."""

    projection: Projection
    quality: MapQuality | Unavailable
    items: np.ndarray


class Analyses:
    """The outputs of one checkpoint and what has been computed on them.

    `shared`: maps go to the disk cache that all sessions use. Never so for what a user brought.
    """

    def __init__(self, outputs: Outputs, *, shared: bool) -> None:
        self.outputs, self.shared = outputs, shared
        self._pcas: dict[SplitName, Map] = {}
        self._umaps: dict[SplitName, Job[Map]] = {}
        self._lock = threading.Lock()

    def split(self, name: SplitName) -> Split:
        return self.outputs.test if name == "test" else self.outputs.train

    @cached_property
    def nearest(self) -> Nearest:
        return nearest_similarity(self.outputs, k=LARGEST_K)

    @cached_property
    def margin(self) -> Margin | Unavailable:
        return margin(self.nearest)

    @cached_property
    def probabilities(self) -> ClassProbabilities | Unavailable:
        return class_probabilities(self.outputs)

    @cached_property
    def probe(self) -> ClassProbabilities | Unavailable:
        return self.probabilities if self.outputs.test.logits is None else linear_probe(self.outputs)

    def accuracies(self, k: int) -> dict[str, Estimate | Unavailable]:
        """Each way of reading a class off, by name."""
        ks = dict.fromkeys(min(wanted, self.nearest.neighbours.k) for wanted in (1, k))
        voted = {f"{k} nearest": vote(self.nearest.neighbours, self.outputs, k).accuracy for k in ks}
        head = {} if self.outputs.test.logits is None else {"class head": _accuracy(self.probabilities)}
        return voted | {"linear probe": _accuracy(self.probe)} | head

    def pca(self, split: SplitName) -> Map:
        if split not in self._pcas:
            self._pcas[split] = _draw(self.split(split), pca)
        return self._pcas[split]

    def umap(self, split: SplitName) -> Job[Map]:
        """The job that makes this map; started by the first who asks."""
        with self._lock:
            if split not in self._umaps:
                self._umaps[split] = Job(partial(_draw, self.split(split), self._umap))
            return self._umaps[split]

    def _umap(self, embeddings: np.ndarray) -> Projection:
        make, spec = map_process.PROCESS.make, UmapSpec()
        return cached_map(make, embeddings, spec, default_folder()) if self.shared else make(embeddings, spec)


def _draw(split: Split, project: Callable[[np.ndarray], Projection]) -> Map:
    items = map_sample(len(split))
    embeddings = split.embeddings[items]
    projection = project(embeddings)
    return Map(projection, map_quality(embeddings, projection.coordinates), items)


def _accuracy(found: ClassProbabilities | Unavailable) -> Estimate | Unavailable:
    return found if isinstance(found, Unavailable) else found.accuracy
