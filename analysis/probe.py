"""Class probabilities of a model: from its own head, or from a linear probe where it has none."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.bootstrap import Estimate, Unavailable, proportion
from analysis.outputs import NO_TRAIN, Outputs
from losses.errors import LabError

Source = Literal["class head", "linear probe"]
On = Literal["features", "embeddings"]


@dataclass(frozen=True, slots=True, eq=False)
class ClassProbabilities:
    """probabilities (M, K) float64 of the test items `items` (M,), their classes `labels` (M,), and the source.

    `scores` (M, K) float64 are log probabilities up to a constant in each row; unlike their logarithm they keep what
    is too small for a probability. -inf stands for a class that train does not have.
    Test items of a class that train does not have are left out: a probe has no probability for it.
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


def class_probabilities(outputs: Outputs) -> ClassProbabilities | Unavailable:
    """softmax(logits / temperature) where the model has a class head, else those of `linear_probe`."""
    if outputs.test.logits is None:
        return linear_probe(outputs)
    columns, classes = outputs.test.logits.shape[1], len(outputs.class_names)
    if columns != classes:
        return Unavailable(f"the class head has {columns} outputs for {classes} classes")
    probabilities = softmax(outputs.test.logits, outputs.temperature)
    scores, labels = outputs.test.logits.astype(np.float64) / outputs.temperature, outputs.test.labels
    items = np.arange(len(labels))
    return ClassProbabilities(probabilities, labels, items, "class head", scores, _accuracy(probabilities, labels))


def linear_probe(outputs: Outputs, *, on: On = "features") -> ClassProbabilities | Unavailable:
    """Multinomial logistic regression on frozen train items (scikit-learn, L2 penalty C = 1).

    on: the encoder's "features", where there are any beside the embeddings, or the "embeddings". SINCERE's and WEINCE's
    authors probe the encoder's features too, not scaled to unit length, with a linear layer trained by SGD.
    """
    from sklearn.linear_model import LogisticRegression

    present = np.unique(outputs.train.labels)
    items = np.flatnonzero(np.isin(outputs.test.labels, present))
    if not len(present):
        return Unavailable(NO_TRAIN)
    if len(present) < 2:
        return Unavailable("train has one class only, so there is nothing for a linear probe to tell apart")
    if not len(items):
        return Unavailable("no test item has a class that train has")
    probe = LogisticRegression(C=1.0, max_iter=5000)
    train, test = probed(outputs, on)
    probe.fit(train.astype(np.float64), outputs.train.labels)
    found = probe.decision_function(test[items].astype(np.float64))
    scores = np.full((len(items), len(outputs.class_names)), -np.inf)
    # Of two classes scikit-learn gives the log odds of the second.
    scores[:, present] = np.stack([np.zeros_like(found), found], axis=1) if found.ndim == 1 else found
    probabilities, labels = softmax(scores, 1.0), outputs.test.labels[items]
    return ClassProbabilities(probabilities, labels, items, "linear probe", scores, _accuracy(probabilities, labels))


def has_features(outputs: Outputs) -> bool:
    """Whether both sides have the encoder's features beside embeddings that a head made of them."""
    return outputs.train.features is not None and outputs.test.features is not None


def probed(outputs: Outputs, on: On = "features") -> tuple[np.ndarray, np.ndarray]:
    """What a linear probe sees of train and test, (N, F) and (M, F)."""
    train, test = outputs.train.features, outputs.test.features
    if on == "features" and train is not None and test is not None:
        return train, test
    return outputs.train.embeddings, outputs.test.embeddings


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
