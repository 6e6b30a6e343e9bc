"""What the class scores in a file are, logits or probabilities, and which class each of their columns is.

Both are decided by a test that the notes state. Where the test leaves two readings, `possible` has both.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from checkpoints.reading.array_rules import Notes
from checkpoints.reading.array_spec import AUTO, ArraySpec
from checkpoints.reading.label_values import LabelValues
from checkpoints.reading.quoting import printable
from losses.errors import LabError, plural

LOGITS = ("test_logits", "logits")
UNSAID = ("test_preds", "preds")  # SINCERE's scripts write logits under this name, others probabilities
PROBABILITIES = ("test_probabilities", "test_probs", "probabilities", "probs")
NAMES = (*LOGITS, *UNSAID, *PROBABILITIES)
TRAIN_NAMES = ("train_logits", "train_preds", "train_probabilities", "train_probs")
CLASS_NAMES = "class_names"
_MOST_COLUMNS = 100_000
_EXACT, _NEARLY = 1e-3, 0.05
_DIGITS = re.compile(r"[0-9]+")
_SUMS = "every row lies in 0 to 1 and sums to 1 within 0.001"


class NotUsed(Exception):
    """Why an array is left out, in words that follow its name."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassScores:
    """values (N, C): a column for each of `classes` (C,), ascending; `kind` is "logits" or "probabilities".

    columns: the reading that was taken. possible: the readings by name where there is more than one.
    """

    name: str
    kind: str
    values: np.ndarray
    classes: np.ndarray
    columns: str
    possible: Mapping[str, tuple[str, ...]]


def class_scores(
    arrays: Mapping[str, np.ndarray], labels: LabelValues, spec: ArraySpec, notes: Notes, *, file: str
) -> tuple[ClassScores | None, dict[str, str]]:
    """The first array of class scores that can be used, and of each other one the reason why it is not.

    LabError where a reading that was asked for is impossible.
    """
    first = PROBABILITIES if spec.scores == "probabilities" else LOGITS
    found, unused = None, dict[str, str]()
    for name in sorted((name for name in NAMES if name in arrays), key=lambda name: name not in first):
        if found is not None:
            unused[name] = f"{found.name} says the same"
            continue
        try:
            found = _read(name, arrays, labels, spec, notes, file)
        except NotUsed as reason:
            unused[name] = str(reason)
    unused |= {name: "no number here is of the class head on train items" for name in TRAIN_NAMES if name in arrays}
    if CLASS_NAMES in arrays and (found is None or found.columns != "named"):
        unused[CLASS_NAMES] = "it names the columns of class scores by the labels' texts, which is not so here"
    return found, unused


def _read(
    name: str, arrays: Mapping[str, np.ndarray], labels: LabelValues, spec: ArraySpec, notes: Notes, file: str
) -> ClassScores:
    array, items = arrays[name], len(labels.sides["test"])
    values = _table(array, items)
    kind, kinds, why = _kind(name, values, spec)
    readings = _column_readings(values.shape[1], labels, arrays.get(CLASS_NAMES))
    if not readings:
        raise NotUsed(_no_reading(values.shape[1], labels))
    if spec.columns not in (AUTO, *readings):
        raise LabError("columns", f"must be {' or '.join(readings)} for {file}", repr(spec.columns))
    columns = next(iter(readings)) if spec.columns == AUTO else spec.columns
    order = np.argsort(readings[columns], kind="stable")
    classes = readings[columns][order]
    notes.add(f"{name}: taken as {kind}, {why}; {_in_words(columns, readings[columns], labels)}")
    absent = np.setdiff1d(classes, labels.present)
    if len(absent):
        few = ", ".join(printable(labels.name(value)) for value in absent[:3]) + (", ..." if len(absent) > 3 else "")
        notes.add(f"{name}: {len(absent):,} of {len(classes):,} columns are of classes without items: {few}")
    if values.dtype != np.float64:
        values = values.astype(np.float32)
    scores = _of_sum_one(values) if kind == "probabilities" else values
    # A class_names array says which column is which: nothing is asked then.
    several = {"scores": kinds, "columns": () if columns == "named" else tuple(readings)}
    possible = {what: names for what, names in several.items() if len(names) > 1}
    return ClassScores(name, kind, np.ascontiguousarray(scores[:, order]), classes, columns, possible)


def _table(array: np.ndarray, items: int) -> np.ndarray:
    """(N, K) numbers with K >= 2 and a finite maximum in each row."""
    if array.dtype.kind not in "fiu":
        raise NotUsed(f"it is of dtype {array.dtype}, not of numbers")
    if array.ndim == 1 or (array.ndim == 2 and array.shape[1] == 1):
        raise NotUsed("it has one number an item, as a predicted class or one score has, and not one a class")
    if array.ndim != 2:
        raise NotUsed(f"its shape is {array.shape}, and not (N, K)")
    if len(array) != items:
        raise NotUsed(f"it has {len(array):,} rows for {items:,} test items")
    if array.shape[1] > _MOST_COLUMNS:
        raise NotUsed(f"it has {array.shape[1]:,} columns, more than {_MOST_COLUMNS:,}")
    largest = array.max(axis=1)  # NaN and inf show in the maximum; -inf is the logarithm of 0
    limit = np.finfo(np.float32).max
    bad = ~(np.abs(largest.astype(np.float64)) <= limit) | (np.isfinite(array) & (np.abs(array) > limit)).any(axis=1)
    if bad.any():
        count = int(bad.sum())
        have = "has" if count == 1 else "have"
        raise NotUsed(f"{plural(count, 'row')} {have} NaN or infinite numbers, first row {int(bad.argmax())}")
    return array


