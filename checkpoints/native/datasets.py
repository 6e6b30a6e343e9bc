"""The data sets that a native checkpoint may name: a registry of functions that give fixed splits."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

TEST_SHARE = 0.3
VALIDATION_SHARE = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Labelled grey images: images (N, H, W) uint8, labels (N,) int64 class indices, ids (N,) the items' names."""

    images: np.ndarray
    labels: np.ndarray
    ids: np.ndarray

    def take(self, rows: np.ndarray) -> "Images":
        return Images(self.images[rows], self.labels[rows], self.ids[rows])

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """A fixed split: what a model is fitted on, and what it is judged on."""

    train: Images
    test: Images
    class_names: tuple[str, ...]


def digits() -> DataSet:
    """scikit-learn's 1,797 scanned digits, 8 x 8, split 70 : 30 within each class.

    Source: Alpaydin & Kaynak, Optical Recognition of Handwritten Digits (the UCI test part). Both sides share
    writers, as any random split of it does: accuracies are those of known hands.
    """
    train, test = _split(_all_digits(), TEST_SHARE, seed=0)
    return DataSet(train, test, _CLASS_NAMES)


def digits_validation() -> DataSet:
    """The train side of `digits` split again, 75 : 25: where settings are chosen, the test side untouched."""
    train, _ = _split(_all_digits(), TEST_SHARE, seed=0)
    return DataSet(*_split(train, VALIDATION_SHARE, seed=1), _CLASS_NAMES)


DATASETS: dict[str, Callable[[], DataSet]] = {"digits": digits, "digits_validation": digits_validation}

_CLASS_NAMES = tuple(str(digit) for digit in range(10))


def _all_digits() -> Images:
    from sklearn.datasets import load_digits  # half a second of imports that a start page must not pay

    bunch = load_digits()
    # 16 grey levels to 255: exact for 0 and 16, at most half a level of 255 off between.
    images = np.round(bunch.images * (255 / 16)).astype(np.uint8)
    ids = np.array([f"digits-{row:04d}" for row in range(len(images))])
    return Images(images, bunch.target.astype(np.int64), ids)


def _split(items: Images, share: float, seed: int) -> tuple[Images, Images]:
    """Hold out the rounded share of every class; both sides keep the order of the items."""
    generator = np.random.default_rng(seed)
    held_out = np.zeros(len(items), dtype=bool)
    for label in np.unique(items.labels):
        rows = np.flatnonzero(items.labels == label)
        held_out[generator.permutation(rows)[: round(share * len(rows))]] = True
    return items.take(np.flatnonzero(~held_out)), items.take(np.flatnonzero(held_out))
