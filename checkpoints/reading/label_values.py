"""From labels to the classes that they name: in which order, and which items have none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from checkpoints.reading.array_rules import Notes
from checkpoints.reading.array_spec import AUTO, ArraySpec
from losses.errors import LabError, plural

_MISSING = ("", "nan", "NaN", "<NA>", "NaT", "NA", "N/A", "#N/A", "None", "null", "NULL")
"""As pandas and R write what is not there, and astype(str) a None."""
_VOID = (2**8 - 1, 2**15 - 1, 2**16 - 1, 2**31 - 1, 2**32 - 1, 2**63 - 1)
"""The largest numbers of integer types, but int8's: 127 is a class more often than a mark. Masks have 255."""
_ALIKE = "Save both alike, as texts with labels.astype(str), say."
_WHOLE = re.compile(r"[+-]?\d{1,15}(?:\.0*)?", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class LabelValues:
    """Labels of both sides as values that sort: int64 (N,) each, or texts.

    labelled: the items (N,) bool of each side that have a class. texts: the file's own text of each number, where its
    labels are texts of numbers. taken: where labels lie below 0, or the largest may mark what has none, whether these
    are "classes" or "unlabelled", under the names that `ArraySpec` has for it.
    """

    sides: Mapping[str, np.ndarray]
    labelled: Mapping[str, np.ndarray]
    texts: Mapping[int, str]
    taken: Mapping[str, str]

    @property
    def are_texts(self) -> bool:
        """Whether they are texts that are no numbers."""
        return next(iter(self.sides.values())).dtype.kind == "U"

    @property
    def present(self) -> np.ndarray:
        """The distinct values of labelled items, ascending."""
        return np.unique(np.concatenate([values[self.labelled[side]] for side, values in self.sides.items()]))

    def name(self, value: object) -> str:
        """A class as the file writes it."""
        return str(value) if self.are_texts else self.texts.get(int(value), str(value))  # type: ignore[call-overload]


def label_values(labels: Mapping[str, np.ndarray], spec: ArraySpec, notes: Notes, *, columns: int = 0) -> LabelValues:
    """Of labels as `class_labels` gives them, beside class scores of so many columns. LabError where one side has
    texts and the other numbers."""
    kinds = {"U" if array.dtype.kind == "U" else "i" for array in labels.values()}
    if len(kinds) > 1:
        raise LabError(
            "labels", "must be numbers on both sides or texts on both", but="are texts against numbers", remedy=_ALIKE
        )
    there = {side: _there(array) for side, array in labels.items()}
    for side, rows in there.items():
        if not rows.all():
            count = int((~rows).sum())
            are = "is" if count == 1 else "are"
            how = _how_missing(labels[side][~rows])
            notes.add(f"{side} labels: {plural(count, 'item')} without a label ({how}) {are} left out")
    texts: dict[int, str] = {}
    if kinds == {"U"}:
        found = np.unique(np.concatenate([array[there[side]] for side, array in labels.items()]))
        numbers = {text: int(float(text)) for text in found.tolist() if _WHOLE.fullmatch(text)}
        if not numbers or len(numbers) < len(found) or len(set(numbers.values())) < len(found):
            return LabelValues(labels, there, {}, {})
        texts = {number: text for text, number in numbers.items()}
        lookup = np.array([numbers[text] for text in found.tolist()], np.int64)
        places = {side: np.searchsorted(found, array).clip(max=len(found) - 1) for side, array in labels.items()}
        labels = {side: lookup[place] for side, place in places.items()}
        notes.add("labels: texts of whole numbers, in the order of the numbers")
    whole = {side: np.where(there[side], array, 0).astype(np.int64) for side, array in labels.items()}
    return _numbers(whole, there, texts, spec, notes, columns)


def _how_missing(labels: np.ndarray) -> str:
    """What stands where a label should."""
    if labels.dtype.kind != "U":
        return "empty or nan"
    return ", ".join(word or "empty" for word in np.unique(np.char.strip(labels)).tolist())


def _there(labels: np.ndarray) -> np.ndarray:
    """(N,) bool: which items have a label at all."""
    return ~(np.isin(np.char.strip(labels), _MISSING) if labels.dtype.kind == "U" else np.isnan(labels))


def _numbers(
    labels: Mapping[str, np.ndarray],
    there: Mapping[str, np.ndarray],
    texts: Mapping[int, str],
    spec: ArraySpec,
    notes: Notes,
    columns: int,
) -> LabelValues:
    """Labels below 0 name no class, whatever the number: -1 and -100 are both in use for it. Nor does `_void`."""
    taken: dict[str, str] = {}
    below = {side: (values < 0) & there[side] for side, values in labels.items()}
    if any(rows.any() for rows in below.values()):
        taken["negative_labels"] = "classes" if spec.negative_labels == "classes" else "unlabelled"
        if taken["negative_labels"] == "classes":
            notes.add("labels: those below 0 are classes like others, as was asked for")
        else:
            there = _without(below, labels, there, notes, "labels below 0")
    present = np.unique(np.concatenate([values[there[side]] for side, values in labels.items()]))
    if (likely := _void(present, columns)) is not None:
        mark = int(present[-1])
        taken["void_labels"] = likely if spec.void_labels == AUTO else spec.void_labels
        if taken["void_labels"] == "unlabelled":
            marked = {side: (values == mark) & there[side] for side, values in labels.items()}
            there = _without(marked, labels, there, notes, "")
        else:
            why = "as was asked for" if spec.void_labels == "classes" else "as too few others are far below it"
            notes.add(f"labels: {mark} is a class like others, {why}")
    return LabelValues(labels, there, texts, taken)


def _void(present: np.ndarray, columns: int) -> str | None:
    """What the largest label (ascending `present`) is where it may mark what has no class; None where it can not.

    It may where it is the largest number of an integer type, the number before it is no label, and a head of `columns`
    classes has none for it; it does where at least two classes are left and all lie below half of it.
    """
    if len(present) < 2 or present[-1] not in _VOID or present[-2] == present[-1] - 1 or columns > present[-1]:
        return None
    return "unlabelled" if len(present) > 2 and present[-2] < present[-1] / 2 else "classes"


def _without(
    marked: Mapping[str, np.ndarray],
    labels: Mapping[str, np.ndarray],
    there: Mapping[str, np.ndarray],
    notes: Notes,
    others: str,
) -> dict[str, np.ndarray]:
    """The items that have a class still; how many of which label have none is noted."""
    for side, rows in marked.items():
        values, counts = np.unique(labels[side][rows], return_counts=True)
        parts = [
            f"{plural(count, 'item')} of label {value}" for value, count in zip(values[::-1], counts[::-1], strict=True)
        ]
        if parts:
            more = f" and {len(parts) - 5:,} more {others}" if len(parts) > 5 else ""
            are = "is" if counts.sum() == 1 else "are"
            notes.add(f"{side} labels: {', '.join(parts[:5])}{more} {are} unlabelled and left out")
    return {side: there[side] & ~rows for side, rows in marked.items()}
