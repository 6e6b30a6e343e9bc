"""Class probabilities of a model: from its own head, or from a linear probe where it has none."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.bootstrap import Estimate, Unavailable, proportion
from analysis.outputs import Outputs
from losses.errors import LabError

Source = Literal["class head", "linear probe"]


@dataclass(frozen=True, slots=True, eq=False)
class ClassProbabilities:
    """probabilities (M, K) float64 of the test items `items` (M,), their classes `labels` (M,), and the source.

    Test items of a class that train does not have are left out: a probe has no probability for it.
    """

    probabilities: np.ndarray
    labels: np.ndarray
    items: np.ndarray
    source: Source
    accuracy: Estimate | Unavailable

    @property
    def predicted(self) -> np.ndarray:
        """Most probable class, (M,); of equal ones the first."""
        return self.probabilities.argmax(axis=1)


def class_probabilities(outputs: Outputs) -> ClassProbabilities | Unavailable:
    """softmax(logits / temperature) where the model has a class head, else those of `linear_probe`."""
    if outputs.test.logits is None:
        return linear_probe(outputs)
    probabilities = softmax(outputs.test.logits, outputs.temperature)
    labels = outputs.test.labels
    return ClassProbabilities(
        probabilities, labels, np.arange(len(labels)), "class head", _accuracy(probabilities, labels)
    )


def linear_probe(outputs: Outputs) -> ClassProbabilities | Unavailable:
    """Multinomial logistic regression on frozen train embeddings (scikit-learn, L2 penalty C = 1), as the papers do."""
    from sklearn.linear_model import LogisticRegression

    present = np.unique(outputs.train.labels)
    items = np.flatnonzero(np.isin(outputs.test.labels, present))
    if len(present) < 2:
        return Unavailable("train has one class only, so there is nothing for a linear probe to tell apart")
    if not len(items):
        return Unavailable("no test item has a class that train has")
    probe = LogisticRegression(C=1.0, max_iter=5000)
    probe.fit(outputs.train.embeddings.astype(np.float64), outputs.train.labels)
    probabilities = np.zeros((len(items), len(outputs.class_names)))
    probabilities[:, present] = probe.predict_proba(outputs.test.embeddings[items].astype(np.float64))
    labels = outputs.test.labels[items]
    return ClassProbabilities(probabilities, labels, items, "linear probe", _accuracy(probabilities, labels))


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
