"""How long until a checkpoint is seen, and how near is the one pass over train x test to the bare product?"""

from collections.abc import Callable, Iterable

import numpy as np

from analysis.calibration.top_label import calibration
from analysis.figures.maps.projection import embedding_map
from analysis.figures.neighbours.nearest import class_medians, nearest_histograms
from analysis.maps.process import PROCESS
from analysis.maps.projection import UmapSpec
from analysis.neighbours.graph import similarity_blocks
from analysis.neighbours.nearest import margin, nearest_similarity
from analysis.outputs import Outputs, Split
from benchmarks.timing import once
from checkpoints import open_outputs
from checkpoints.zoo import shipped
from ui.checkpoints.analyses import Analyses


def rows() -> Iterable[tuple[str, float, str, float]]:
    """Times on this machine; the last one is a ratio of two times taken in turn."""
    path = shipped()[0].path
    open_outputs(path)
    yield "shipped checkpoint to PCA and histograms, torch imported", _best(lambda: _first_sight(path)), "s", 2.0
    outputs = open_outputs(path)
    PROCESS.warm_up()
    yield (
        "shipped checkpoint to UMAP, warm",
        _best(lambda: Analyses(outputs, shared=False).umap("test").result()),
        "s",
        10.0,
    )
    yield (
        "UMAP of 10,000 x 64, exact neighbours, warm",
        once(lambda: PROCESS.make(_rows(10_000, 64), UmapSpec())),
        "s",
        20.0,
    )
    large = _outputs(10_000, 50_000, 128)
    nearest = once(lambda: nearest_similarity(large))
    yield "nearest similarity and top 10, 10,000 x 50,000 x 128", nearest, "s", 10.0
    yield (
        "  the same against the bare product, best of 3 each",
        _best(lambda: nearest_similarity(large))
        / _best(lambda: [None for _ in similarity_blocks(large.test.embeddings, large.train.embeddings)]),
        "x",
        2.0,
    )
    found = nearest_similarity(large)
    yield "margin with 1,000 bootstrap resamples of 10,000 items", _best(lambda: margin(found)), "s", 1.0
    probabilities = np.random.default_rng(0).dirichlet(np.full(10, 0.3), size=10_000)
    labels = large.test.labels
    yield "calibration with its null band, 10,000 items", _best(lambda: calibration(probabilities, labels)), "s", 2.0


def _first_sight(path: object) -> None:
    """What the page does before its first two figures stand, without the browser."""
    analyses = Analyses(open_outputs(str(path)), shared=False)
    drawn, outputs = analyses.pca("test"), analyses.outputs
    embedding_map(drawn.projection, drawn.quality, outputs.test, drawn.items, outputs.class_names, chosen=0)
    nearest_histograms(analyses.nearest, margin(analyses.nearest))
    class_medians(analyses.nearest, outputs.class_names)


def _rows(count: int, dimensions: int) -> np.ndarray:
    drawn = np.random.default_rng(count).normal(size=(count, dimensions)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def _outputs(test: int, train: int, dimensions: int) -> Outputs:
    splits = [Split(_rows(count, dimensions), np.arange(count) % 10) for count in (train, test)]
    return Outputs(*splits, tuple("abcdefghij"), 1.0, {"digest": "0"})


def _best(work: Callable[[], object]) -> float:
    return min(once(work) for _ in range(3))
