"""From samples with labels as a data set writes them, numbers or texts, to two sides whose classes are counted."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from checkpoints.images.source import MOST_CLASSES, ImageData, Side, encoded_side
from checkpoints.images.splits import HOW_DRAWN, drawn_test, judged_on
from checkpoints.reading.quoting import printable, shown
from losses.errors import LabError, plural

Label = int | str | None
Place = TypeVar("Place")
_LONGEST = 100
_SHOWN = 3


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """splits ("train", "test", "val" or "", N), labels (N), ids (N) the samples' names in the data.

    data(i): the JPEG or PNG of sample i; LabError where there is none.
    """

    splits: Sequence[str]
    labels: Sequence[Label]
    ids: Sequence[str]
    data: Callable[[int], bytes]


def labelled_data(
    samples: Samples, *, name: str, kind: str, class_names: Sequence[str] = (), notes: Sequence[str] = (), remedy: str
) -> ImageData:
    """Train and test of the samples that have a label and a split; the others are counted. Where none has a split, half
    of each class is drawn. `class_names`: of labels that are numbers. `remedy`: what to give where a side has none."""
    labels = _numbers([_plain(label) for label in samples.labels])
    samples, drawn = _drawn(samples, labels)
    kept = [row for row, label in enumerate(labels) if label is not None and samples.splits[row]]
    test = judged_on(samples.splits[row] for row in kept)
    rows = {side: [row for row in kept if samples.splits[row] == split] for side, split in _sides(test)}
    for side, mine in rows.items():
        if not mine:
            raise LabError(name, f"must have labelled {side} images", but="has none", remedy=remedy)
    numbers, names = _classes([labels[row] for row in (*rows["train"], *rows["test"])], class_names, name)
    train, test_side = (_side(samples, mine, numbers, labels) for mine in rows.values())
    said = [*drawn, *notes, *_left_out(samples, labels), *_without(train, test_side, len(names))]
    if test == "test" and (spare := sum(samples.splits[row] == "val" for row in kept)):
        said.append(f"{plural(spare, 'validation image')} left out, since there is a test split")
    return ImageData(name, kind, tuple(names), train, test_side, tuple(said))


def _drawn(samples: Samples, labels: Sequence[Label]) -> tuple[Samples, tuple[str, ...]]:
    """With splits by a draw, and a note, where no sample has one; as they are where there are not two classes, one of
    them of two images."""
    classes: dict[str, list[int]] = {}
    for row, label in enumerate(labels):
        if label is not None:
            classes.setdefault(str(label), []).append(row)
    if any(samples.splits) or len(classes) < 2 or max(map(len, classes.values())) < 2:
        return samples, ()
    test = drawn_test(classes)
    splits = ["test" if row in test else "train" for row in range(len(labels))]
    return replace(samples, splits=splits), (f"nothing says which images are train or test: {HOW_DRAWN}",)


def _sides(test: str) -> tuple[tuple[str, str], ...]:
    return ("train", "train"), ("test", test)


def _plain(label: Label) -> Label:
    """None for a label that says there is none: missing, empty, below 0."""
    if isinstance(label, int):
        return label if label >= 0 else None
    return (label.strip() or None) if label is not None else None


def _numbers(labels: list[Label]) -> list[Label]:
    """Labels that are all texts of whole numbers become numbers, so that 10 stands behind 9."""
    texts = {label for label in labels if isinstance(label, str)}
    if not texts or not all(re.fullmatch(r"\d{1,9}", text, re.ASCII) for text in texts):
        return labels
    return [int(label) if isinstance(label, str) else label for label in labels]


def _classes(labels: list[Label], given: Sequence[str], name: str) -> tuple[dict[Label, int], list[str]]:
    """label -> number of its class, and the classes' names."""
    found = set(labels)
    kinds = {type(label) for label in found}
    if len(kinds) > 1:
        raise LabError(name, "must have labels that are all numbers or all texts", but="has both")
    if kinds == {str} or max(found) >= MOST_CLASSES:  # type: ignore[type-var, operator]
        if len(found) > MOST_CLASSES:
            raise LabError(name, f"must have at most {MOST_CLASSES:,} classes", len(found))
        ordered = sorted(found)  # type: ignore[type-var]
        return {label: at for at, label in enumerate(ordered)}, [printable(str(each))[:_LONGEST] for each in ordered]
    most = max(found) + 1  # type: ignore[type-var, operator]
    if given and most > len(given):
        raise LabError(name, f"must have labels below {len(given)}, one a class name", but=f"has {shown(most - 1)}")
    names = [printable(each)[:_LONGEST] for each in given] if given else [str(each) for each in range(most)]
    return {label: label for label in found}, names  # type: ignore[misc]


def _side(samples: Samples, rows: list[int], numbers: dict[Label, int], labels: list[Label]) -> Side:
    def encoded(row: int) -> tuple[bytes, str]:
        return samples.data(rows[row]), printable(samples.ids[rows[row]])

    def content(wanted: np.ndarray) -> bytes:
        return digest_of(samples.data, [rows[row] for row in wanted.tolist()])

    ids = _ids([printable(samples.ids[row]) for row in rows])
    return encoded_side(np.array([numbers[labels[row]] for row in rows], dtype=np.int64), ids, encoded, content)


def _ids(names: list[str]) -> np.ndarray:
    """(N,) of texts; the ends of those that are far longer than the others, as numpy gives each the longest's room."""
    most = max(24, min(300, 8 * sum(map(len, names)) // max(1, len(names))))
    return np.array([name if len(name) <= most else f"...{name[3 - most :]}" for name in names], dtype=np.str_)


def digest_of(data: Callable[[Place], bytes], places: Iterable[Place]) -> bytes:
    """Of the bytes of some images; of one that will be refused when it is read, of its absence."""
    digest = hashlib.blake2b(digest_size=20)
    for place in places:
        try:
            digest.update(hashlib.blake2b(data(place), digest_size=20).digest())
        except LabError:
            digest.update(b"refused")
    return digest.digest()


def _left_out(samples: Samples, labels: list[Label]) -> list[str]:
    notes = []
    bare = [row for row, label in enumerate(labels) if label is None]
    lost = [row for row, split in enumerate(samples.splits) if not split and labels[row] is not None]
    for rows, what in ((bare, "no label"), (lost, "no split that is known here")):
        if rows:
            few = ", ".join(printable(samples.ids[row])[:80] for row in rows[:_SHOWN])
            notes.append(f"{plural(len(rows), 'image')} with {what} left out: {few}")
    return notes


def _without(train: Side, test: Side, classes: int) -> list[str]:
    held = {"train": len(np.unique(train.labels)), "test": len(np.unique(test.labels))}
    return [
        f"{classes - count:,} of {classes:,} classes have no {side} images"
        for side, count in held.items()
        if count < classes
    ]
