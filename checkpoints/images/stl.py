"""STL-10's binary files, as their authors and torchvision keep them: images by column, labels from 1.

Coates, Ng and Lee 2011, https://cs.stanford.edu/~acoates/stl10/. Images are read one at a time.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from checkpoints.images.source import ImageData, Side
from checkpoints.reading.quoting import file_name, printable
from checkpoints.reading.safe_files import open_regular, read_whole
from losses.errors import LabError

CLASSES, _SIDE = 10, 96
_IMAGE = 3 * _SIDE * _SIDE
_MOST_LABELS = 1 << 20
INNER = "stl10_binary"


def stl_in(path: Path) -> Path | None:
    """The folder of the four files: `path`, or the one in it that an unpacked download has."""
    for place in (path, path / INNER):
        if all((place / f"{side}_{part}.bin").is_file() for side in ("train", "test") for part in "Xy"):
            return place
    return None


@contextmanager
def stl_data(path: Path) -> Iterator[ImageData]:
    """Train and test; images without labels are left out. Open inside the block."""
    folder = stl_in(path) or path
    with ExitStack() as stack:
        train, test = (_side(stack, folder, side) for side in ("train", "test"))
        unlabelled = (folder / "unlabeled_X.bin").exists()
        notes = ["unlabeled_X.bin is left out: it has no labels"] if unlabelled else []
        names, said = _class_names(folder)
        yield ImageData(file_name(path), "STL-10 binary files", names, train, test, (*notes, *said))


def _side(stack: ExitStack, folder: Path, word: str) -> Side:
    images, labels = folder / f"{word}_X.bin", read_whole(folder / f"{word}_y.bin", limit=_MOST_LABELS)
    numbers = np.frombuffer(labels.data, np.uint8).astype(np.int64) - 1
    file, size = stack.enter_context(open_regular(images))
    if size != len(numbers) * _IMAGE:
        rule = f"must have {_IMAGE:,} bytes for each of {len(numbers):,} labels"
        raise LabError(images.name, rule, but=f"has {size:,}")
    if len(numbers) and not (numbers.min() >= 0 and numbers.max() < CLASSES):
        worst = int(numbers.min() if numbers.min() < 0 else numbers.max()) + 1
        raise LabError(labels.name, f"must have labels from 1 to {CLASSES}", worst)
    digest = hashlib.file_digest(file, "sha256").digest() + bytes.fromhex(labels.digest)  # type: ignore[arg-type]

    def read(row: int) -> np.ndarray:
        file.seek(row * _IMAGE)
        data = file.read(_IMAGE)
        if len(data) != _IMAGE:
            raise LabError(images.name, "must not change while it is read", remedy="Open it again.")
        return np.frombuffer(data, np.uint8).reshape(3, _SIDE, _SIDE).transpose(2, 1, 0)

    ids = np.array([f"{word} {row}" for row in range(len(numbers))])
    return Side(numbers, ids, read, lambda _: digest)


def _class_names(folder: Path) -> tuple[tuple[str, ...], list[str]]:
    """The names in the folder's own list, else the numbers, with a note."""
    place = folder / "class_names.txt"
    if place.is_file():
        lines = read_whole(place, limit=1 << 16).data.decode("latin1").splitlines()
        found = [printable(line.strip())[:100] for line in lines if line.strip()]
        if len(found) == CLASSES == len(set(found)):
            return tuple(found), []
    return tuple(str(label + 1) for label in range(CLASSES)), [
        "class_names.txt has no 10 names: numbers stand for them"
    ]
