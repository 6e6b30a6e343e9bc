"""From labels to the classes that they name: in which order, and which items have none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from checkpoints.reading.array_rules import Notes
from checkpoints.reading.array_spec import ArraySpec
from losses.errors import LabError, plural

_MISSING = ("", "nan", "NaN", "<NA>", "NaT")  # as pandas writes what is not there
_WHOLE = re.compile(r"[+-]?\d{1,15}(?:\.0*)?", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class LabelValues:
    """Labels of both sides as values that sort: int64 (N,) each, or texts.

    labelled: the items (N,) bool of each side that have a class. texts: the file's own text of each number, where its
    labels are texts of numbers. negative: whether any label lies below 0.
    """

    sides: Mapping[str, np.ndarray]
    labelled: Mapping[str, np.ndarray]
    texts: Mapping[int, str]
    negative: bool

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


def label_values(labels: Mapping[str, np.ndarray], spec: ArraySpec, notes: Notes) -> LabelValues:
    """Of labels as `class_labels` gives them. LabError where one side has texts and the other numbers."""
    kinds = {"U" if array.dtype.kind == "U" else "i" for array in labels.values()}
    if len(kinds) > 1:
        raise LabError("labels", "must be numbers on both sides or texts on both", but="are texts against numbers")
    there = {side: _there(array) for side, array in labels.items()}
    for side, rows in there.items():
        if not rows.all():
            count = int((~rows).sum())
            are = "is" if count == 1 else "are"
            notes.add(f"{side} labels: {plural(count, 'item')} without a label (empty or nan) {are} left out")
    texts: dict[int, str] = {}
    if kinds == {"U"}:
        found = np.unique(np.concatenate([array[there[side]] for side, array in labels.items()]))
        numbers = {text: int(float(text)) for text in found.tolist() if _WHOLE.fullmatch(text)}
        if not numbers or len(numbers) < len(found) or len(set(numbers.values())) < len(found):
            return LabelValues(labels, there, {}, False)
        texts = {number: text for text, number in numbers.items()}
        lookup = np.array([numbers[text] for text in found.tolist()], np.int64)
        places = {side: np.searchsorted(found, array).clip(max=len(found) - 1) for side, array in labels.items()}
        labels = {side: lookup[place] for side, place in places.items()}
        notes.add("labels: texts of whole numbers, in the order of the numbers")
    whole = {side: np.where(there[side], array, 0).astype(np.int64) for side, array in labels.items()}
    return _numbers(whole, there, texts, spec, notes)


def _there(labels: np.ndarray) -> np.ndarray:
    """(N,) bool: which items have a label at all."""
    return ~(np.isin(np.char.strip(labels), _MISSING) if labels.dtype.kind == "U" else np.isnan(labels))


def _numbers(
    labels: Mapping[str, np.ndarray],
    there: Mapping[str, np.ndarray],
    texts: Mapping[int, str],
    spec: ArraySpec,
    notes: Notes,
) -> LabelValues:
    """Labels below 0 name no class, whatever the number: -1 and -100 are both in use for it."""
    below = {side: (values < 0) & there[side] for side, values in labels.items()}
    if not any(rows.any() for rows in below.values()):
        return LabelValues(labels, there, texts, False)
    if spec.negative_labels == "classes":
        notes.add("labels: those below 0 are classes like others, as was asked for")
        return LabelValues(labels, there, texts, True)
    for side, rows in below.items():
        values, counts = np.unique(labels[side][rows], return_counts=True)
        parts = [
            f"{plural(count, 'item')} of label {value}" for value, count in zip(values[::-1], counts[::-1], strict=True)
        ]
        if parts:
            more = f" and {len(parts) - 5:,} more labels below 0" if len(parts) > 5 else ""
            are = "is" if counts.sum() == 1 else "are"
            notes.add(f"{side} labels: {', '.join(parts[:5])}{more} {are} unlabelled and left out")
    return LabelValues(labels, {side: there[side] & ~rows for side, rows in below.items()}, texts, True)
