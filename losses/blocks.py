"""How the anchors of a batch are cut into blocks of rows, each against all columns."""

from dataclasses import dataclass

from torch import Tensor

CACHE_ROWS = 512
"""Rows a block on a CPU: 128 to 512 measure alike; the block stays in cache, the products stay large."""
LONE_ROWS = 200
"""A class with this many anchors gets blocks of its own: the columns of its positives are then one slice."""
GPU_BLOCK_ELEMENTS = 1 << 28
"""Scores a block on a GPU, 1 GiB in float32: large products, bounded memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Anchors (n,), positions among the columns; `band`, where all are of one class, the contiguous columns of it."""

    anchors: Tensor
    band: slice | None = None

    def fill_anchors(self, scores: Tensor, value: float) -> None:
        """Set the score of each anchor with itself, in (n, N)."""
        scores.scatter_(1, self.anchors[:, None], value)


def equal_blocks(anchors: Tensor, rows: int) -> tuple[Block, ...]:
    """Blocks of at most `rows` anchors, of any classes."""
    return tuple(map(Block, anchors.split(rows)))


def class_blocks(anchors: Tensor, own: list[int], sizes: list[int], rows: int) -> tuple[Block, ...]:
    """Blocks for columns sorted by class, so that the positives of large classes are a slice of columns.

    anchors (n,) ascending positions; own and sizes: how many anchors and how many columns each class has. Small
    classes are put together up to `rows` anchors; a large one is cut into equal parts, each against its class.

    >>> import torch
    >>> [(len(b.anchors), b.band) for b in class_blocks(torch.arange(10), [2, 1, 7], [2, 1, 7], 4)]
    [(3, None), (4, slice(3, 10, None)), (3, slice(3, 10, None))]
    """
    blocks: list[Block] = []
    for first, last in _runs_of_classes(own, rows):
        band = slice(sum(sizes[:first]), sum(sizes[:last])) if last == first + 1 else None
        part = anchors[sum(own[:first]) : sum(own[:last])]
        blocks.extend(Block(piece, band) for piece in part.chunk(-(-len(part) // rows)))
    return tuple(blocks)


def _runs_of_classes(own: list[int], rows: int) -> list[tuple[int, int]]:
    """Consecutive classes [first, last): one class, or small ones that have at most `rows` anchors together."""
    runs, first, held = [], 0, 0
    for index, count in enumerate(own):
        lone = max(count, own[index - 1]) >= LONE_ROWS
        if held and (lone or held + count > rows):
            runs.append((first, index))
            first, held = index, 0
        held += count
    return [*runs, (first, len(own))] if held else runs


def block_rows(columns: Tensor, chunk_size: int | None = None) -> int:
    """Rows a block of scores against `columns` (N, ...): as asked for, else what suits the device."""
    if chunk_size is not None:
        return chunk_size
    return CACHE_ROWS if columns.device.type == "cpu" else max(1, GPU_BLOCK_ELEMENTS // len(columns))
