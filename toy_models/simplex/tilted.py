"""Soft labels from a tilted Dirichlet density: x uniform, p(w|x) proportional to b(w) exp(w . h(x)).

b is a Dirichlet density on a triangular grid of the simplex and h_k(x) = sharpness cos(pi x - 2 pi k / 3). Labels and
positions are finite grids, so sums over them are exact.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from toy_models.simplex.process import CLASSES, LogSum
from toy_models.simplex.triangle import TriangleSum, argmax_shares, triangle
from toy_models.simplex.world import SimplexWorld

POSITIONS = 60
PROBES = tuple(round(-1 + 0.05 * i, 2) for i in range(41))
_SHIFT = 0.5  # the grid is drawn in by half a step: no label has a coordinate of 0, where b's log is not finite


@dataclass(frozen=True, eq=False)
class Tilted:
    """`side` steps along an edge of the grid, G = (side + 1) (side + 2) / 2 labels; Dirichlet(concentration)."""

    side: int = 60
    concentration: float = 1.5
    sharpness: float = 6.0
    fine = POSITIONS
    coarse = 10
    fills_simplex = True
    uniforms = 2
    input_gain = 3.0  # x in [-1, 1] is short against a period of the tilt

    @cached_property
    def steps(self) -> Tensor:
        """Whole coordinates of the labels on the grid, (G, K)."""
        return triangle(self.side)

    @cached_property
    def labels(self) -> Tensor:
        return (self.steps.double() + _SHIFT) / (self.side + _SHIFT * CLASSES)

    @cached_property
    def log_base(self) -> Tensor:
        return ((self.concentration - 1) * self.labels.log().sum(dim=1)).log_softmax(dim=0)

    @cached_property
    def argmax_shares(self) -> Tensor:
        return argmax_shares(self.steps)

    @property
    def class_shares(self) -> Tensor:
        return self.labels

    @property
    def probes(self) -> Tensor:
        return torch.tensor(PROBES, dtype=torch.float64)[:, None]

    @cached_property
    def support(self) -> Tensor:
        return self.quadrature(POSITIONS)[0]

    def quadrature(self, count: int) -> tuple[Tensor, Tensor]:
        """The middles of `count` equal parts of [-1, 1]."""
        positions = (2 * torch.arange(count, dtype=torch.float64) + 1) / count - 1
        return positions[:, None], torch.full((count,), 1 / count, dtype=torch.float64)

    def tilt(self, positions: Tensor) -> Tensor:
        """h(x): positions (X, 1) -> (X, K), the logits of a perfect model up to a constant."""
        phases = 2 * math.pi / CLASSES * torch.arange(CLASSES, dtype=torch.float64)
        return self.sharpness * torch.cos(math.pi * positions.double() - phases)

    def log_density(self, positions: Tensor) -> Tensor:
        return (self.log_base + self.tilt(positions) @ self.labels.T).log_softmax(dim=-1)

    def log_sum(self, log_measure: Tensor) -> LogSum:
        return TriangleSum(self.steps, _SHIFT, log_measure)

    def sample(self, uniform: Tensor) -> tuple[Tensor, Tensor]:
        """Both by inverse CDF."""
        for_x, for_w = uniform
        row = (for_x * POSITIONS).long()
        last = len(self.labels) - 1
        found = torch.searchsorted(self._cdf, row + for_w, right=True) - row * len(self.labels)
        return row, found.clamp_(0, last)  # row + for_w may round up to the next row

    @cached_property
    def _cdf(self) -> Tensor:
        """Row r moved up by r makes one ascending sequence, (X G,): a single binary search serves every x."""
        cdf = self.log_density(self.support).exp().cumsum(dim=1)
        return (cdf / cdf[:, -1:] + torch.arange(POSITIONS, dtype=torch.float64)[:, None]).flatten()


def build(side: int = 60, concentration: float = 1.5, sharpness: float = 6.0) -> SimplexWorld:
    """The world of tilted labels."""
    return SimplexWorld.of(Tilted(side, concentration, sharpness))
