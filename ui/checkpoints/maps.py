"""The maps of one checkpoint: PCA at once, the others as jobs that a page asks how they stand and can stop."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from analysis.maps import process as map_process
from analysis.maps.cache import cached_map, default_folder
from analysis.maps.projection import Projection, UmapSpec, map_sample, pca, umap_map
from analysis.maps.quality import MapQuality, map_quality
from analysis.maps.tsne import MOST_ITEMS, TsneSpec, tsne_map
from analysis.maps.worker import MapSpec
from analysis.outputs import Split
from analysis.statistics.bootstrap import Unavailable
from ui.background import Job

POINTS = 10_000
SPECS: dict[str, MapSpec] = {"umap": UmapSpec(), "tsne": TsneSpec()}


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """A projection of `items`, indices in their split, with what it keeps of their neighbourhoods."""

    projection: Projection
    quality: MapQuality | Unavailable
    items: np.ndarray


class MapJob(Job[Map]):
    """A map being made, which can be stopped while it waits for its turn or is made."""

    def __init__(self, split: Split, method: str, points: int, *, shared: bool) -> None:
        self._stopped = threading.Event()
        super().__init__(partial(slow_map, split, method, points, self._stopped, shared=shared))

    def stop(self) -> None:
        """`result` then raises a LabError that says so."""
        map_process.PROCESS.stop(self._stopped)

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()


def pca_map(split: Split, points: int) -> Map:
    """PCA of at most `points` items of a split."""
    items = map_sample(len(split), points)
    return _with_quality(split, items, pca(split.embeddings[items]))


def given_map(split: Split, points: int) -> Map | Unavailable:
    """The map that came with the items."""
    if split.coordinates is None:
        return Unavailable("no coordinates came with these items")
    items = map_sample(len(split), points)
    return _with_quality(split, items, Projection("As given", split.coordinates[items]))


def slow_map(split: Split, method: str, points: int, stopped: threading.Event, *, shared: bool) -> Map:
    """UMAP or t-SNE of at most `points` items, t-SNE of at most as many as it takes; on disk where `shared`."""
    spec = SPECS[method]
    items = map_sample(len(split), min(points, MOST_ITEMS) if isinstance(spec, TsneSpec) else points)
    embeddings = split.embeddings[items]

    def make(rows: np.ndarray, wanted: MapSpec) -> Projection:
        return map_process.PROCESS.make(rows, wanted, stopped)

    projection = cached_map(make, embeddings, spec, default_folder()) if shared else make(embeddings, spec)
    return _with_quality(split, items, projection)


def map_call(method: str) -> tuple[str, tuple[Callable[..., Any], ...]]:
    """In code, the projection of `embeddings` by a method as `Projection` names it, and what it imports."""
    calls: dict[str, tuple[Callable[..., Any], type]] = {"UMAP": (umap_map, UmapSpec), "t-SNE": (tsne_map, TsneSpec)}
    if method == "As given":
        return "Projection('As given', split.coordinates[items])", (Projection,)
    if method not in calls:
        return "pca(embeddings)", (pca,)
    make, spec = calls[method]
    return f"{make.__name__}(embeddings, {SPECS[spec.__name__.removesuffix('Spec').lower()]})", (make, spec)


def _with_quality(split: Split, items: np.ndarray, projection: Projection) -> Map:
    return Map(projection, map_quality(split.embeddings[items], projection.coordinates), items)
