"""Class probabilities of a model: from its own head, or from a linear probe where it has none."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal

import numpy as np

from analysis.calibration.log_loss import log_loss, minus_log
from analysis.degenerate import copies, judged, nothing_to_read, too_few
from analysis.outputs import NO_LABELS, Outputs
from analysis.statistics.bootstrap import Estimate, Unavailable, proportion
from losses.errors import LabError

Source = Literal["class head", "linear probe", "class head, probabilities alone", "linear probe of the other half"]
ALONE: Source = "class head, probabilities alone"
OF_HALF: Source = "linear probe of the other half"
"""Without train items: learned from a stratified half of the items, and judged on the other."""
On = Literal["features", "embeddings"]
MOST_LOG_ODDS = 200_000_000
"""Items times classes, up to which a probe is learned: scikit-learn holds a few float64 of each."""
MOST_NUMBERS = 500_000_000
"""Items times features, likewise: it learns from all of them at once, in float64."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassProbabilities:
    """probabilities (M, K) float64 of the test items `items` (M,), their classes `labels` (M,), and the source.

    `scores` (M, K) float64 are log probabilities up to a constant in each row; unlike their logarithm they keep what
    is too small for a probability. -inf stands for a class that train does not have.
    Test items of a class that train does not have are left out, a probe has no probability for it, and so are those
    whose embedding is a train item's, and those that a probe learned from.
    """

    probabilities: np.ndarray
    labels: np.ndarray
    items: np.ndarray
    source: Source
    scores: np.ndarray
    accuracy: Estimate | Unavailable

    @property
    def predicted(self) -> np.ndarray:
        """Most probable class, (M,); of equal ones the first."""
        return self.probabilities.argmax(axis=1)

    @property
    def losses(self) -> np.ndarray:
        """-log p(label) of each item, (M,) in nats: from the scores by log-softmax; of probabilities that are all
        there is, their own logarithm, infinite at 0."""
        if self.source == ALONE:
            return minus_log(self.probabilities[np.arange(len(self.labels)), self.labels])
        return log_loss(self.scores, self.labels)


def class_probabilities(outputs: Outputs) -> ClassProbabilities | Unavailable:
    """softmax(logits / temperature) of the model's class head, or its probabilities where the file has those alone;
    those of `linear_probe` where there is no head."""
    if not outputs.has_head:
        return linear_probe(outputs)
    if not outputs.labelled:
        return Unavailable(NO_LABELS)
    test, classes = outputs.test, len(outputs.class_names)
    given = test.probabilities if test.logits is None else test.logits
    assert given is not None
    if given.shape[1] != classes:
        return Unavailable(f"the class head has {given.shape[1]} outputs for {classes} classes")
    if classes < 2:
        return Unavailable("there is one class only, so there is nothing to tell apart")
    if len(outputs.train) and (reason := too_few(outputs, ~copies(test, outputs.train))):
        return Unavailable(reason)
    if len(test) < 2:
        return Unavailable(f"an interval needs at least 2 items, here {len(test)}")
    items = np.arange(len(test))
    if test.logits is None:
        exact = given.astype(np.float64)
        return ClassProbabilities(exact, test.labels, items, ALONE, -minus_log(exact), _accuracy(exact, test.labels))
    scores, probabilities = given.astype(np.float64) / outputs.temperature, softmax(given, outputs.temperature)
    accuracy = _accuracy(probabilities, test.labels)
    return ClassProbabilities(probabilities, test.labels, items, "class head", scores, accuracy)


