"""Images decoded once, by several processes, into one array a side; and the same on the device."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from checkpoints.foreign.constants import SUPCONTRAST
from checkpoints.images.finding import image_data
from checkpoints.images.source import ImageData, Side, evenly
from losses.errors import LabError

_CHUNK, _FEW = 1000, 3000
_MOST_BYTES = 8 << 30


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """images (N, S, S, 3) uint8; labels (N,) int64; ids (N,) the items' names."""

    images: np.ndarray
    labels: np.ndarray
    ids: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: np.ndarray) -> "Pixels":
        """Some of the items."""
        return Pixels(self.images[rows], self.labels[rows], self.ids[rows])


@dataclass(frozen=True, slots=True, eq=False)
class ImageSet:
    """Both sides; name of the data, names of its classes, what was left out, and the mean and standard deviation of
    each colour by which they are normalised, in [0, 1]."""

    name: str
    class_names: tuple[str, ...]
    train: Pixels
    test: Pixels
    notes: tuple[str, ...]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


def read_images(path: Path, side: int, *, name: str, limit: int | None = None, workers: int | None = None) -> ImageSet:
    """The images at `path` (see `checkpoints.images.finding`), each scaled to side x side where it is not.

    `name`: what the data is called. Mean and std are SupContrast's of a data set of that name, so that its readers
    normalise in the same way; of another those of the train images, to four digits.

    `limit`: at most so many a side, evenly from the classes, the first of each. LabError for an image that is broken,
    for fewer than two classes, and for a class without train images: a run would learn something else than it says.
    """
    with image_data(path) as data:
        _check(data, side)
        rows = {name: evenly(each.labels, limit) for name, each in (("train", data.train), ("test", data.test))}
        train = _pixels(path, data, "train", rows["train"], side, workers)
        test = _pixels(path, data, "test", rows["test"], side, workers)
        mean, std = SUPCONTRAST[name] if name in SUPCONTRAST else _statistics(train.images)
        return ImageSet(name, data.class_names, train, test, data.notes, mean, std)


def _check(data: ImageData, side: int) -> None:
    if len(data.class_names) < 2:
        raise LabError(data.name, "must have at least 2 classes to learn from", len(data.class_names))
    held = np.bincount(data.train.labels, minlength=len(data.class_names))
    if not held.all():
        missing = data.class_names[int(np.argmin(held))]
        raise LabError(data.name, "must have train images of every class", but=f"has none of {missing}")
    size = (len(data.train) + len(data.test)) * side * side * 3
    if size > _MOST_BYTES:
        remedy = "Take a smaller --side, or --limit."
        raise LabError(data.name, f"must unpack to at most {_MOST_BYTES:,} bytes", f"{size:,}", remedy)


def _pixels(path: Path, data: ImageData, name: str, rows: np.ndarray, side: int, workers: int | None) -> Pixels:
    source: Side = getattr(data, name)
    parts = [rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)]
    count = min(workers or len(os.sched_getaffinity(0)), len(parts))
    if count > 1 and len(rows) > _FEW:
        found = list(_by_processes(path, name, parts, side, count))
    else:
        found = [_scaled(source, part, side) for part in parts]
    for part, images in zip(parts, found, strict=True):
        if images is None:  # a worker met a broken one: its sentence is said here
            _scaled(source, part, side)
            raise LabError(data.name, "must not change while it is read", remedy="Start again.")
    images = np.concatenate([each for each in found if each is not None])
    return Pixels(images, source.labels[rows], source.ids[rows])


def _by_processes(path: Path, name: str, parts: list[np.ndarray], side: int, count: int) -> Iterator[np.ndarray | None]:
    """Each opens the data for itself: what they inherit would share one place in one file."""
    arguments = (str(path), name, side)
    try:
        with ProcessPoolExecutor(count, get_context("spawn"), _open, arguments) as pool:
            yield from pool.map(_part, parts)
    except BrokenProcessPool as error:
        remedy = "Free some memory, or pass --workers 1."
        raise LabError(
            "a process that decodes images", "must live to its end", but="was ended", remedy=remedy
        ) from error


_OPENED: dict[str, object] = {}  # of a worker process: its own view of the data


def _open(path: str, name: str, side: int) -> None:
    stack = ExitStack()
    data = stack.enter_context(image_data(Path(path)))
    _OPENED.update(side=side, source=getattr(data, name), stack=stack)


def _part(rows: np.ndarray) -> np.ndarray | None:
    try:
        return _scaled(_OPENED["source"], rows, _OPENED["side"])  # type: ignore[arg-type]
    except LabError:
        return None


def _scaled(source: Side, rows: np.ndarray, side: int) -> np.ndarray:
    """(n, S, S, 3) uint8."""
    found = np.empty((len(rows), side, side, 3), np.uint8)
    for place, row in enumerate(rows.tolist()):
        image = source.read(row)
        if image.shape != (side, side, 3):
            drawn = Image.fromarray(image).convert("RGB")
            image = np.asarray(drawn.resize((side, side), Image.Resampling.BILINEAR))
        found[place] = image
    return found


def _statistics(images: np.ndarray) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Mean and standard deviation of each colour, by its histogram: exact, and no copy in floats."""
    levels = np.arange(256) / 255
    counts = np.stack([np.bincount(images[..., colour].ravel(), minlength=256) for colour in range(3)])
    shares = counts / counts.sum(axis=1, keepdims=True)
    mean = shares @ levels
    std = np.sqrt(np.maximum(shares @ levels**2 - mean**2, 1e-6))
    first, second = (tuple(round(float(each), 4) for each in values) for values in (mean, std))
    return first, second  # type: ignore[return-value]
