"""The world: x uniform, p(w|x) proportional to b(w) exp(w . h(x)) on a triangular grid of the simplex.

b is a Dirichlet density and h_k(x) = sharpness cos(pi x - 2 pi k / 3). Labels and positions are finite grids, so every
quantity here is an exact sum in float64. The world is our construction; the statement that it measures, that
cross-entropy assumes categorical labels, is Hugger & Uhlmann's (arXiv 2404.14076).
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

CLASSES = 3
POSITIONS = 60


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """G labels on the simplex and X positions in [-1, 1], all float64.

    steps (G, K) whole coordinates on the grid; labels (G, K) the same points on the simplex, no coordinate 0;
    log_base (G,) log b(w), normalised over the grid; positions (X,); sharpness of the tilt.
    """

    steps: Tensor
    labels: Tensor
    log_base: Tensor
    positions: Tensor
    sharpness: float

    @property
    def argmax_shares(self) -> Tensor:
        """One-hot argmax of each label, ties shared evenly: (G, K)."""
        largest = (self.steps == self.steps.amax(dim=1, keepdim=True)).double()
        return largest / largest.sum(dim=1, keepdim=True)

    def tilt(self, positions: Tensor) -> Tensor:
        """h(x): positions (X,) -> (X, K), the logits of a perfect model up to a constant."""
        phases = 2 * math.pi / CLASSES * torch.arange(CLASSES, dtype=torch.float64)
        return self.sharpness * torch.cos(math.pi * positions.double()[:, None] - phases)

    def log_density_of(self, logits: Tensor) -> Tensor:
        """log of the density that logits (..., K) imply, b(w) exp(w . f) normalised over the grid: (..., G)."""
        return (self.log_base + logits.double() @ self.labels.T).log_softmax(dim=-1)

    @property
    def log_density(self) -> Tensor:
        """log p(w|x) at the positions, (X, G)."""
        return self.log_density_of(self.tilt(self.positions))

    @property
    def log_marginal(self) -> Tensor:
        """log p(w), (G,): the mean of p(w|x) over the positions."""
        return self.log_density.logsumexp(dim=0) - math.log(len(self.positions))

    @property
    def mean_labels(self) -> Tensor:
        """E[w|x], (X, K)."""
        return self.log_density.exp() @ self.labels

    @property
    def argmax_probs(self) -> Tensor:
        """p(argmax w = k | x), (X, K): what a hard label keeps of the soft one."""
        return self.log_density.exp() @ self.argmax_shares

    @property
    def mutual_information(self) -> float:
        """I(X; W) in nats: the mean over x of KL(p(w|x) || p(w))."""
        log_density = self.log_density
        return float((log_density.exp() * (log_density - self.log_marginal)).sum(dim=1).mean())


def build(side: int = 60, concentration: float = 1.5, sharpness: float = 6.0) -> World:
    """The world on a grid of `side` steps along an edge: G = (side + 1) (side + 2) / 2 labels.

    The grid is drawn in by half a step: no label has a coordinate of 0, where the density's log is not finite.
    """
    first, second = torch.meshgrid(torch.arange(side + 1), torch.arange(side + 1), indexing="ij")
    steps = torch.stack([first, second, side - first - second], dim=-1)[first + second <= side]  # (G, K)
    labels = (steps.double() + 0.5) / (side + 0.5 * CLASSES)
    log_base = ((concentration - 1) * labels.log().sum(dim=1)).log_softmax(dim=0)
    positions = (2 * torch.arange(POSITIONS, dtype=torch.float64) + 1) / POSITIONS - 1
    return World(steps, labels, log_base, positions, sharpness)
