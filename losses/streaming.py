"""The fast path: one sweep over row blocks of the similarity matrix, losses and closed-form gradient together.

A block of scores `scale * z_i . z_j` is made, a rule rewrites it in place into d loss / d score, and two products
add it to the gradient: three products in all, as many as the bare similarity product costs forward and backward,
and never more than one block in memory. The gradient is ready when the loss is, so backward only scales it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

CACHE_ROWS = 256
"""Rows a block on a CPU: 128 to 512 measure alike; the block stays in cache, the products stay large."""
GPU_BLOCK_ELEMENTS = 1 << 28
"""Scores a block on a GPU, 1 GiB in float32: large products, bounded memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some anchors, (n,) positions, and the contiguous columns `band` that hold all their positives."""

    anchors: Tensor
    band: slice

    @property
    def own_columns(self) -> Tensor:
        """(n, 1) column of the band in which each anchor meets itself."""
        return (self.anchors - self.band.start)[:, None]


Rule = Callable[[Tensor, Block, Tensor], Tensor]
"""(scores (n, N), block, weights (n, 1)) -> losses (n, 1), unweighted; scores become weights * d loss / d score."""


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """A rule, the blocks to walk, and the factor between cosine and score.

    `order` (N,), where there is one, sorts the anchors first; blocks and rule speak of sorted positions.
    """

    rule: Rule
    blocks: tuple[Block, ...]
    scale: float
    order: Tensor | None = None

    def __call__(self, z: Tensor, weights: Tensor, *, with_gradient: bool) -> tuple[Tensor, Tensor | None]:
        """Losses (N,) of anchors z (N, D), 0 for those in no block, and d (weights . losses) / d z (N, D)."""
        with torch.no_grad(), torch.autocast(z.device.type, enabled=False):
            if self.order is None:
                return self._walk(z, weights, with_gradient)
            losses, gradient = self._walk(z[self.order], weights[self.order], with_gradient)
            return _put_back(losses, self.order), None if gradient is None else _put_back(gradient, self.order)

    def _walk(self, z: Tensor, weights: Tensor, with_gradient: bool) -> tuple[Tensor, Tensor | None]:
        losses, gradient = z.new_zeros(len(z), 1), torch.zeros_like(z) if with_gradient else None
        columns = (z * self.scale).mT
        buffer = z.new_empty(max(len(block.anchors) for block in self.blocks), len(z))
        for block in self.blocks:
            rows = z[block.anchors]
            scores = torch.mm(rows, columns, out=buffer[: len(rows)])
            losses[block.anchors] = self.rule(scores, block, weights[block.anchors, None])
            if gradient is not None:
                gradient.index_add_(0, block.anchors, scores @ z, alpha=self.scale)
                gradient.addmm_(scores.mT, rows, alpha=self.scale)
        return losses.squeeze(1), gradient


def _put_back(sorted_rows: Tensor, order: Tensor) -> Tensor:
    return torch.empty_like(sorted_rows).index_copy_(0, order, sorted_rows)


class LossesAndGradient(Protocol):
    """What `Sweep` and `CandidateSweep` are to autograd."""

    def __call__(self, z: Tensor, weights: Tensor, *, with_gradient: bool) -> tuple[Tensor, Tensor | None]: ...


class WeightedSum(torch.autograd.Function):
    """sum_i weights_i loss_i, with its gradient made in the same sweep."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, weights: Tensor, sweep: LossesAndGradient) -> Tensor:
        losses, gradient = sweep(z, weights, with_gradient=ctx.needs_input_grad[0])
        ctx.save_for_backward(z, gradient)
        # An anchor of weight 0 may have any loss, an infinite one too.
        return losses.where(weights != 0, 0).dot(weights)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None]:
        z, gradient = ctx.saved_tensors
        return differentiable_once(gradient * upstream.detach(), z), None, None


class EachLoss(torch.autograd.Function):
    """The losses (N,) themselves. Their weights are known only in backward, which sweeps once more."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, sweep: LossesAndGradient) -> Tensor:
        ctx.save_for_backward(z)
        ctx.sweep = sweep
        return sweep(z, torch.zeros_like(z[:, 0]), with_gradient=False)[0]

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None]:
        (z,) = ctx.saved_tensors
        gradient = ctx.sweep(z.detach(), upstream.detach().to(z.dtype), with_gradient=True)[1]
        return differentiable_once(gradient, z), None


class _Refusal(torch.autograd.Function):
    """Identity on a closed-form gradient; its own backward says why there is none."""

    @staticmethod
    def forward(ctx: Any, gradient: Tensor, z: Tensor) -> Tensor:
        return gradient.view_as(gradient)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[None, None]:
        raise RuntimeError(
            "The gradient of this loss is a closed form that is not differentiated again. "
            "Pass plain=True for a second derivative."
        )


def differentiable_once(gradient: Tensor, z: Tensor) -> Tensor:
    """The gradient; under create_graph=True tied to z, so that a second derivative is refused and not left out."""
    return _Refusal.apply(gradient, z) if torch.is_grad_enabled() else gradient


def equal_blocks(anchors: Tensor, columns: int, rows: int) -> tuple[Block, ...]:
    """Blocks of at most `rows` anchors, each against all columns."""
    return tuple(Block(part, slice(0, columns)) for part in anchors.split(rows))


def class_blocks(anchors: Tensor, own: list[int], sizes: list[int], rows: int) -> tuple[Block, ...]:
    """Blocks for columns sorted by class, so that the positives of a block are a narrow band of columns.

    anchors (n,) ascending positions; own and sizes: how many anchors and how many columns each class has. Small
    classes are put together up to `rows` anchors; a large one is cut into equal parts, each against its class.

    >>> import torch
    >>> [(len(b.anchors), b.band) for b in class_blocks(torch.arange(10), [2, 1, 7], [2, 1, 7], 4)]
    [(3, slice(0, 3, None)), (4, slice(3, 10, None)), (3, slice(3, 10, None))]
    """
    blocks: list[Block] = []
    for first, last in _runs_of_classes(own, rows):
        band = slice(sum(sizes[:first]), sum(sizes[:last]))
        part = anchors[sum(own[:first]) : sum(own[:last])]
        pieces = -(-len(part) // rows)
        blocks.extend(Block(piece, band) for piece in part.chunk(pieces))
    return tuple(blocks)


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
    return CACHE_ROWS if columns.device.type == "cpu" else max(1, GPU_BLOCK_ELEMENTS // len(columns))
