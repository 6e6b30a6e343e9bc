"""How the anchors of a batch are cut into blocks of rows, each against all columns."""

from dataclasses import dataclass
from itertools import accumulate, pairwise

from torch import Tensor

CACHE_ROWS = 256
CACHE_ELEMENTS = 1 << 21
"""A block on a CPU: the elements of 8 MB in float32, or more where that is fewer than `CACHE_ROWS` rows."""
SLICED_CLASS = 32
"""Classes of this size are worth a slice each; the positives of smaller ones are gathered, all in one call."""
GPU_BLOCK_ELEMENTS = 1 << 28
"""Scores a block on a GPU, 1 GiB in float32: large products, bounded memory."""


@dataclass(frozen=True, slots=True)
class Band:
    """Rows of a block whose anchors are of one class, and the contiguous columns of that class."""

    rows: slice
    columns: slice

    @property
    def width(self) -> int:
        return self.columns.stop - self.columns.start


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Anchors (n,), positions among the columns; `bands` says where their classes are, if it is worth saying."""

    anchors: Tensor
    bands: tuple[Band, ...] = ()

    def fill_anchors(self, scores: Tensor, value: float) -> None:
        """Set the score of each anchor with itself, in (n, N)."""
        scores.scatter_(1, self.anchors[:, None], value)


def equal_blocks(anchors: Tensor, rows: int) -> tuple[Block, ...]:
    """Blocks of at most `rows` anchors, of any classes."""
    return tuple(map(Block, anchors.split(rows)))


def class_blocks(anchors: Tensor, own: list[int], sizes: list[int], rows: int) -> tuple[Block, ...]:
    """Blocks for columns sorted by class, so that the positives of a large class are a slice of columns.

    anchors (n,) ascending positions; own and sizes: how many anchors and how many columns each class has. Small
    classes are put together up to `rows` anchors; a large one is cut into equal parts, each against its class.

    >>> import torch
    >>> [len(block.anchors) for block in class_blocks(torch.arange(10), [2, 1, 7], [2, 1, 7], 4)]
    [3, 4, 3]
    """
    blocks: list[Block] = []
    row = column = 0
    for first, last in _runs_of_classes(own, rows):
        bands = _bands(own[first:last], sizes[first:last], column)
        part = anchors[row : (row := row + sum(own[first:last]))]
        column += sum(sizes[first:last])
        blocks.extend([Block(part, bands)] if len(part) <= rows else _parts(part, bands, rows))
    return tuple(blocks)


def class_rows(sizes: list[int], rows: int) -> tuple[slice, ...]:
    """Rows sorted by class in runs of whole classes, of at most `rows` rows or one class.

    >>> class_rows([2, 1, 7], 4)
    (slice(0, 3, None), slice(3, 10, None))
    """
    ends = [0, *accumulate(sizes)]
    return tuple(slice(ends[first], ends[last]) for first, last in _runs_of_classes(sizes, rows))


def _bands(own: list[int], sizes: list[int], column: int) -> tuple[Band, ...]:
    """A band for each class, or none where they are small; the first starts at row 0 and at `column`."""
    if sum(sizes) < SLICED_CLASS * len(sizes):
        return ()
    rows = pairwise(accumulate(own, initial=0))
    columns = pairwise(accumulate(sizes, initial=column))
    return tuple(Band(slice(*part), slice(*band)) for part, band in zip(rows, columns, strict=True))


def _parts(anchors: Tensor, bands: tuple[Band, ...], rows: int) -> list[Block]:
    """A class with more than `rows` anchors, in equal parts."""
    parts = anchors.chunk(-(-len(anchors) // rows))
    return [Block(part, tuple(Band(slice(0, len(part)), band.columns) for band in bands)) for part in parts]


def _runs_of_classes(own: list[int], rows: int) -> list[tuple[int, int]]:
    """Consecutive classes [first, last) that have at most `rows` anchors together, or are one class."""
    runs, first, held = [], 0, 0
    for index, count in enumerate(own):
        if held and held + count > rows:
            runs.append((first, index))
            first, held = index, 0
        held += count
    return [*runs, (first, len(own))] if held else runs


def block_rows(columns: Tensor, chunk_size: int | None = None) -> int:
    """Rows a block of scores against `columns` (N, ...): as asked for, else what suits the device."""
    if chunk_size is not None:
        return chunk_size
    if columns.device.type == "cpu":
        return max(CACHE_ROWS, CACHE_ELEMENTS // len(columns))
    return max(1, GPU_BLOCK_ELEMENTS // len(columns))
