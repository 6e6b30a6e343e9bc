"""-log p(label) from scores: log-softmax, so that a probability too small for a float still has its logarithm."""

import numpy as np


def log_loss(scores: np.ndarray, labels: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """-log softmax(scores / temperature)[label] of each item, (M,) float64 in nats; scores (M, K), labels (M,).

    Infinite where the label's own score is -inf; other scores may be -inf. The largest score is left out of the sum
    and added back by log1p, so a loss of 1e-20 keeps its digits too.
    """
    items = np.arange(len(labels))
    gaps = gaps_to_label(scores, labels) / temperature
    first = gaps.argmax(axis=1)
    largest = gaps[items, first]
    with np.errstate(invalid="ignore"):  # inf - inf, where the label is impossible
        rest = np.exp(gaps - largest[:, None])
    rest[items, first] = 0
    return np.where(np.isinf(largest), np.inf, largest + np.log1p(rest.sum(axis=1)))


def minus_log(probabilities: np.ndarray) -> np.ndarray:
    """-log p in nats, infinite at 0: where probabilities are all there is."""
    with np.errstate(divide="ignore"):
        return -np.log(probabilities)


def gaps_to_label(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Each score less that of the item's label, (M, K) float64: 0 at the label, inf where the label's own is -inf."""
    wide = np.array(scores, dtype=np.float64)
    truth = wide[np.arange(len(labels)), labels][:, None]
    impossible = np.isneginf(truth[:, 0])
    wide[~impossible] -= truth[~impossible]
    wide[impossible] = np.inf
    return wide
