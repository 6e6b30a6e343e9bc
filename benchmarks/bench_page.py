"""How long does a checkpoint's page compute at 10,000 test x 50,000 train items in 128 dimensions, UMAP apart?

Without the browser: what a section's first sight computes and draws, and what a change of one of its controls does. The
limits are those of the page: 3 s for everything, 0.3 s for one control; both are times of a busy core, which others'
work on the machine does not lengthen.
"""

from collections.abc import Callable, Iterable

import numpy as np

from analysis.accuracy.class_curves import class_curves
from analysis.accuracy.confusion import confusion
from analysis.accuracy.probe import ClassProbabilities
from analysis.calibration.of_classes import class_bins, classwise, redrawn_labels
from analysis.calibration.scores import proper_scores
from analysis.calibration.temperature import TemperatureScaling, temperature_scaling
from analysis.calibration.top_label import calibration, null_band
from analysis.figures.accuracy.class_curves import class_curve_figure, hardest_classes
from analysis.figures.accuracy.confusion import confusion_matrix
from analysis.figures.calibration.of_classes import class_errors, class_reliability
from analysis.figures.calibration.temperature import temperature_diagram
from analysis.figures.calibration.top_label import reliability_diagram
from analysis.figures.exhibit import Exhibit
from analysis.figures.geometry.spectrum import spectrum_figure, spread_figure
from analysis.figures.maps.projection import embedding_map
from analysis.figures.neighbours.nearest import class_medians, nearest_histograms
from analysis.figures.neighbours.vote import accuracies
from analysis.figures.tails.excesses import quantile_plot, tail_histogram, threshold_plot
from analysis.geometry.spectrum import spectrum
from analysis.geometry.sphere_spread import spread
from analysis.neighbours.nearest import Margin
from analysis.neighbours.selection import items_between
from analysis.outputs import Outputs, Split
from analysis.statistics.bootstrap import Estimate
from analysis.tails.excesses import TailFit, fit_tail, shape_by_threshold
from analysis.tails.pairs import negative_cosines
from benchmarks.timing import busy, once
from ui.checkpoints.analyses import Analyses, SplitName
from ui.checkpoints.tails import ANCHORS, PARTNERS, SCAN, SCAN_RESAMPLES

_CLASSES = 10
_SECTIONS = ("map", "similarity", "calibration", "accuracy", "curves", "tails", "geometry")
Row = tuple[str, float, str, float]


def rows() -> Iterable[Row]:
    """Each section's first sight, their sum, then one control of each; the bytes of a large map."""
    outputs = large_outputs()
    import torch  # noqa: F401 (what is not part of a section: libraries that the page has loaded)

    page = Page(Analyses(outputs, shared=False))
    page.warm_up()
    yield (
        "page: the pass over train, for nearest similarities and votes",
        once(lambda: page.analyses.nearest),
        "s",
        10.0,
    )
    seconds = {name: busy(getattr(page, name)) for name in _SECTIONS}
    for name, spent in seconds.items():
        yield f"page, first sight after it: {name}", spent, "s", 3.0
    yield "page, first sight after it: everything", sum(seconds.values()), "s", 3.0
    for what, change in page.changes().items():
        yield f"page, one control: {what}", min(busy(change) for _ in range(3)), "s", 0.3
    sent = len(page.large_map(5).plot.to_json()) / 1e6
    yield "page: 50,000 points as they are sent", sent, "MB", 1.0


