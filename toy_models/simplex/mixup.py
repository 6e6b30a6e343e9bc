"""Mixup: two items and their labels, both mixed by the same lambda ~ Beta(a, a) (Zhang et al., arXiv 1710.09412).

lambda takes the 32 nodes of Beta(a, a)'s Gauss rule, which has its first 63 moments, so labels are a finite grid here
too: the corners, and 32 points on each edge of the simplex.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from toy_models.simplex.plane import Gaussians, OnThePlane, squared_distances
from toy_models.simplex.process import CLASSES, LogSum

NODES = 32
_EDGES = ((0, 1), (0, 2), (1, 2))


@dataclass(frozen=True, eq=False)
class Mixup(OnThePlane):
    """Mixing with Beta(strength, strength). b is p(w) itself: p(w|x) is no tilt exp(w . f) of any density."""

    gaussians: Gaussians
    strength: float = 1.0
    uniforms = 9

    @cached_property
    def shares(self) -> tuple[Tensor, Tensor]:
        """Values of lambda, ascending, symmetric and never 1/2, and their probabilities: (R,), (R,)."""
        return beta_rule(self.strength, NODES)

    @cached_property
    def labels(self) -> Tensor:
        corners = torch.eye(CLASSES, dtype=torch.float64)
        share = self.shares[0][:, None]
        return torch.cat([corners, *(share * corners[a] + (1 - share) * corners[b] for a, b in _EDGES)])

    @cached_property
    def log_base(self) -> Tensor:
        pairs = self._pairs.sum(dim=(0, 1))  # (y, y')
        return self._by_label(pairs[None, None] * self.shares[1][:, None, None]).log().squeeze(0)

    @cached_property
    def argmax_shares(self) -> Tensor:
        return torch.nn.functional.one_hot(self.labels.argmax(dim=1), CLASSES).double()

    @property
    def class_shares(self) -> Tensor:
        return self.labels

    def quadrature(self, count: int) -> tuple[Tensor, Tensor]:
        positions, _ = self.gaussians.quadrature(count)
        joint, shift = self._joint(positions)
        return positions, (joint.sum(dim=1).log() + shift).softmax(dim=0)

    def log_density(self, positions: Tensor) -> Tensor:
        joint, _ = self._joint(positions)
        return (joint / joint.sum(dim=1, keepdim=True)).log()

    def log_sum(self, log_measure: Tensor) -> LogSum:
        return lambda logits: (logits.double() @ self.labels.T + log_measure).logsumexp(dim=-1)

    def sample(self, uniform: Tensor) -> tuple[Tensor, Tensor]:
        (x, y), (other_x, other_y) = self.gaussians.sample(uniform[:4]), self.gaussians.sample(uniform[4:8])
        values, probs = self.shares
        node = torch.searchsorted(probs.cumsum(dim=0)[:-1], uniform[8].contiguous(), right=True)
        share = values[node][..., None]
        return share * x + (1 - share) * other_x, self._place[y, other_y, node]

    @cached_property
    def _pairs(self) -> Tensor:
        """Probability of two items' Gaussians and labels, (z, z', y, y')."""
        one = self.gaussians.frequencies[:, None] * self.gaussians.named
        return one[:, None, :, None] * one[None, :, None, :]

    @cached_property
    def _place(self) -> Tensor:
        """Index of the label of classes y, y' mixed by node r, (K, K, R)."""
        place = torch.arange(CLASSES)[:, None, None].repeat(1, CLASSES, NODES)
        for edge, (a, b) in enumerate(_EDGES):
            place[a, b] = CLASSES + edge * NODES + torch.arange(NODES)
            place[b, a] = place[a, b].flip(0)  # b's share is one minus a's
        return place

    def _joint(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """p(x, w) as (X, G) times the exponential of (X,): far from the means it would vanish."""
        share, probs = (each[:, None, None] for each in self.shares)
        means = self.gaussians.means
        middles = share[..., None] * means[:, None] + (1 - share[..., None]) * means  # (R, z, z', 2)
        variance = share**2 + (1 - share) ** 2
        away = squared_distances(positions, middles.flatten(0, 2)).view(-1, *middles.shape[:-1])
        log_x = -0.5 * away / variance - variance.log()  # (X, R, z, z')
        shift = log_x.amax(dim=(1, 2, 3), keepdim=True)
        mixed = torch.einsum("xrab,abcd->xrcd", (log_x - shift).exp() * probs, self._pairs)
        return self._by_label(mixed), shift.flatten()

    def _by_label(self, mixed: Tensor) -> Tensor:
        """Sums over what makes the same label: (X, R, K, K) -> (X, G)."""
        found = mixed.new_zeros(len(mixed), len(self.labels))
        return found.index_add_(1, self._place.flatten(), mixed.permute(0, 2, 3, 1).flatten(1))


def beta_rule(strength: float, count: int) -> tuple[Tensor, Tensor]:
    """Gauss nodes (R,) in [0, 1] and weights (R,) of Beta(strength, strength), by Golub and Welsch.

    >>> beta_rule(1.0, 2)[0].tolist()  # Legendre: 1/2 -+ sqrt(1/12)
    [0.2113..., 0.7886...]
    """
    n = torch.arange(1, count, dtype=torch.float64)
    squares = n * (n + 2 * strength - 2) / ((2 * n + 2 * strength - 1) * (2 * n + 2 * strength - 3))
    squares[0] = 1 / (2 * strength + 1)  # the same, where strength 1/2 would give 0 / 0
    values, vectors = torch.linalg.eigh(torch.diag(squares.sqrt(), 1) + torch.diag(squares.sqrt(), -1))
    return (1 + values) / 2, vectors[0].square()
