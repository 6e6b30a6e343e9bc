"""CIFAR-10 and CIFAR-100 as their authors give them: python batches, read as data, or binary batches.

Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html. Rows are (3, 32, 32): red, green, blue.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from checkpoints.images.python_batch import python_batch, python_names
from checkpoints.images.source import ImageData, array_side
from checkpoints.reading.quoting import file_name, printable
from checkpoints.reading.safe_files import FileContent, read_whole
from losses.errors import LabError

_PIXELS, _SIZE = 3 * 32 * 32, 32
_MOST_BYTES = 1 << 28
_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))


@dataclass(frozen=True, slots=True)
class CifarForm:
    """One way that a CIFAR is given: its files, where its class names are, and how many classes there are."""

    kind: str
    data_set: str
    train: tuple[str, ...]
    test: tuple[str, ...]
    names: str
    classes: int
    coarse: int = 0  # bytes of a coarse label before the fine one, in binary rows

    @property
    def binary(self) -> bool:
        return self.names.endswith(".txt")


FORMS = (
    CifarForm("CIFAR-10 python batches", "cifar10", _BATCHES, ("test_batch",), "batches.meta", 10),
    CifarForm("CIFAR-100 python batches", "cifar100", ("train",), ("test",), "meta", 100),
    CifarForm(
        "CIFAR-10 binary batches", "cifar10", tuple(f"{name}.bin" for name in _BATCHES), ("test_batch.bin",),
        "batches.meta.txt", 10,
    ),
    CifarForm(
        "CIFAR-100 binary files", "cifar100", ("train.bin",), ("test.bin",), "fine_label_names.txt", 100, coarse=1
    ),
)  # fmt: skip


def form_of(path: Path) -> CifarForm | None:
    """The form of the folder at `path`, by its test file and one of train; None where it is no CIFAR."""
    for form in FORMS:
        if (path / form.test[0]).is_file() and any((path / name).is_file() for name in form.train):
            return form
    return None


def cifar_data(path: Path, form: CifarForm) -> ImageData:
    """Both sides in memory: 184 MB for all of CIFAR. Train batches that are not there are named in the notes."""
    there = [name for name in form.train if (path / name).is_file()]
    missing = [name for name in form.train if name not in there]
    notes = [f"{len(missing)} train batches are not there: {', '.join(missing)}"] if missing else []
    sides = []
    for word, names in (("train", there), ("test", list(form.test))):
        images, labels, digest = _side(path, names, form)
        sides.append(array_side(images, labels, word, digest))
    class_names, said = _class_names(path, form)
    return ImageData(file_name(path), form.kind, class_names, sides[0], sides[1], (*notes, *said), form.data_set)


def _side(path: Path, names: list[str], form: CifarForm) -> tuple[np.ndarray, np.ndarray, bytes]:
    """Images (N, 32, 32, 3), labels (N,) and a digest of the files."""
    digest, rows, labels = hashlib.sha256(), [], []
    for name in names:
        file = read_whole(path / name, limit=_MOST_BYTES)
        digest.update(bytes.fromhex(file.digest))
        pixels, classes = _binary_batch(file, form) if form.binary else python_batch(file)
        _check(pixels, classes, form, file.name)
        rows.append(pixels.reshape(-1, 3, _SIZE, _SIZE).transpose(0, 2, 3, 1))
        labels.append(classes)
    return np.ascontiguousarray(np.concatenate(rows)), np.concatenate(labels), digest.digest()


def _binary_batch(file: FileContent, form: CifarForm) -> tuple[np.ndarray, np.ndarray]:
    row = form.coarse + 1 + _PIXELS
    if not file.data or len(file.data) % row:
        raise LabError(file.name, f"must have rows of {row:,} bytes", f"{len(file.data):,} bytes long")
    rows = np.frombuffer(file.data, np.uint8).reshape(-1, row)
    return rows[:, form.coarse + 1 :], rows[:, form.coarse].astype(np.int64)


def _check(pixels: np.ndarray, labels: np.ndarray, form: CifarForm, name: str) -> None:
    if pixels.ndim != 2 or pixels.shape[1] != _PIXELS or pixels.dtype != np.uint8 or len(pixels) != len(labels):
        found = f"{pixels.dtype} {pixels.shape} with {len(labels):,} labels"
        raise LabError(name, f"must have uint8 rows of {_PIXELS:,} and a label for each", but=f"has {found}")
    if labels.min(initial=0) < 0 or labels.max(initial=0) >= form.classes:
        raise LabError(
            name,
            f"must have labels from 0 to {form.classes - 1}",
            but=f"has {int(labels.min() if labels.min() < 0 else labels.max())}",
        )


def _class_names(path: Path, form: CifarForm) -> tuple[tuple[str, ...], list[str]]:
    """The names in the folder's own list, else the numbers, with a note."""
    if (path / form.names).is_file():
        file = read_whole(path / form.names, limit=1 << 20)
        if form.binary:
            found = [line.strip() for line in file.data.decode("latin1").splitlines() if line.strip()]
        else:
            found = python_names(file)
        if len(found) == form.classes == len(set(found)):
            return tuple(printable(name)[:100] for name in found), []
    return tuple(map(str, range(form.classes))), [
        f"{form.names} has no {form.classes} class names: numbers stand for them"
    ]
