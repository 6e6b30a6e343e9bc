"""The cosines whose tail is looked at: each anchor's against its negatives, from a model's embeddings."""

import numpy as np

from losses.errors import LabError

PAIRS = {"different_class": "Different-class pairs", "all": "All pairs"}
"""Which pairs count as negatives: the two give different tails, so each is named."""


def negative_cosines(
    embeddings: np.ndarray,
    labels: np.ndarray | None,
    *,
    pairs: str = "different_class",
    anchors: int = 500,
    partners: int | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Cosines (A, P) of at most `anchors` rows, drawn without replacement, to at most `partners` others, drawn too; to
    all N where None. NaN where a pair is no negative.

    embeddings (N, D) unit rows, labels (N,), None where there are none. An item is never its own negative; under
    "different_class" neither is another item of its class, under "all" it is, as in training on pairs of views, which
    knows no labels.
    """
    if pairs not in PAIRS:
        raise LabError("pairs", f"must be one of {', '.join(PAIRS)}", repr(pairs))
    if labels is None and pairs == "different_class":
        raise LabError("pairs", "must be all where the items have no labels", repr(pairs))
    count, rng = len(embeddings), np.random.default_rng(seed)
    chosen = np.sort(rng.choice(count, size=min(anchors, count), replace=False))
    others = np.arange(count)
    if partners is not None and partners < count:
        others = np.sort(rng.choice(count, size=partners, replace=False))
    cosines = np.clip(embeddings[chosen] @ embeddings[others].T, -1, 1)
    cosines[chosen[:, None] == others] = np.nan
    if labels is not None and pairs == "different_class":
        cosines[labels[chosen, None] == labels[others]] = np.nan
    return cosines