class Page:
    """The sections' work, as `ui.checkpoint_*` has it, without the widgets."""

    def __init__(self, analyses: Analyses) -> None:
        self.analyses, self.names = analyses, analyses.outputs.class_names

    @property
    def known(self) -> ClassProbabilities:
        found = self.analyses.probabilities
        assert isinstance(found, ClassProbabilities)
        return found

    def warm_up(self) -> None:
        """Plotly's and scikit-learn's first use is not this question's."""
        outputs = self.analyses.outputs
        few = [
            Split(each.embeddings[:300], each.labels[:300], each.logits[:300] if each.logits is not None else None)
            for each in (outputs.train, outputs.test)
        ]
        small = Page(Analyses(Outputs(few[0], few[1], self.names, 1.0, {"digest": "0"}), shared=False))
        for name in ("map", "calibration", "curves", "geometry"):
            getattr(small, name)()

    def map(self) -> None:
        self._map("test", 10_000, 0)

    def large_map(self, item: int) -> Exhibit:
        return self._map("train", 50_000, item)

    def _map(self, of: SplitName, points: int, item: int) -> Exhibit:
        drawn, split = self.analyses.pca(of, points), self.analyses.split(of)
        return embedding_map(drawn.projection, drawn.quality, split, drawn.items, self.names, chosen=item, of=of)

    def similarity(self, label: int | None = None) -> None:
        found = self.analyses.margin_of(label)
        assert isinstance(found, Margin)
        nearest_histograms(self.analyses.nearest, found, None if label is None else (label, "one"))
        self.analyses.once("class medians", lambda: class_medians(self.analyses.nearest, self.names))

    def calibration(self, bins: int = 15) -> None:
        known = self.known
        reliability_diagram(calibration(known.probabilities, known.labels, bins=bins), known.source)
        self.analyses.once("proper scores", lambda: proper_scores(known.probabilities, known.labels))

    def every_class(self, bins: int) -> None:
        known = self.known
        drawn = self.analyses.once("redrawn labels", lambda: redrawn_labels(known.probabilities))
        class_errors(classwise(known.probabilities, known.labels, bins=bins, drawn=drawn), self.names)
        found = class_bins(known.probabilities, known.labels, 0, bins=bins)
        class_reliability(found, null_band(known.probabilities[:, 0], found), self.names[0], known.source)

    def temperature(self, bins: int) -> None:
        found = temperature_scaling(self.known.scores, self.known.labels, bins=bins)
        assert isinstance(found, TemperatureScaling)
        temperature_diagram(found)

    def accuracy(self, k: int = 5) -> None:
        outputs = self.analyses.outputs
        accuracies(self.analyses.accuracies(k), len(outputs.test), _CLASSES)
        found = confusion(outputs.test.labels, self.analyses.vote(k).predicted, _CLASSES)
        assert isinstance(found.recall[0], Estimate)
        confusion_matrix(found, self.names, f"{k} nearest")

    def curves(self, shown: tuple[int, ...] = ()) -> None:
        known = self.known
        found = self.analyses.once("curves", lambda: class_curves(known.probabilities, known.labels))
        class_curve_figure(found, shown or hardest_classes(found), self.names, known.source)

    def tails(self, quantile: float = 0.99) -> None:
        test = self.analyses.outputs.test
        cosines = self.analyses.once(
            "cosines",
            lambda: negative_cosines(test.embeddings, test.labels, anchors=ANCHORS, partners=PARTNERS),
        )
        fit = fit_tail(cosines, quantile=quantile)
        assert isinstance(fit, TailFit)
        tail_histogram(fit)
        quantile_plot(fit)
        scan = self.analyses.once("scan", lambda: shape_by_threshold(cosines, SCAN, resamples=SCAN_RESAMPLES))
        threshold_plot(scan)

    def geometry(self) -> None:
        test = self.analyses.outputs.test
        found = spectrum(test.embeddings)
        assert not hasattr(found, "reason")
        spectrum_figure(found, "test")  # type: ignore[arg-type]
        spread_figure(spread(test.embeddings, test.labels), test.embeddings.shape[1], "test")

    def changes(self) -> dict[str, Callable[[], object]]:
        return {
            "another item on a map of 50,000": lambda: self.large_map(7),
            "histograms of one class": lambda: self.similarity(3),
            "items of a part of the histogram": lambda: items_between(self.analyses.nearest, 0.2, 0.9),
            "calibration bins": lambda: self.calibration(20),
            "calibration bins, every class": lambda: self.every_class(20),
            "calibration bins, after a temperature": lambda: self.temperature(20),
            "neighbours that vote": lambda: self.accuracy(9),
            "curves of other classes": lambda: self.curves((1, 2)),
            "threshold of the tail": lambda: self.tails(0.98),
        }


def large_outputs(test: int = 10_000, train: int = 50_000, dimensions: int = 128) -> Outputs:
    """Ten overlapping clusters, with logits that are right about nine times in ten."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(_CLASSES, dimensions)).astype(np.float32)

    def split(items: int) -> Split:
        labels = rng.integers(_CLASSES, size=items)
        drawn = centres[labels] + rng.normal(scale=2.5, size=(items, dimensions)).astype(np.float32)
        rows = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        return Split(rows, labels, (rows @ centres.T).astype(np.float32))

    return Outputs(split(train), split(test), tuple(f"class {c}" for c in range(_CLASSES)), 0.5, {"digest": "0"})
