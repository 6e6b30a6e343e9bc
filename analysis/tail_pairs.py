"""The cosines whose tail is looked at: each anchor's against its negatives, from a model's embeddings."""

import numpy as np

from losses.errors import LabError

PAIRS = {"different_class": "Different-class pairs", "all": "All pairs"}
"""Which pairs count as negatives: the two give different tails, so each is named."""


def negative_cosines(
    embeddings: np.ndarray, labels: np.ndarray, *, pairs: str = "different_class", anchors: int = 500, seed: int = 0
) -> np.ndarray:
    """Cosines (A, N) of at most `anchors` rows, drawn without replacement, to all N; NaN where a pair is no negative.

    embeddings (N, D) unit rows, labels (N,). An item is never its own negative; under "different_class" neither is
    another item of its class, under "all" it is, as in training on pairs of views, which knows no labels.
    """
    if pairs not in PAIRS:
        raise LabError("pairs", f"must be one of {', '.join(PAIRS)}", repr(pairs))
    count = len(embeddings)
    chosen = np.sort(np.random.default_rng(seed).choice(count, size=min(anchors, count), replace=False))
    cosines = np.clip(embeddings[chosen] @ embeddings.T, -1, 1)
    cosines[np.arange(len(chosen)), chosen] = np.nan
    if pairs == "different_class":
        cosines[labels[chosen, None] == labels] = np.nan
    return cosines
