"""Which classes are taken for which: the confusion matrix of one way of reading classes off."""

from dataclasses import dataclass

import numpy as np

from analysis.statistics.bootstrap import Estimate, Unavailable, proportion
from losses.errors import LabError

MOST_CLASSES = 5_000
"""A matrix of them has 200 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """counts (C, C) of items by their class (row) and the class that was read off (column).

    recall (C): the share of a class's items that is read off as it. precision (C): the share of what is read off as
    a class that is of it. Each with its interval over the items it is a share of.
    """

    counts: np.ndarray
    recall: tuple[Estimate | Unavailable, ...]
    precision: tuple[Estimate | Unavailable, ...]

    @property
    def items(self) -> int:
        return int(self.counts.sum())


def too_wide(classes: int) -> str:
    """Why there is no matrix of so many classes, "" where there is one."""
    return f"{classes:,} classes are more than {MOST_CLASSES:,}" if classes > MOST_CLASSES else ""


def confusion(labels: np.ndarray, predicted: np.ndarray, classes: int) -> Confusion:
    """Of labels (M,) and predicted (M,), both in 0 to classes - 1. LabError for more than `MOST_CLASSES`."""
    if too_wide(classes):
        raise LabError("classes", f"must number at most {MOST_CLASSES:,} for a matrix of them", f"{classes:,}")
    counts = np.bincount(labels * classes + predicted, minlength=classes * classes).reshape(classes, classes)
    right = predicted == labels
    return Confusion(
        counts,
        tuple(_share(right[labels == c], "test has {} of this class") for c in range(classes)),
        tuple(_share(right[predicted == c], "{} was read off as this class") for c in range(classes)),
    )


def most_confused(found: Confusion, most: int = 20) -> list[tuple[int, int, int]]:
    """(class, taken for, items) of the `most` frequent mistakes, most frequent first; equal ones in class order."""
    wrong = found.counts.copy()
    np.fill_diagonal(wrong, 0)
    rows, columns = np.nonzero(wrong)
    order = np.argsort(-wrong[rows, columns], kind="stable")[:most]
    return [(int(a), int(b), int(wrong[a, b])) for a, b in zip(rows[order], columns[order], strict=True)]


def _share(hits: np.ndarray, reason: str) -> Estimate | Unavailable:
    if len(hits) < 2:
        return Unavailable(reason.format("1 item" if len(hits) else "no item"))
    return proportion(hits)
