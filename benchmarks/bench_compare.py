"""How long until six checkpoints are told apart: 10,000 test items against 50,000, and the shipped ones?"""

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np

from analysis.accuracy.probe import linear_probe
from analysis.comparison.matching import matched
from analysis.comparison.measured import MeasuredModel, common_source, measure
from analysis.comparison.verdicts import Comparison, compare
from analysis.figures.comparison.histograms import comparison_histograms
from analysis.figures.comparison.maps import MapPanel, comparison_maps
from analysis.geometry.item_statistics import geometry
from analysis.neighbours.nearest import nearest_similarity
from analysis.outputs import Outputs, Split
from checkpoints import open_outputs
from checkpoints.zoo import shipped
from ui.checkpoints.analyses import Analyses
from ui.compare.source import Model

T = TypeVar("T")
_MODELS, _CLASSES = 6, 10


def rows() -> Iterable[tuple[str, float, str, float]]:
    """Seconds on this machine, each part once; the two last are the best of three."""
    outputs = matched({f"model {seed}": _outputs(seed) for seed in range(_MODELS)})
    nearest, seconds = _timed(lambda: [nearest_similarity(each) for each in outputs.values()])
    yield "six models, 10,000 x 50,000 x 128: nearest similarities", seconds, "s", 20.0
    shapes, seconds = _timed(lambda: [geometry(each.test) for each in outputs.values()])
    yield "  alignment, uniformity, effective rank", seconds, "s", 6.0
    probes, seconds = _timed(lambda: [linear_probe(each) for each in outputs.values()])
    yield "  linear probes on 50,000 train items", seconds, "s", 60.0
    parts = zip(outputs.items(), nearest, probes, shapes, strict=True)
    measured = [measure(name, each, near, probe, shape) for (name, each), near, probe, shape in parts]
    yield (
        "  table of 55 differences: resamples, sign flips, Holm",
        _timed(lambda: compare(measured, "linear probe"))[1],
        "s",
        8.0,
    )
    models = _shipped("supcon", "sincere")
    yield (
        "two shipped checkpoints, opened, to the table",
        _best(lambda: _table(_shipped("supcon", "sincere"))),
        "s",
        2.0,
    )
    found, _ = _table(models)
    yield "figures of a rerun that marks other items", _best(lambda: _figures(models, found)), "s", 0.3


def _outputs(seed: int) -> Outputs:
    """Noisy clusters, the same items for every seed and another encoder."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(_CLASSES, 128))

    def split(items: int) -> Split:
        labels = np.arange(items) % _CLASSES
        rows = (centres[labels] + 2 * rng.normal(size=(items, 128))).astype(np.float32)
        return Split(rows / np.linalg.norm(rows, axis=1, keepdims=True), labels)

    return Outputs(split(50_000), split(10_000), tuple("abcdefghij"), 1.0, {"digest": str(seed)})


def _shipped(*names: str) -> tuple[Model, ...]:
    paths = {entry.name: entry.path for entry in shipped()}
    return tuple(Model(name, Analyses(open_outputs(paths[name]), shared=False)) for name in names)


def _table(models: tuple[Model, ...]) -> tuple[tuple[MeasuredModel, ...], Comparison]:
    measured = tuple(model.measured(1) for model in models)
    return measured, compare(measured, common_source(measured))


def _figures(models: tuple[Model, ...], measured: tuple[MeasuredModel, ...]) -> None:
    """What the page draws anew when items are marked, as JSON for the browser."""
    maps = [model.analyses.pca("test") for model in models]
    panels = [MapPanel(model.name, drawn.projection, drawn.quality) for model, drawn in zip(models, maps, strict=True)]
    outputs, chosen = models[0].analyses.outputs, np.arange(40)
    for exhibit in (
        comparison_maps(panels, outputs.test, maps[0].items, outputs.class_names, chosen),
        comparison_histograms(measured, chosen),
    ):
        exhibit.plot.to_json()


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    done = work()
    return done, time.perf_counter() - start


def _best(work: Callable[[], object]) -> float:
    return min(_timed(work)[1] for _ in range(3))
