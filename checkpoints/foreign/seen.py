"""What images gave that went through a network: of a batch, of some batches, of a side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analysis import roomy


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Of the items asked for, those from `start` to `stop`: n that could be read, and `refused`, a sentence each.

    rows (n,) int64 of the side; features (n, F) and outputs (n, D or K) float32, the same array where there is no head;
    images (n, S, S[, 3]) uint8, small. Of no images the three are empty.
    """

    start: int
    stop: int
    rows: np.ndarray
    features: np.ndarray
    outputs: np.ndarray
    images: np.ndarray
    refused: tuple[str, ...] = ()

    @property
    def nbytes(self) -> int:
        return self.features.nbytes + self.outputs.nbytes + self.images.nbytes


def nothing_seen(start: int, stop: int, refused: tuple[str, ...]) -> Seen:
    """Of a batch in which no image could be read."""
    none = np.empty((0, 0), np.float32)
    return Seen(start, stop, np.empty(0, np.int64), none, none, np.empty((0, 0, 0), np.uint8), refused)


def joined(parts: Sequence[Seen]) -> Seen:
    """Of parts in their order, at least one."""
    refused = tuple(each for part in parts for each in part.refused)
    filled = [part for part in parts if len(part.rows)]
    start, stop = parts[0].start, parts[-1].stop
    if not filled:
        return nothing_seen(start, stop, refused)
    rows, features, images = (
        roomy.joined([getattr(part, name) for part in filled]) for name in ("rows", "features", "images")
    )
    same = all(part.outputs is part.features for part in filled)
    outputs = features if same else roomy.joined([part.outputs for part in filled])
    return Seen(start, stop, rows, features, outputs, images, refused)


def runs(batches: list[Seen]) -> Iterator[list[Seen]]:
    """Batches that follow each other."""
    run = list[Seen]()
    for batch in batches:
        if run and run[-1].stop != batch.start:
            yield run
            run = []
        run.append(batch)
    if run:
        yield run


class Shelf:
    """Batches of at most `items` rows together, behind each other in one array where that is too large for the memory.

    Then a batch that was put there is a part of it.
    """

    def __init__(self, items: int) -> None:
        self._items, self._filled = items, 0
        self._whole: np.ndarray | None = None

    def put(self, batch: np.ndarray) -> np.ndarray:
        """The batch, (n, ...), as it is to be kept."""
        shape = (self._items, *batch.shape[1:])
        if not roomy.is_large(shape, batch.dtype):
            return batch
        if self._whole is None:
            self._whole = roomy.empty(shape, batch.dtype)
        kept = self._whole[self._filled : self._filled + len(batch)]
        kept[...] = batch
        self._filled += len(batch)
        return kept
