"""Batches of a class head: logits against soft targets, random or drawn from a split of a model."""

from dataclasses import dataclass

import numpy as np

from analysis.forces.batches import check_size, drawn_items
from analysis.outputs import Split
from losses.errors import LabError


@dataclass(frozen=True, slots=True)
class HeadBatchSpec:
    """Random logits signal * onehot + N(0, 1) against targets (1 - softness) * onehot + softness * Dirichlet(1)."""

    classes: int = 8
    per_class: int = 8
    signal: float = 2.0
    softness: float = 0.3
    seed: int = 0

    def __post_init__(self) -> None:
        check_size(self.classes, self.per_class)
        if self.classes < 2:
            raise LabError("classes", "must be at least 2, for a class head to choose from", self.classes)
        if not -np.inf < self.signal < np.inf:
            raise LabError("signal", "must be a finite number", self.signal)
        _check_softness(self.softness)
        if self.seed < 0:
            raise LabError("seed", "must not be negative", self.seed)


@dataclass(frozen=True, slots=True, eq=False)
class HeadForceBatch:
    """logits (N, K); targets (N, K), rows on the simplex; labels (N,), ascending, the class each target is made of."""

    logits: np.ndarray
    targets: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]


def random_head_batch(spec: HeadBatchSpec) -> HeadForceBatch:
    """The same spec gives the same batch."""
    rng = np.random.default_rng(spec.seed)
    labels = np.repeat(np.arange(spec.classes), spec.per_class)
    logits = spec.signal * np.eye(spec.classes)[labels] + rng.standard_normal((len(labels), spec.classes))
    names = tuple(str(index) for index in range(spec.classes))
    return HeadForceBatch(logits, _soften(labels, spec.classes, spec.softness, rng), labels, names)


def head_split_batch(
    split: Split, class_names: tuple[str, ...], *, classes: int, per_class: int, softness: float, seed: int
) -> HeadForceBatch:
    """Items as `split_batch` draws them, with the logits of all K classes. LabError for a model without a head."""
    if split.logits is None:
        raise LabError("logits", "must be there: this checkpoint has no class head", None, "Choose one that has.")
    _check_softness(softness)
    rng = np.random.default_rng(seed)
    items = drawn_items(split, class_names, classes, per_class, rng)
    labels, logits = split.labels[items], split.logits[items].astype(np.float64)
    return HeadForceBatch(logits, _soften(labels, logits.shape[1], softness, rng), labels, class_names)


def _soften(labels: np.ndarray, classes: int, softness: float, rng: np.random.Generator) -> np.ndarray:
    return (1 - softness) * np.eye(classes)[labels] + softness * rng.dirichlet(np.ones(classes), len(labels))


def _check_softness(softness: float) -> None:
    if not 0 <= softness <= 1:
        raise LabError("softness", "must lie in 0 to 1", softness)
