"""What every kind of image data is read into: two sides of labelled images, one image at a time."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from checkpoints.images.decode import decode
from losses.errors import LabError

MOST_CLASSES = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """labels (N,) int64 indices of classes, ids (N,) the items' names in the data.

    read(i): image i as (H, W) or (H, W, 3) uint8; LabError where it is refused. content(rows): a digest of what those
    items are, by the bytes they were read from. encoded(i): the JPEG or PNG that `read` decodes, and its name in
    sentences; None where images are no such files.
    """

    labels: np.ndarray
    ids: np.ndarray
    read: Callable[[int], np.ndarray]
    content: Callable[[np.ndarray], bytes]
    encoded: Callable[[int], tuple[bytes, str]] | None = None

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True, eq=False)
class ImageData:
    """name: of the file or folder; kind: in words; notes: what was left out, and how it was understood.

    data_set: "cifar10", "cifar100" or "" where the form does not say which it is.
    """

    name: str
    kind: str
    class_names: tuple[str, ...]
    train: Side
    test: Side
    notes: tuple[str, ...] = ()
    data_set: str = ""

    def __post_init__(self) -> None:
        if not 0 < len(self.class_names) <= MOST_CLASSES:
            raise LabError(self.name, f"must have 1 to {MOST_CLASSES:,} classes", len(self.class_names))
        for word, side in (("train", self.train), ("test", self.test)):
            if not len(side):
                raise LabError(self.name, f"must have at least one {word} image", but="has none")


def array_side(images: np.ndarray, labels: np.ndarray, name: str, digest: bytes) -> Side:
    """A side whose images are in memory: (N, H, W[, 3]) uint8, of files with this digest."""
    ids = np.array([f"{name} {row}" for row in range(len(labels))])
    return Side(labels.astype(np.int64), ids, images.__getitem__, lambda rows: digest)


def encoded_side(
    labels: np.ndarray,
    ids: np.ndarray,
    encoded: Callable[[int], tuple[bytes, str]],
    content: Callable[[np.ndarray], bytes],
) -> Side:
    """A side whose images are JPEG or PNG files."""

    def read(row: int) -> np.ndarray:
        data, name = encoded(row)
        return decode(data, name=name)

    return Side(labels, ids, read, content, encoded)


def evenly(labels: np.ndarray, limit: int | None) -> np.ndarray:
    """The rows of at most `limit` items: as many of each class as can be, the first of each, in their order.

    >>> evenly(np.array([0, 0, 0, 1, 1, 2]), 4)
    array([0, 1, 3, 5])
    """
    if limit is None or limit >= len(labels):
        return np.arange(len(labels))
    order = np.argsort(labels, kind="stable")
    _, starts, counts = np.unique(labels[order], return_index=True, return_counts=True)
    rank = np.empty(len(labels), dtype=np.int64)  # how many of its class stand before an item
    rank[order] = np.arange(len(labels)) - np.repeat(starts, counts)
    return np.sort(np.lexsort((labels, rank))[:limit])
