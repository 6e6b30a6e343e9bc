"""Names of classes for labels that are numbers: label k is called by the k-th name, from 0 on, or else from 1 on."""

from collections.abc import Sequence

import numpy as np

from losses.errors import LabError


def names_of(labels: Sequence[int], names: np.ndarray, where: str) -> tuple[tuple[str, ...], str]:
    """What `names` (K,), texts, call each label, and how, in a sentence. LabError, about `where`, where one has none.

    They count from 1 where the largest label is their number and the smallest at least 1: from 0 it would have no name.
    """
    if names.ndim != 1 or names.dtype.kind not in "US":
        raise LabError(where, "must be (K,) texts, one a class", but=f"is {names.dtype} {names.shape}")
    texts = [text.decode("utf-8", "replace") if isinstance(text, bytes) else text for text in names.tolist()]
    first = int(min(labels) >= 1 and max(labels) == len(texts))
    for label in labels:
        if not first <= label < len(texts) + first:
            has = f"has {len(texts):,} and none for {label}"
            raise LabError(where, "must have a name for each label from 0 on", but=has)
    return tuple(texts[label - first] for label in labels), f"label k is called by the k-th of them, from {first} on"
