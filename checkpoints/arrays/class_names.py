"""Names of classes for labels that are numbers: label k is called by the k-th name."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from analysis.outputs import Outputs
from losses.errors import LabError


def numbers_are_named(arrays: Mapping[str, np.ndarray], roles: Mapping[str, str]) -> bool:
    """Whether there are names of classes, and labels that are no texts."""
    labels = [array for name, array in arrays.items() if name.endswith("labels")]
    return "class_names" in roles and bool(labels) and all(array.dtype.kind not in "US" for array in labels)


def with_class_names(outputs: Outputs, names: np.ndarray, where: str) -> Outputs:
    """The same outputs with the classes called by `names` (K,) texts. LabError where a label has no name there."""
    if names.ndim != 1 or names.dtype.kind not in "US":
        raise LabError(where, "must be (K,) texts, one a class", f"{names.dtype} {names.shape}")
    texts = [text.decode("utf-8", "replace") if isinstance(text, bytes) else text for text in names.tolist()]
    labels = [int(name) for name in outputs.class_names]
    if not all(0 <= label < len(texts) for label in labels):
        worst = next(label for label in labels if not 0 <= label < len(texts))
        raise LabError(
            where, "must have a name for each label from 0 on", but=f"has {len(texts):,} and none for {worst}"
        )
    return replace(outputs, class_names=tuple(texts[label] for label in labels))