def _kind(name: str, values: np.ndarray, spec: ArraySpec) -> tuple[str, tuple[str, ...], str]:
    """logits or probabilities; which of the two are possible; and by which test."""
    off = _off(values)
    both = ("probabilities", "logits") if off <= _NEARLY else ("logits",)
    rounded = f", whose rows sum to 1 within {off:.2g} only, as rounded ones do, and are divided by their sums"
    rounded = rounded if _EXACT < off <= _NEARLY else ""
    if spec.scores == "probabilities" and off > _NEARLY:
        raise LabError(name, "must have rows in 0 to 1 that sum to 1 within 0.05 to be probabilities", "not so")
    if spec.scores != AUTO:
        return spec.scores, both, "as was asked for" + (rounded if spec.scores == "probabilities" else "")
    if name in PROBABILITIES:
        if off > _NEARLY:
            raise NotUsed("its rows are no probabilities: each must lie in 0 to 1 and sum to 1 within 0.05")
        return "probabilities", both, f"as its name says{rounded}"
    if name in LOGITS:
        return "logits", both, "as its name says" + (f", though {_SUMS}" if off <= _EXACT else "")
    if off <= _NEARLY:
        return "probabilities", both, f"since {_SUMS}" if not rounded else f"since every row lies in 0 to 1{rounded}"
    return "logits", both, "since its rows are no probabilities"


def _of_sum_one(values: np.ndarray) -> np.ndarray:
    """Probabilities as they are; rounded ones, whose sums are further off, divided by their sums."""
    inside = np.clip(values, 0, 1)
    return inside if _off(values) <= _EXACT else inside / inside.sum(axis=1, dtype=np.float64, keepdims=True)


def _off(values: np.ndarray) -> float:
    """How far the worst row is from summing to 1; infinite where a number lies outside of [0, 1]."""
    if not ((values >= 0) & (values <= 1 + _EXACT)).all():
        return np.inf
    return float(np.abs(values.sum(axis=1, dtype=np.float64) - 1).max())


def _column_readings(columns: int, labels: LabelValues, named: np.ndarray | None) -> dict[str, np.ndarray]:
    """Reading -> the class of each column (K,), the likeliest first; each says something else than those before."""
    present, found = labels.present, dict[str, np.ndarray]()
    if labels.are_texts:
        if named is not None and _names_all(named, columns, present):
            found["named"] = named
        if len(present) == columns:
            found["text"] = present
            found["counted"] = _by_their_numbers(present)
            found["appearance"] = _as_they_appear(labels)
        return _different(found)
    if present[0] >= 0 and present[-1] < columns:
        found["number"] = np.arange(columns)
    if len(present) == columns:
        found["order"] = present
        found["text"] = present[np.argsort([labels.name(value) for value in present])] if labels.texts else present
    if present[0] >= 1 and present[-1] <= columns:
        found["from_one"] = np.arange(1, columns + 1)
    return _different(found)


def _names_all(named: np.ndarray, columns: int, present: np.ndarray) -> bool:
    """Whether an array class_names has a different text for each column, and one for each class."""
    fits = named.dtype.kind == "U" and named.shape == (columns,) and len(np.unique(named)) == columns
    return bool(fits and np.isin(present, named).all())


def _different(readings: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    kept: dict[str, np.ndarray] = {}
    for name, classes in readings.items():
        if not any(np.array_equal(classes, other) for other in kept.values()):
            kept[name] = classes
    return kept


def _as_they_appear(labels: LabelValues) -> np.ndarray:
    """Classes in the order of their first items, train before test."""
    every = np.concatenate([values[labels.labelled[side]] for side, values in labels.sides.items()])
    distinct, first = np.unique(every, return_index=True)
    return distinct[np.argsort(first)]


def _by_their_numbers(present: np.ndarray) -> np.ndarray:
    """Texts (C,) such as class_2 and class_10 in the order of their numbers; as they are where one has none."""
    parts = [(_DIGITS.sub("0", text), [int(number) for number in _DIGITS.findall(text)]) for text in present.tolist()]
    alike = len({shape for shape, _ in parts}) == 1
    return present[sorted(range(len(parts)), key=lambda place: parts[place][1])] if alike else present


def _in_words(columns: str, classes: np.ndarray, labels: LabelValues) -> str:
    few = ", ".join(printable(labels.name(value))[:40] for value in classes[:3])
    order = f"columns are the classes {few}{', ...' if len(classes) > 3 else ''}"
    return {
        "named": f"{order}, as {CLASS_NAMES} says",
        "number": "column k is the class of label k",
        "from_one": "column k is the class of label k + 1",
        "order": f"{order}, in ascending order",
        "text": f"{order}, in the order of texts",
        "counted": f"{order}, by the numbers in their texts",
        "appearance": f"{order}, as they first appear",
    }[columns]


def _no_reading(columns: int, labels: LabelValues) -> str:
    present = labels.present
    if columns < len(present):
        return f"it has {columns:,} columns for {len(present):,} classes"
    said = f"it has {columns:,} columns for {len(present):,} classes, and nothing says which column is which: "
    if labels.are_texts:
        return said + f"an array {CLASS_NAMES} with the label of each column would"
    return said + f"labels from {present[0]} to {present[-1]} are no column numbers"
