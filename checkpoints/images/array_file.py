"""`.npz` of images and labels, as MedMNIST (train_images, train_labels) and Keras (x_train, y_train) give them.

https://medmnist.com. Rows are unpacked one after the other as they are asked for, never all at once.
"""

import hashlib
import math
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from checkpoints.images.bounds import most_samples
from checkpoints.images.decode import MOST_PIXELS
from checkpoints.images.source import MOST_CLASSES, ImageData, Side
from checkpoints.reading.npz import MOST_MEMBERS, described, read_npy
from checkpoints.reading.quoting import file_name, shown
from checkpoints.reading.safe_files import open_regular
from checkpoints.reading.zip_archive import open_zip
from losses.errors import LabError

MOST_BYTES = 64 << 30
MOST_UNPACKED = 200  # images of black compress well
_FREE, _HEAD = 64 << 20, 12_000
_COLUMNS_FIRST = re.compile(rb"fortran_order['\"]\s*:\s*True")
_KEYS = (("{}_images", "{}_labels"), ("x_{}", "y_{}"), ("X_{}", "y_{}"), ("{}_x", "{}_y"))
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)
Keys = Mapping[str, tuple[str, str]]
_Half = tuple[np.ndarray, np.ndarray, Callable[[int], np.ndarray]]


def keys_in(path: Path) -> Keys:
    """side -> names of its images and labels in the archive at `path`; {} where it is no archive of images."""
    with open_regular(path) as (file, _), _opened(file, path) as archive:
        held = {entry.filename.removesuffix(".npy") for entry in archive.infolist()}
    for images, labels in _KEYS:
        found = {side: (images.format(side), labels.format(side)) for side in ("train", "test")}
        if all(name in held for pair in found.values() for name in pair):
            return found
    return {}


@contextmanager
def arrays_data(path: Path) -> Iterator[ImageData]:
    """The images of the archive at `path`; open inside the block."""
    keys, name = keys_in(path), file_name(path)
    with open_regular(path) as (file, size), _opened(file, path) as archive:
        digest = hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]

        def kept(_: np.ndarray) -> bytes:
            return digest

        entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
        _check_size(list(entries.values()), size, name)
        sides = {
            side: Side(*_side(archive, tuple(entries[each] for each in pair), side, most_samples(size), name), kept)
            for side, pair in keys.items()
        }
        largest = max(int(side.labels.max(initial=0)) for side in sides.values())
        names = tuple(map(str, range(largest + 1)))
        notes = ["the file has no class names: numbers stand for them", *_spare(entries, keys)]
        yield ImageData(name, "numpy arrays of images", names, sides["train"], sides["test"], tuple(notes))


def _opened(file: IO[bytes], path: Path) -> zipfile.ZipFile:
    return open_zip(file, name=file_name(path), what=".npz archive", members=MOST_MEMBERS)


def _check_size(entries: list[zipfile.ZipInfo], size: int, name: str) -> None:
    declared, most = sum(entry.file_size for entry in entries), min(MOST_BYTES, _FREE + MOST_UNPACKED * size)
    if declared > most:
        raise LabError(name, f"must unpack to at most {most:,} bytes", but=f"declares {declared:,} bytes in {size:,}")
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise LabError(name, "must be stored or deflated, as numpy does")


def _side(archive: zipfile.ZipFile, pair: tuple[zipfile.ZipInfo, ...], word: str, most: int, name: str) -> _Half:
    images, labels = pair
    numbers = _labels(archive, labels, most, f"{name}: {labels.filename}")
    rows = _Rows(archive, images, f"{name}: {images.filename}")
    if len(numbers) != rows.shape[0]:
        raise LabError(f"{name}: {labels.filename}", f"must number {rows.shape[0]:,}, one an image", len(numbers))
    return numbers, np.array([f"{word} {row}" for row in range(len(numbers))]), rows.read


def _labels(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int, name: str) -> np.ndarray:
    """(N,) int64 of labels (N,) or (N, 1)."""
    with _whole(name):
        if entry.file_size > 8 * most + _HEAD:
            raise LabError(name, f"must have at most {most:,} labels", but="has more")
        with archive.open(entry) as opened:
            found = read_npy(opened, entry.file_size, name=name)
    flat = found.reshape(-1) if found.ndim == 2 and found.shape[1] == 1 else found
    if flat.ndim != 1 or flat.dtype.kind not in "iu":
        rule = "must be one whole number an image"
        raise LabError(name, rule, f"{found.dtype} of shape {found.shape}", "Labels of several at once are not read.")
    if len(flat) and not (flat.min() >= 0 and flat.max() < MOST_CLASSES):
        worst = flat.max() if flat.min() >= 0 else flat.min()
        raise LabError(name, f"must be from 0 to {MOST_CLASSES - 1:,}", int(worst))
    return flat.astype(np.int64)


class _Rows:
    """Images (N, H, W[, 3]) uint8 of one member, read in its order: a step back unpacks from the start again."""

    def __init__(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
        self.name, self._archive, self._entry = name, archive, entry
        with _whole(name), archive.open(entry) as opened:
            head = opened.read(_HEAD)
        dtype, self.shape, self._start = described(head, name)
        columns = _COLUMNS_FIRST.search(head[: self._start]) is not None
        last = len(self.shape) > 2 and self.shape[3:] in ((), (1,), (3,)) and not columns
        if dtype != "u1" or not last or math.prod(self.shape[1:3]) > MOST_PIXELS:
            found = f"{shown(dtype)} of shape {self.shape}"[:120] + (", columns first" if columns else "")
            raise LabError(name, "must be uint8 images (N, H, W) or (N, H, W, 3)", found)
        self._row = math.prod(self.shape[1:])
        if self._start + self.shape[0] * self._row != entry.file_size:
            raise LabError(name, "must be whole", but=f"declares {self.shape} in {entry.file_size:,} bytes")
        self._opened: IO[bytes] | None = None

    def read(self, row: int) -> np.ndarray:
        """Image `row`."""
        with _whole(self.name):
            if self._opened is None:
                self._opened = self._archive.open(self._entry)
            self._opened.seek(self._start + row * self._row)
            data = self._opened.read(self._row)
        if len(data) != self._row:
            raise LabError(self.name, "must be whole", "cut off", "Get it again.")
        image = np.frombuffer(data, np.uint8).reshape(self.shape[1:])
        return image[..., 0] if image.shape[2:] == (1,) else image


@contextmanager
def _whole(name: str) -> Iterator[None]:
    try:
        yield
    except LabError:
        raise
    except _BROKEN as error:
        raise LabError(name, "must be whole", "damaged", "Get it again.") from error


def _spare(entries: Mapping[str, zipfile.ZipInfo], keys: Keys) -> list[str]:
    taken = {name for pair in keys.values() for name in pair}
    others = sorted(set(entries) - taken)
    return [f"left out of the file: {', '.join(shown(each) for each in others[:6])}"] if others else []
