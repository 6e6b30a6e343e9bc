"""A label process with a rule for averages over x: every quantity of world 1 as a sum in float64.

The world is our construction; the statement that it measures, that cross-entropy assumes categorical labels, is
Hugger & Uhlmann's (arXiv 2404.14076).
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from toy_models.simplex.process import Process

_RARE = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class SimplexWorld:
    """G labels on the simplex and X positions in R^D with weights (X,) that sum to 1."""

    process: Process
    positions: Tensor
    weights: Tensor

    @classmethod
    def of(cls, process: Process) -> "SimplexWorld":
        """The process with its fine rule."""
        return cls(process, *process.quadrature(process.fine))

    def thinned(self) -> "SimplexWorld":
        """The process with its coarse rule and no position that hardly occurs: averages change by less than 2e-3."""
        positions, weights = self.process.quadrature(self.process.coarse)
        common = weights > _RARE
        return replace(self, positions=positions[common], weights=weights[common] / weights[common].sum())

    @property
    def labels(self) -> Tensor:
        """(G, K)."""
        return self.process.labels

    @property
    def log_base(self) -> Tensor:
        """(G,)."""
        return self.process.log_base

    def mean(self, values: Tensor) -> Tensor:
        """Average over x: values (X, ...) -> (...)."""
        return torch.tensordot(self.weights, values, dims=1)

    def log_density_of(self, logits: Tensor) -> Tensor:
        """log of the density that logits (..., K) imply, b(w) exp(w . f) normalised over the labels: (..., G)."""
        return (self.log_base + logits.double() @ self.labels.T).log_softmax(dim=-1)

    @property
    def log_density(self) -> Tensor:
        """log p(w|x) at the positions, (X, G)."""
        return self.process.log_density(self.positions)

    @property
    def log_marginal(self) -> Tensor:
        """log p(w), (G,): the average of p(w|x) over x."""
        return (self.log_density + self.weights.log()[:, None]).logsumexp(dim=0)

    @property
    def mean_labels(self) -> Tensor:
        """E[w|x], (X, K)."""
        return self.log_density.exp() @ self.labels

    @property
    def argmax_probs(self) -> Tensor:
        """p(argmax w = k | x), (X, K): what a hard label keeps of the soft one."""
        return self.log_density.exp() @ self.process.argmax_shares

    @property
    def mutual_information(self) -> float:
        """I(X; W) in nats: the average over x of KL(p(w|x) || p(w))."""
        return float(self.mean(self.divergence_from(self.log_marginal)))

    def divergence_from(self, log_measure: Tensor) -> Tensor:
        """KL(p(w|x) || measure) at the positions, log_measure (G,) -> (X,) nats."""
        log_density = self.log_density
        terms = log_density.exp() * (log_density - log_measure)
        return terms.nan_to_num(nan=0.0).sum(dim=1)  # 0 log 0 where a label cannot be