def linear_probe(outputs: Outputs, *, on: On = "features") -> ClassProbabilities | Unavailable:
    """Multinomial logistic regression on frozen train items (scikit-learn, L2 penalty C = 1).

    on: the encoder's "features", where there are any beside the embeddings, or the "embeddings". SINCERE's and WEINCE's
    authors probe the encoder's features too, not scaled to unit length, with a linear layer trained by SGD.
    Where there are no train items, a half of the items that `stratified_half` draws stands in for them.
    """
    from sklearn.linear_model import LogisticRegression

    among, learned = judged(outputs), np.ones(len(outputs.searched), bool)
    reason = nothing_to_read(outputs) or too_few(outputs, among)
    if outputs.within and not reason:
        learned = stratified_half(outputs.test.labels, outputs.split_seed)
        among &= ~learned
        reason = "" if among.sum() >= 2 else "fewer than 2 items are left once half of each class has taught the probe"
    if reason:
        return Unavailable(reason)
    labels, items = outputs.searched.labels[learned], np.flatnonzero(among)
    probe, present = LogisticRegression(C=1.0, max_iter=5000), np.unique(labels)
    if max(len(labels), len(items)) * len(outputs.class_names) > MOST_LOG_ODDS:
        return Unavailable(_too_many(len(labels), len(outputs.class_names)))
    train, test = probed(outputs, on)
    if max(len(labels), len(items)) * train.shape[1] > MOST_NUMBERS:
        gigabytes = len(labels) * train.shape[1] * 8 / 1e9
        return Unavailable(f"a probe learns from all items at once: {len(labels):,} would take {gigabytes:,.0f} GB")
    with warnings.catch_warnings():
        # That classes of one item each may be numbers to be predicted: here they are classes.
        warnings.filterwarnings("ignore", "The number of unique classes is greater than 50%", UserWarning)
        probe.fit(train[learned].astype(np.float64), labels)
    found = probe.decision_function(test[items].astype(np.float64))
    scores = np.full((len(items), len(outputs.class_names)), -np.inf)
    # Of two classes scikit-learn gives the log odds of the second.
    scores[:, present] = np.stack([np.zeros_like(found), found], axis=1) if found.ndim == 1 else found
    probabilities, labels = softmax(scores, 1.0), outputs.test.labels[items]
    source: Source = OF_HALF if outputs.within else "linear probe"
    return ClassProbabilities(probabilities, labels, items, source, scores, _accuracy(probabilities, labels))


def _too_many(items: int, classes: int) -> str:
    gigabytes = items * classes * 8 / 1e9
    return f"a probe of {classes:,} classes on {items:,} items would take {gigabytes:,.1f} GB for each step"


def stratified_half(labels: np.ndarray, seed: int) -> np.ndarray:
    """(N,) bool: half of the items of each class of labels (N,), rounded up, drawn by the seed."""
    order = np.lexsort((np.random.default_rng(seed).random(len(labels)), labels))
    _, starts, sizes = np.unique(labels[order], return_index=True, return_counts=True)
    place = np.arange(len(labels)) - np.repeat(starts, sizes)
    half = np.empty(len(labels), bool)
    half[order] = place < np.repeat(-(-sizes // 2), sizes)
    return half


def on_common_items(readings: Sequence[ClassProbabilities]) -> list[ClassProbabilities]:
    """The same of the test items that all of them speak of; each keeps its own accuracy."""
    common = reduce(np.intersect1d, [reading.items for reading in readings])
    found = []
    for reading in readings:
        rows = np.searchsorted(reading.items, common)
        parts = {name: getattr(reading, name)[rows] for name in ("probabilities", "labels", "scores")}
        found.append(replace(reading, items=common, **parts))
    return found


def has_features(outputs: Outputs) -> bool:
    """Whether both sides have the encoder's features beside embeddings that a head made of them."""
    return outputs.searched.features is not None and outputs.test.features is not None


def probed(outputs: Outputs, on: On = "features") -> tuple[np.ndarray, np.ndarray]:
    """What a linear probe sees of train, or of what stands in for it, and test, (N, F) and (M, F)."""
    train, test = outputs.searched.features, outputs.test.features
    if on == "features" and train is not None and test is not None:
        return train, test
    return outputs.searched.embeddings, outputs.test.embeddings


def in_words(outputs: Outputs, on: On = "features") -> str:
    """What a linear probe sees, for a reader."""
    if on == "features" and has_features(outputs):
        return "the encoder's features at unit length"
    return str(outputs.provenance.get("embeddings", "the embeddings"))


def softmax(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Rows of softmax(logits / temperature) in float64; logits (N, K), -inf allowed, NaN and +inf refused."""
    scores = logits.astype(np.float64) / temperature
    largest = scores.max(axis=1, keepdims=True)  # NaN, +inf, or -inf alone show in the maximum
    if not np.isfinite(largest).all():
        rows = np.flatnonzero(~np.isfinite(largest))
        raise LabError("logits", "must have a finite maximum in every row", f"not so in row {rows[0]}")
    weights = np.exp(scores - largest)
    return weights / weights.sum(axis=1, keepdims=True)


def _accuracy(probabilities: np.ndarray, labels: np.ndarray) -> Estimate | Unavailable:
    return proportion(probabilities.argmax(axis=1) == labels)
