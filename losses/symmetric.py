"""The fast path of small batches: exponentials that are symmetric are made once for both anchors of a pair.

Where no score needs a shift of its own row, the exponential of s_ij is that of s_ji. A first sweep over tiles of the
upper triangle makes them and their sums, a second one turns each into the force on the pair from both of its anchors:
half of each of the three products that a sweep over all rows takes. The triangle is kept between the two, so its size
is bounded. What the positives add is the rule's own, of order N D.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from .checks import can_look
from .numerics import put_back
from .options import Options

HELD_ROWS = 2048
"""Of so many anchors the triangle is kept: 8 MB in float32, as much as a block of the sweep over rows."""
TILE_ROWS = 128
"""A tile's transposed product runs as fast as the other; one of 1,024 rows takes 1.7 times as long."""


def fits(z: Tensor, own: Tensor, options: Options) -> bool:
    """Whether anchors (N, D), of which `own` (n,) are this process's, may take this pass."""
    return len(own) == len(z) <= HELD_ROWS and options.chunk_size is None and can_look(z)


class Tile(NamedTuple):
    """Anchors `rows` against themselves and all after them, (n, N - rows.start): the exponentials of their scores, and
    their derivatives by the score, one tensor where these are the same. Both are 0 where a pair takes no part.
    `among`: the scores of the anchors among themselves, (n, n), of a rule that asks for them again, else empty."""

    rows: slice
    exponentials: Tensor
    slopes: Tensor
    among: Tensor = torch.empty(0)


class Answer(NamedTuple):
    """losses (N, 1); d loss_i / d sum_i (N, 1); and the positives' part of d (weights . losses) / d z, without the
    scale, (N, D)."""

    losses: Tensor
    share: Tensor
    pull: Tensor


class SymmetricRule(Protocol):
    """A loss whose anchor meets the sum of exponentials that are the same for both anchors of a pair."""

    def tile(self, scores: Tensor, rows: slice) -> Tile:
        """From scores (n, N - rows.start), which may be overwritten."""
        ...

    def answer(self, z: Tensor, sums: Tensor, weights: Tensor, tiles: Sequence[Tile]) -> Answer:
        """From anchors (N, D), their sums (N, 1), weights (N, 1), and the tiles that the sums are of."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SymmetricPass:
    """Losses and gradient by a rule; `scale` is between cosine and score.

    `order` (N,), where there is one, sorts the anchors first, and `tiles` says which of the sorted rows make a tile.
    """

    rule: SymmetricRule
    scale: float
    order: Tensor | None = None
    tiles: tuple[slice, ...] = ()

    def __call__(self, z: Tensor, weights: Tensor, *, with_gradient: bool) -> tuple[Tensor, Tensor | None]:
        """Losses (N,) of anchors z (N, D), and d (weights . losses) / d z (N, D)."""
        with torch.no_grad(), torch.autocast(z.device.type, enabled=False):
            if self.order is None:
                return self._walk(z, weights[:, None], with_gradient)
            losses, gradient = self._walk(z.index_select(0, self.order), weights[self.order, None], with_gradient)
            return put_back(losses, self.order), None if gradient is None else put_back(gradient, self.order)

    def _walk(self, z: Tensor, weights: Tensor, with_gradient: bool) -> tuple[Tensor, Tensor | None]:
        tiles, sums = self._tiles(z)
        found = self.rule.answer(z, sums, weights, tiles)
        if not with_gradient:
            return found.losses.squeeze(1), None
        gradient, share = found.pull, found.share * weights
        for rows, _, force, _ in tiles:
            force.mul_(share[rows] + share[rows.start :].mT)
            gradient[rows].addmm_(force, z[rows.start :])
            gradient[rows.stop :].addmm_(force[:, len(force) :].mT, z[rows])
        return found.losses.squeeze(1), gradient.mul_(self.scale)

    def _tiles(self, z: Tensor) -> tuple[list[Tile], Tensor]:
        """All tiles, and the sums of the exponentials (N, 1)."""
        columns, sums, tiles = (z * self.scale).mT, torch.zeros_like(z[:, :1]), []
        for rows in self.tiles or _equal_tiles(len(z)):
            tile = self.rule.tile(torch.mm(z[rows], columns[:, rows.start :]), rows)
            sums[rows] += tile.exponentials.sum(dim=1, keepdim=True)
            sums[rows.stop :] += tile.exponentials[:, rows.stop - rows.start :].sum(dim=0)[:, None]
            tiles.append(tile)
        return tiles, sums


def _equal_tiles(count: int) -> tuple[slice, ...]:
    return tuple(slice(start, min(start + TILE_ROWS, count)) for start in range(0, count, TILE_ROWS))
