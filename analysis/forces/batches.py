"""Batches of labelled unit embeddings, sorted by class: random clusters, or drawn from a split of a model."""

from dataclasses import dataclass

import numpy as np

from analysis.outputs import Split
from losses.errors import LabError

LARGEST_BATCH = 512
_CHOOSE = "Choose one that has them."


@dataclass(frozen=True, slots=True)
class BatchSpec:
    """Random clusters on the sphere: unit rows of centre + spread * N(0, I), centres uniform on the sphere.

    `singletons` more classes of one sample each, uniform on the sphere, come last.
    """

    classes: int = 8
    per_class: int = 8
    dimension: int = 16
    spread: float = 0.3
    seed: int = 0
    singletons: int = 0

    def __post_init__(self) -> None:
        check_size(self.classes, self.per_class, self.singletons)
        if self.dimension < 2:
            raise LabError("dimension", "must be at least 2", self.dimension)
        if not 0 <= self.spread < np.inf:
            raise LabError("spread", "must be a finite number from 0", self.spread)
        if self.seed < 0:
            raise LabError("seed", "must not be negative", self.seed)


@dataclass(frozen=True, slots=True, eq=False)
class ForceBatch:
    """embeddings (N, D) float64 unit rows; labels (N,) ascending indices into class_names."""

    embeddings: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]


def check_size(classes: int, per_class: int, singletons: int = 0) -> None:
    """At least one class and one sample each, and no more than can be drawn pair by pair."""
    for name, value, least in (("classes", classes, 1), ("per class", per_class, 1), ("singletons", singletons, 0)):
        if value < least:
            raise LabError(name, f"must be at least {least}", value)
    if classes * per_class + singletons > LARGEST_BATCH:
        what = "classes times per class" + (", and singletons," if singletons else "")
        raise LabError(what, f"must be at most {LARGEST_BATCH}", classes * per_class + singletons)


def random_batch(spec: BatchSpec) -> ForceBatch:
    """The same spec gives the same batch."""
    rng = np.random.default_rng(spec.seed)
    centres = _unit(rng.standard_normal((spec.classes, 1, spec.dimension)))
    noise = rng.standard_normal((spec.classes, spec.per_class, spec.dimension))
    clusters = _unit(centres + spec.spread * noise).reshape(-1, spec.dimension)
    embeddings = np.concatenate([clusters, _unit(rng.standard_normal((spec.singletons, spec.dimension)))])
    sizes = [spec.per_class] * spec.classes + [1] * spec.singletons
    names = tuple(str(index) for index in range(len(sizes)))
    return ForceBatch(embeddings, np.repeat(np.arange(len(sizes)), sizes), names)


def split_batch(split: Split, class_names: tuple[str, ...], *, classes: int, per_class: int, seed: int) -> ForceBatch:
    """`per_class` items of each of `classes` classes, drawn without replacement from those that have as many."""
    if not split.embeddings.shape[1]:
        raise LabError("embeddings", "must be there: this checkpoint has class scores alone", None, _CHOOSE)
    items = drawn_items(split, class_names, classes, per_class, np.random.default_rng(seed))
    embeddings = _unit(split.embeddings[items].astype(np.float64))
    chosen = split.labels[items[::per_class]]
    return ForceBatch(
        embeddings, np.repeat(np.arange(classes), per_class), tuple(class_names[label] for label in chosen)
    )


def drawn_items(
    split: Split, class_names: tuple[str, ...], classes: int, per_class: int, rng: np.random.Generator
) -> np.ndarray:
    """Places in `split`, sorted by class: `classes` of those that have `per_class` items, and as many of each."""
    check_size(classes, per_class)
    if not split.labelled:
        raise LabError("labels", "must be there: the items of this checkpoint have none", None, _CHOOSE)
    counts = np.bincount(split.labels, minlength=len(class_names))
    able = np.flatnonzero(counts >= per_class)
    if len(able) < classes:
        rule = f"must be at most {len(able)}, the classes with {per_class} items in this split"
        raise LabError("classes", rule, classes, "Take fewer classes or fewer per class.")
    chosen = np.sort(rng.choice(able, classes, replace=False))
    return np.concatenate([rng.choice(np.flatnonzero(split.labels == one), per_class, replace=False) for one in chosen])


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)
