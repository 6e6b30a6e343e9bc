"""What arrays from a file must be to count as embeddings, labels and logits; what is mended or left out is said."""

from dataclasses import dataclass, field

import numpy as np

from checkpoints.quoting import shown
from losses.errors import LabError

UNLABELLED = -1


@dataclass(slots=True)
class Notes:
    """Sentences on what was mended, counted and left out."""

    sentences: list[str] = field(default_factory=list)

    def add(self, sentence: str) -> None:
        self.sentences.append(sentence)


def unit_embeddings(array: np.ndarray, name: str, notes: Notes) -> tuple[np.ndarray, np.ndarray]:
    """(N, D) float32 unit rows, and which rows have a direction, (N,) bool. Zero rows have none and stay zero."""
    if array.dtype.kind not in "fiu":
        raise LabError(name, "must be numbers", f"of dtype {shown(str(array.dtype))}")
    if array.ndim == 4 and array.shape[2:] == (1, 1):
        array = array[:, :, 0, 0]
        notes.add(f"{name}: (N, D, 1, 1) was taken as (N, D)")
    if array.ndim != 2 or array.size == 0:
        raise LabError(name, "must be (N, D) with N >= 1 and D >= 1", array.shape)
    wide = array.astype(np.float64)
    _check_finite(wide, name)
    # By the largest magnitude first: the square of 1e200 is no number.
    largest = np.abs(wide).max(axis=1, keepdims=True)
    wide /= np.where(largest > 0, largest, 1)
    norms = np.linalg.norm(wide, axis=1, keepdims=True)
    directed = norms[:, 0] > 0
    if not directed.all():
        notes.add(f"{name}: {int((~directed).sum()):,} rows of zeros have no direction and are left out")
    if not np.allclose(norms[directed] * largest[directed], 1, atol=1e-3):
        notes.add(f"{name}: rows were not of unit length and have been scaled to it")
    return (wide / np.where(norms > 0, norms, 1)).astype(np.float32), directed


def class_labels(array: np.ndarray, name: str, notes: Notes) -> np.ndarray:
    """(N,) labels as int64 or texts; `UNLABELLED` stays. LabError where they name no class."""
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2 and array.dtype.kind in "fiub" and _one_hot(array):
        notes.add(f"{name}: one-hot rows were taken as class numbers")
        return array.argmax(axis=1)
    if array.ndim != 1:
        raise LabError(name, "must be (N,), one label an item", array.shape)
    if array.dtype.kind == "f":
        _check_finite(array[:, None], name)
        if (array != np.rint(array)).any():
            row = int((array != np.rint(array)).argmax())
            raise LabError(name, "must be whole numbers, one class an item", f"{array[row]:g} in row {row}")
        notes.add(f"{name}: whole numbers stored as {array.dtype} were taken as class numbers")
    return array.astype(np.str_) if array.dtype.kind in "US" else array.astype(np.int64)


def class_logits(array: np.ndarray, name: str, classes: int) -> np.ndarray:
    """(N, K) float32 with a column for each of the classes, in their order."""
    if array.ndim != 2 or array.dtype.kind not in "fiu" or array.shape[1] != classes:
        raise LabError(name, f"must be (N, {classes}) numbers, a column a class", f"{array.dtype} {array.shape}")
    _check_finite(array, name)
    return array.astype(np.float32)


def _one_hot(array: np.ndarray) -> bool:
    return bool(np.isin(array, (0, 1)).all() and (array.sum(axis=1) == 1).all())


def _check_finite(array: np.ndarray, name: str) -> None:
    wrong = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if len(wrong):
        raise LabError(name, "must be finite", f"not so in {len(wrong):,} rows, first row {wrong[0]}")
