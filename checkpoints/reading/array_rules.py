"""What arrays from a file must be to count as embeddings and labels; what is mended or left out is said."""

import sys
from dataclasses import dataclass, field

import numpy as np

from checkpoints.reading.quoting import shown
from losses.errors import LabError, plural

_EXACT = 2**53  # up to here every whole number is a float64
_POOL = "Several vectors an item make one by array.mean(axis=1), or array[:, 0] where the first is the item's."
_AT_ONCE = 1 << 20  # numbers in float64 at a time


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
    if array.ndim == 3 and array.shape[1] == 1:
        array = array[:, 0]
        notes.add(f"{name}: (N, 1, D) was taken as (N, D)")
    if array.ndim != 2 or array.size == 0:
        remedy = _POOL if array.ndim == 3 and array.size else ""
        raise LabError(name, "must be (N, D) with N >= 1 and D >= 1", array.shape, remedy)
    _check_finite(array, name)
    rows, largest, norms = _directions(array)
    directed = norms > 0
    if not directed.all():
        notes.add(f"{name}: {_of_zeros(int((~directed).sum()))} left out")
    with np.errstate(over="ignore"):
        if not np.allclose(norms[directed] * largest[directed], 1, atol=1e-3):
            notes.add(f"{name}: rows were not of unit length and have been scaled to it")
    return rows, directed


def _of_zeros(count: int) -> str:
    return (
        "1 row of zeros has no direction and is" if count == 1 else f"{count:,} rows of zeros have no direction and are"
    )


def _directions(array: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit rows (N, D), each row's largest magnitude, and its length by that; a few thousand rows at a time."""
    rows = np.empty(array.shape, np.float32)
    largest, norms = np.empty(len(array)), np.empty(len(array))
    step = max(1, _AT_ONCE // array.shape[1])
    for part in (slice(start, start + step) for start in range(0, len(array), step)):
        wide = array[part].astype(np.float64)
        # By the largest magnitude first: the square of 1e200 is no number.
        largest[part] = np.abs(wide).max(axis=1)
        wide /= np.where(largest[part] > 0, largest[part], 1)[:, None]
        norms[part] = np.linalg.norm(wide, axis=1)
        wide /= np.where(norms[part] > 0, norms[part], 1)[:, None]
        rows[part] = wide
    return rows, largest, norms


def class_labels(array: np.ndarray, name: str, notes: Notes) -> np.ndarray:
    """(N,) labels as int64 or texts, those below 0 among them, or as float64 with NaN where some are missing. LabError
    where they name no class."""
    if array.dtype.kind not in "fiubUS":
        raise LabError(name, "must be numbers or texts", f"of dtype {shown(str(array.dtype))}")
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2 and array.size and array.dtype.kind in "fiub" and _one_hot(array):
        notes.add(f"{name}: one-hot rows were taken as class numbers")
        return array.argmax(axis=1)
    if array.ndim == 2 and array.shape[0] == 1 < array.shape[1]:
        array = array[0]
        notes.add(f"{name}: (1, N) was taken as (N,)")
    if array.ndim != 1:
        soft = array.ndim == 2 and array.dtype.kind == "f"
        remedy = "Of soft labels the likeliest class is one: labels.argmax(axis=1)." if soft else ""
        raise LabError(name, "must be (N,), one label an item", array.shape, remedy)
    if array.dtype.kind in "US":
        return _texts(array, name)
    if array.dtype.kind == "f":
        notes.add(f"{name}: whole numbers stored as {array.dtype} were taken as class numbers")
        missing = np.isnan(array)
        numbers = _whole(np.where(missing, 0, array), name)
        return np.where(missing, np.nan, numbers) if missing.any() else numbers
    if array.dtype.kind == "u" and (array > np.iinfo(np.int64).max).any():
        raise LabError(name, f"must be at most {np.iinfo(np.int64).max:,}", f"{array.max()}")
    return array.astype(np.int64)


def item_names(array: np.ndarray, name: str, items: int) -> np.ndarray:
    """(N,) str, the items' own names: texts or whole numbers, one an item."""
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.shape != (items,):
        raise LabError(name, f"must be ({items},), one name an item", array.shape)
    if array.dtype.kind in "US":
        return _texts(array, name)
    if array.dtype.kind == "f" and (np.abs(array) < _EXACT).all() and (array == np.rint(array)).all():
        array = array.astype(np.int64)  # MATLAB has all numbers as floats
    if array.dtype.kind not in "iu":
        raise LabError(name, "must be texts or whole numbers", f"of dtype {shown(str(array.dtype))}")
    return array.astype(np.str_)


def map_coordinates(array: np.ndarray, name: str, items: int) -> np.ndarray:
    """(N, 2) float32 places of the items on a map, finite."""
    if array.dtype.kind not in "fiu":
        raise LabError(name, "must be numbers", f"of dtype {shown(str(array.dtype))}")
    if array.shape != (items, 2):
        raise LabError(name, f"must be ({items}, 2), a place on a map an item", array.shape)
    with np.errstate(over="ignore"):
        places: np.ndarray = array.astype(np.float32)
    _check_finite(places, name)
    return places


def _whole(array: np.ndarray, name: str) -> np.ndarray:
    """Floats that are whole numbers, as int64."""
    _check_finite(array[:, None], name)
    wide = array.astype(np.float64)
    wrong = (wide != np.rint(wide)) | (np.abs(wide) > _EXACT)
    if wrong.any():
        row = int(wrong.argmax())
        raise LabError(name, "must be whole numbers, one class an item", f"{wide[row]:g} in row {row}")
    return wide.astype(np.int64)


def _texts(array: np.ndarray, name: str) -> np.ndarray:
    """Class names as str. Numpy keeps bytes that are no UTF-8, and code points that are no character."""
    if array.dtype.kind == "U":
        codes = np.ascontiguousarray(array).view(np.dtype(np.uint32).newbyteorder(array.dtype.byteorder))
        if ((codes > sys.maxunicode) | ((codes >= 0xD800) & (codes < 0xE000))).any():
            raise LabError(name, "must be texts of characters", but="has numbers that are none")
        return array.astype(np.str_)
    try:
        return np.array([item.decode() for item in array.tolist()], np.str_)
    except UnicodeDecodeError as error:
        raise LabError(name, "must be texts in UTF-8", "in another encoding") from error


def _one_hot(array: np.ndarray) -> bool:
    return bool(np.isin(array, (0, 1)).all() and (array.sum(axis=1) == 1).all())


def _check_finite(array: np.ndarray, name: str) -> None:
    wrong = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if len(wrong):
        found = f"not so in {plural(len(wrong), 'row')}, first row {wrong[0]}"
        raise LabError(name, "must be finite", found, "Leave those rows out, or mend them.")
