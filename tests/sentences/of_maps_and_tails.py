"""What maps, neighbours, comparisons and tails say."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np

from analysis import roomy
from analysis.comparison.matching import matched
from analysis.comparison.relevance import smallest_of_interest
from analysis.comparison.verdicts import compare
from analysis.maps import process
from analysis.maps.procrustes import align
from analysis.maps.projection import Projection, UmapSpec, pca, umap_map
from analysis.maps.tsne import MOST_ITEMS, TsneSpec, tsne_map
from analysis.neighbours.graph import Neighbours, nearest_neighbours
from analysis.neighbours.nearest import nearest_similarity
from analysis.neighbours.vote import nearest_items, nearest_sides, vote
from analysis.outputs import Outputs, Split
from analysis.tails.coordinate_lens import Lens
from analysis.tails.excesses import fit_tail
from analysis.tails.fit import fit_excesses
from analysis.tails.of_sphere import threshold
from analysis.tails.pairs import negative_cosines
from analysis.tails.sphere_study import SphereTailSpec

ROWS = np.eye(4, dtype=np.float32)
SPLIT = Split(ROWS, np.array([0, 0, 1, 1]), images=np.zeros((4, 2, 2), np.uint8), ids=np.array(list("abcd")))
SOME = Outputs(SPLIT, SPLIT, ("cat", "dog"), 1.0, {})


def against(**test: object) -> Mapping[str, Outputs]:
    """The outputs beside those whose test items differ in this."""
    return {"one.npz": SOME, "other.npz": replace(SOME, test=replace(SPLIT, **test))}


def full_disk(_: object) -> object:
    """An array for which there is room neither in memory nor on disk."""
    full = OSError(28, "No space left on device")
    with patch.object(roomy, "LARGEST_HELD", 1), patch.object(roomy.os, "posix_fallocate", side_effect=full):
        return roomy.empty((2, 2), np.dtype(np.float32))


class _Dead:
    """A worker that ended, whoever asks."""

    stdin = stdout = SimpleNamespace(write=lambda _: None, flush=lambda: None, read=lambda _: b"")

    def communicate(self) -> None: ...


def _with_dead_workers() -> object:
    maps = process.MapProcess()
    maps._running = _Dead  # type: ignore[assignment]
    return maps.make(ROWS, UmapSpec())


def _stopped() -> object:
    stop = threading.Event()
    stop.set()
    return process.MapProcess().make(ROWS, UmapSpec(), stop)


def _refused_by_a_worker() -> object:
    maps = process.MapProcess()
    try:
        return maps.make(ROWS, UmapSpec())
    finally:
        maps.close()


SAID = (
    lambda _: matched({"one.npz": SOME}),
    lambda _: matched(against() | {"third.npz": replace(SOME, train=Split(ROWS[:0], np.zeros(0, int)))}),
    lambda _: matched({"one.npz": SOME, "other.npz": replace(SOME, class_names=("cat", "cow"))}),
    lambda _: matched(against(ids=np.array(list("aabc")))),
    lambda _: matched(dict(reversed(against(ids=np.array(list("aabc"))).items()))),
    lambda _: matched(against(ids=np.array(list("abce")))),
    lambda _: matched(against(labels=np.array([1, 0, 1, 1]))),
    lambda _: matched(against(images=np.full((4, 2, 2), 255, np.uint8))),
    lambda _: smallest_of_interest({"size": 1.0}),
    lambda _: smallest_of_interest({"margin": -1.0}),
    lambda _: compare([], "class head"),
    lambda _: _with_dead_workers(),
    lambda _: _stopped(),
    lambda _: _refused_by_a_worker(),
    lambda _: align(ROWS, ROWS[:2]),
    lambda _: align(ROWS, np.zeros((4, 4))),
    lambda _: umap_map(ROWS, UmapSpec()),
    lambda _: pca(np.ones((5, 3))),
    lambda _: pca(np.ones((1, 3))),
    lambda _: UmapSpec(neighbours=1),
    lambda _: UmapSpec(min_distance=1.0),
    lambda _: UmapSpec(epochs=0),
    lambda _: UmapSpec(seed=-1),
    lambda _: Projection("PCA", np.zeros((3, 3))),
    lambda _: tsne_map(ROWS, TsneSpec()),
    lambda _: tsne_map(np.broadcast_to(ROWS[:1], (MOST_ITEMS + 1, 4)), TsneSpec()),
    lambda _: TsneSpec(perplexity=1.0),
    lambda _: TsneSpec(steps=1),
    lambda _: TsneSpec(seed=-1),
    lambda _: nearest_neighbours(ROWS, 9),
    lambda _: Neighbours(np.zeros((2, 2), int), np.zeros((2, 3))),
    lambda _: nearest_similarity(SOME, k=0),
    lambda _: vote(nearest_similarity(SOME, k=2).neighbours, SOME, 9),
    lambda _: nearest_items(SOME, SPLIT, 9),
    lambda _: nearest_sides(SOME, SPLIT, -1),
    lambda _: Lens(lam=2.0),
    lambda _: Lens(temperature=0.0),
    lambda _: fit_tail(np.zeros((2, 2, 2)), quantile=0.9),
    lambda _: fit_tail(np.full(50, 3.0), quantile=0.9),
    lambda _: fit_tail(np.zeros(50), quantile=2.0),
    lambda _: fit_excesses(np.array([0.0, 1.0])),
    lambda _: threshold(16, 2.0),
    lambda _: threshold(1, 0.9),
    lambda _: negative_cosines(ROWS, np.arange(4), pairs="some"),
    lambda _: negative_cosines(ROWS, None),
    lambda _: pca(ROWS[:, :0]),
    lambda _: SphereTailSpec(dimensions=1),
    lambda _: SphereTailSpec(cosines=200_000, quantile=0.5),
    full_disk,
)
