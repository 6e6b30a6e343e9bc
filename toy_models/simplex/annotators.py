"""People who disagree: w = counts / m, the answers of m annotators who each name class c with probability p(c|x).

With b the multinomial coefficient, p(w|x) = b(w) exp(w . f) / Z at f = m log p(c|x): the density is of the family.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from toy_models.simplex.plane import Gaussians, OnThePlane, category
from toy_models.simplex.process import CLASSES, LogSum
from toy_models.simplex.triangle import TriangleSum, argmax_shares, triangle

_MOST_FOR_COARSE = 10


@dataclass(frozen=True, eq=False)
class Annotators(OnThePlane):
    """`people` annotators, G = (people + 1) (people + 2) / 2 labels; b is multinomial with equal probabilities."""

    gaussians: Gaussians
    people: int = 5

    @property
    def coarse(self) -> int:
        """None where many annotators make p(w|x) too sharp in x for it."""
        return 11 if self.people <= _MOST_FOR_COARSE else 0

    @property
    def uniforms(self) -> int:
        return 4 + self.people

    @cached_property
    def counts(self) -> Tensor:
        """How many named each class, (G, K)."""
        return triangle(self.people)

    @cached_property
    def labels(self) -> Tensor:
        return self.counts.double() / self.people

    @cached_property
    def log_base(self) -> Tensor:
        ways = math.lgamma(self.people + 1) - torch.lgamma(self.counts.double() + 1).sum(dim=1)
        return ways - self.people * math.log(CLASSES)

    @cached_property
    def argmax_shares(self) -> Tensor:
        return argmax_shares(self.counts)

    @property
    def class_shares(self) -> Tensor:
        return self.labels

    def log_density(self, positions: Tensor) -> Tensor:
        answers = self.people * self.gaussians.log_posterior(positions)
        return (self.log_base + answers @ self.labels.T).log_softmax(dim=-1)

    def log_sum(self, log_measure: Tensor) -> LogSum:
        return TriangleSum(self.counts, 0.0, log_measure)

    def sample(self, uniform: Tensor) -> tuple[Tensor, Tensor]:
        x, _ = self.gaussians.sample(uniform[:4])
        probs = self.gaussians.log_posterior(x.flatten(0, -2)).exp().view(*x.shape[:-1], CLASSES)
        answers = category(probs, uniform[4:])  # (people, ...)
        return x, self._place[(answers == 0).sum(dim=0), (answers == 1).sum(dim=0)]

    @cached_property
    def _place(self) -> Tensor:
        """Index of the label with n_1 and n_2 answers, (people + 1, people + 1)."""
        place = torch.zeros(self.people + 1, self.people + 1, dtype=torch.long)
        place[self.counts[:, 0], self.counts[:, 1]] = torch.arange(len(self.counts))
        return place
