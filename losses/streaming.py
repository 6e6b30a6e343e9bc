"""The fast path: one pass over row blocks of the similarity matrix, losses and closed-form gradient together.

A block of scores `scale * z_i . z_j` is made, a rule rewrites it in place into d loss / d score, and two products
add it to the gradient: three products in all, as many as the bare similarity product costs forward and backward,
and never more than one block in memory. The gradient is ready when the loss is, so backward only scales it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from .blocks import Block
from .numerics import put_back
from .symmetric import TILE_ROWS

Rule = Callable[[Tensor, Block], tuple[Tensor, Tensor]]
"""(scores (n, N), block) -> losses (n, 1) and factors (n, 1); scores become d loss / d score divided by the factors.

The factors spare a pass over the block: they are left for the products' rows.
"""


@dataclass(frozen=True, slots=True, eq=False)
class BlockPass:
    """A rule, the blocks to walk, and the factor between cosine and score.

    The blocks hold the anchors in ascending order. `order` (N,), where there is one, sorts the columns first;
    blocks and rule speak of sorted positions.
    """

    rule: Rule
    blocks: tuple[Block, ...]
    scale: float | Tensor
    order: Tensor | None = None

    def __call__(self, z: Tensor, weights: Tensor, *, with_gradient: bool) -> tuple[Tensor, Tensor | None]:
        """Losses (N,) of anchors z (N, D), 0 for those in no block, and d (weights . losses) / d z (N, D)."""
        with torch.no_grad(), torch.autocast(z.device.type, enabled=False):
            if self.order is None:
                return self._walk(z, weights, with_gradient)
            losses, gradient = self._walk(z.index_select(0, self.order), weights[self.order], with_gradient)
            return put_back(losses, self.order), None if gradient is None else put_back(gradient, self.order)

    def _walk(self, z: Tensor, weights: Tensor, with_gradient: bool) -> tuple[Tensor, Tensor | None]:
        if not self.blocks:  # all of this process's anchors are ignored
            return torch.zeros_like(weights), torch.zeros_like(z) if with_gradient else None
        own = torch.cat([block.anchors for block in self.blocks])
        everyone = len(own) == len(z)
        anchors, own_weights = (z, weights) if everyone else (z[own], weights[own])
        losses, of_anchors, of_columns = self._blocks(z, anchors, own_weights[:, None], with_gradient)
        if everyone:
            return losses, None if of_columns is None else of_columns.add_(of_anchors).mul_(self.scale)
        losses = torch.zeros_like(weights).index_copy_(0, own, losses)
        return losses, None if of_columns is None else of_columns.index_add_(0, own, of_anchors).mul_(self.scale)

    def _blocks(
        self, z: Tensor, anchors: Tensor, weights: Tensor, with_gradient: bool
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Losses (n,) of anchors (n, D) with weights (n, 1) against columns z (N, D), and what the gradient gets
        from them as anchors, (n, D), and as columns of others, (N, D), both without the scale."""
        columns = (z * self.scale).mT
        buffer = z.new_empty(max(len(block.anchors) for block in self.blocks), len(z))
        losses, of_anchors = torch.empty_like(weights), torch.empty_like(anchors)
        of_columns = torch.zeros_like(z) if with_gradient else None
        start = 0
        for block in self.blocks:
            part = slice(start, start := start + len(block.anchors))
            scores = torch.mm(anchors[part], columns, out=buffer[: len(block.anchors)])
            losses[part], factors = self.rule(scores, block)
            if of_columns is not None:
                factors = factors * weights[part]
                torch.mm(scores, z, out=of_anchors[part]).mul_(factors)
                _add_transposed(of_columns, scores, anchors[part] * factors)
        return losses.squeeze(1), of_anchors, of_columns


def _add_transposed(gathered: Tensor, forces: Tensor, anchors: Tensor) -> None:
    """Add forces^T anchors, (n, N) and (n, D), to gathered (N, D): some rows at a time on a CPU, where one product of
    1,024 rows takes 1.7 times as long."""
    rows = TILE_ROWS if forces.device.type == "cpu" else len(forces)
    for some, theirs in zip(forces.split(rows), anchors.split(rows), strict=True):
        gathered.addmm_(some.mT, theirs)
