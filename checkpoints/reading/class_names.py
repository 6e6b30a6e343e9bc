"""Names of classes for labels that are numbers: label k is called by the k-th name, from 0 on."""

from collections.abc import Sequence

import numpy as np

from losses.errors import LabError


def names_of(labels: Sequence[int], names: np.ndarray, where: str) -> tuple[str, ...]:
    """What `names` (K,), texts, call each label. LabError, about `where`, where a label has no name."""
    if names.ndim != 1 or names.dtype.kind not in "US":
        raise LabError(where, "must be (K,) texts, one a class", but=f"is {names.dtype} {names.shape}")
    texts = [text.decode("utf-8", "replace") if isinstance(text, bytes) else text for text in names.tolist()]
    for label in labels:
        if not 0 <= label < len(texts):
            has = f"has {len(texts):,} and none for {label}"
            raise LabError(where, "must have a name for each label from 0 on", but=has)
    return tuple(texts[label] for label in labels)
