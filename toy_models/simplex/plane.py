"""Three unit Gaussians in the plane, one a class: where the labels of the plane processes come from."""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from toy_models.simplex.process import CLASSES

_REACH = 4.0  # standard deviations that the square of the quadrature goes beyond the means


@dataclass(frozen=True, eq=False)
class Gaussians:
    """Means at distance `spread` from the origin, a third of a turn apart.

    The first is `imbalance` times as frequent as either of the others; of the items that come from it, a share
    `flipped` is labelled as one of the other two classes, evenly.
    """

    spread: float = 1.5
    imbalance: float = 1.0
    flipped: float = 0.0

    @cached_property
    def means(self) -> Tensor:
        """(K, 2)."""
        turns = math.pi / 2 + 2 * math.pi / CLASSES * torch.arange(CLASSES, dtype=torch.float64)
        return self.spread * torch.stack([turns.cos(), turns.sin()], dim=1)

    @cached_property
    def frequencies(self) -> Tensor:
        """Of the Gaussians, (K,)."""
        return torch.tensor([self.imbalance, 1.0, 1.0], dtype=torch.float64) / (self.imbalance + CLASSES - 1)

    @cached_property
    def named(self) -> Tensor:
        """Probability of label y for an item of Gaussian z, (K, K)."""
        table = torch.eye(CLASSES, dtype=torch.float64)
        table[0] = torch.tensor([1 - self.flipped, self.flipped / 2, self.flipped / 2], dtype=torch.float64)
        return table

    def log_density(self, positions: Tensor) -> Tensor:
        """log p(x) up to a constant, (X, 2) -> (X,)."""
        return self._joint(positions).logsumexp(dim=-1)

    def log_posterior(self, positions: Tensor) -> Tensor:
        """log p(c|x), c the class that an item at x is labelled with: (X, 2) -> (X, K)."""
        joint = self._joint(positions)  # (X, z)
        return (joint[:, :, None] + self.named.log()).logsumexp(dim=1) - joint.logsumexp(dim=1, keepdim=True)

    def quadrature(self, count: int) -> tuple[Tensor, Tensor]:
        """A square grid of `count` x `count` positions, rows by the second coordinate, and p(x) as their weights.

        The trapezoidal rule converges faster than any power of the step here: smooth, and nothing at the edge.
        """
        axis = torch.linspace(-1, 1, count, dtype=torch.float64) * (self.spread + _REACH)
        second, first = torch.meshgrid(axis, axis, indexing="ij")
        positions = torch.stack([first, second], dim=-1).flatten(0, 1)
        return positions, self.log_density(positions).softmax(dim=0)

    def sample(self, uniform: Tensor) -> tuple[Tensor, Tensor]:
        """Random numbers (4, ...) -> x (..., 2) and the class it is labelled with (...)."""
        for_z, for_y, radius, turn = uniform
        z = category(self.frequencies, for_z)
        length, angle = (-2 * (1 - radius).log()).sqrt(), 2 * math.pi * turn  # Box and Muller
        x = self.means[z] + length[..., None] * torch.stack([angle.cos(), angle.sin()], dim=-1)
        return x, category(self.named[z], for_y)

    def _joint(self, positions: Tensor) -> Tensor:
        """log p(x, z) up to a constant, (X, z)."""
        return self.frequencies.log() - 0.5 * squared_distances(positions, self.means)


class OnThePlane:
    """What the processes over three Gaussians share."""

    gaussians: Gaussians
    fine = 27
    input_gain = 1.0
    fills_simplex = False

    @property
    def coarse(self) -> int:
        return 11

    @cached_property
    def probes(self) -> Tensor:
        return self.quadrature(self.fine)[0]

    @property
    def support(self) -> None:
        return None

    def quadrature(self, count: int) -> tuple[Tensor, Tensor]:
        return self.gaussians.quadrature(count)


def squared_distances(positions: Tensor, points: Tensor) -> Tensor:
    """(X, D), (P, D) -> (X, P)."""
    return (positions[:, None] - points).square().sum(dim=-1)


def category(probs: Tensor, uniform: Tensor) -> Tensor:
    """Inverse CDF over the last dimension: probs (..., K), uniform (...) -> integers (...)."""
    return (uniform[..., None] >= probs.cumsum(dim=-1)[..., :-1]).sum(dim=-1)
