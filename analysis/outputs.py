"""What every analysis takes: the outputs of one model on one data set, as plain arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from analysis.roomy import all_finite
from losses.errors import LabError, plural

NO_HEAD = "no class head"
"""In the provenance: why class scores that a file has are not used."""
NO_TRAIN = "there are no train items"
NO_LABELS = "the items have no labels"
NO_EMBEDDINGS = "there are no embeddings"
UNLABELLED = "no label"
"""The one class name of outputs without labels."""


ROWS = ("embeddings", "labels", "logits", "images", "ids", "probabilities", "features", "coordinates")


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One split of a data set, seen through one model.

    embeddings (N, D) float32 unit rows, (N, 0) where class scores are all there is; labels (N,) int64 indices into
    `Outputs.class_names`, all 0 where the items are not `labelled`: then nothing may be read off them;
    logits (N, K) or None where the model has no class head; images (N, H, W[, C]) uint8 or None;
    ids (N,) the items' own names; probabilities (N, K) of a head whose logits are not known, else None.
    features (N, F) float32 of the encoder at unit length, where the embeddings are what a head made of them; rows of
    zeros stay zero. coordinates (N, 2) float32 of a map that came with the items, or None. Arrays are made read-only.
    """

    embeddings: np.ndarray
    labels: np.ndarray
    logits: np.ndarray | None = None
    images: np.ndarray | None = None
    ids: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.str_))
    probabilities: np.ndarray | None = field(default=None, kw_only=True)
    features: np.ndarray | None = field(default=None, kw_only=True)
    coordinates: np.ndarray | None = field(default=None, kw_only=True)
    labelled: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        items = len(self.embeddings)
        scores = self.logits is not None or self.probabilities is not None
        if self.embeddings.ndim != 2 or not (self.embeddings.shape[1] or scores or not items):
            raise LabError("embeddings", "must be (N, D) with D >= 1", self.embeddings.shape)
        if not all_finite(self.embeddings):
            rows = np.flatnonzero(~np.isfinite(self.embeddings).all(axis=1))
            raise LabError("embeddings", "must be finite", f"not so in {plural(len(rows), 'row')}, first row {rows[0]}")
        if not self.ids.size:
            object.__setattr__(self, "ids", np.arange(items).astype(np.str_))
        for name in ROWS[1:]:
            array = getattr(self, name)
            if array is not None and len(array) != items:
                raise LabError(name, f"must have one row for each of {items} embeddings", len(array))
        for name in ROWS:
            if getattr(self, name) is not None:
                getattr(self, name).setflags(write=False)

    def __len__(self) -> int:
        return len(self.embeddings)

    @property
    def own_labels(self) -> np.ndarray | None:
        """The labels, None where the items have none."""
        return self.labels if self.labelled else None


@dataclass(frozen=True, slots=True, eq=False)
class Outputs:
    """A model's outputs on train and test, with where they come from.

    Train may have no items, where a file has none: then the test items are searched themselves, each left out of its
    own search, and a probe learns from a stratified half of them, which `split_seed` draws.
    `temperature` is the one the model was trained with (logits are divided by it before a softmax).
    `provenance` has loss, data, seed, file digest, versions, the training log: plain JSON values, never code.
    """

    train: Split
    test: Split
    class_names: tuple[str, ...]
    temperature: float
    provenance: Mapping[str, object]
    split_seed: int = 0

    def __post_init__(self) -> None:
        if not len(self.test):
            raise LabError("test embeddings", "must be (N, D) with N >= 1 and D >= 1", self.test.embeddings.shape)
        for name, split in (("train", self.train), ("test", self.test)):
            if not len(split):
                continue
            low, high = int(split.labels.min()), int(split.labels.max())
            if low < 0 or high >= len(self.class_names):
                raise LabError(
                    f"{name} labels", f"must lie in 0 to {len(self.class_names) - 1}", f"between {low} and {high}"
                )
        if self.train.embeddings.shape[1] != self.test.embeddings.shape[1]:
            raise LabError(
                "test embeddings",
                f"must have the {self.train.embeddings.shape[1]} dimensions of the train embeddings",
                self.test.embeddings.shape[1],
            )

    @property
    def within(self) -> bool:
        """Whether there are no train items, so that similarities are those within the test items."""
        return not len(self.train)

    @property
    def searched(self) -> Split:
        """What the nearest are looked for in: train, or the test items themselves."""
        return self.test if self.within else self.train

    @property
    def labelled(self) -> bool:
        return self.test.labelled

    @property
    def has_embeddings(self) -> bool:
        return self.test.embeddings.shape[1] > 0

    @property
    def has_head(self) -> bool:
        """Whether the model's own class head says something of the labels of the test items."""
        return self.test.logits is not None or self.test.probabilities is not None

    @property
    def no_head(self) -> str:
        """Why it does not."""
        return str(self.provenance.get(NO_HEAD, "the model has no class head"))

    @property
    def digest(self) -> str:
        """Content digest of the file they came from: the key of every cache."""
        return str(self.provenance["digest"])
