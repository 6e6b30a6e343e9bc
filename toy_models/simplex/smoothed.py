"""One label a class: w = (1 - epsilon) e_c + epsilon / K with c ~ p(c|x). Hard labels are those of epsilon 0."""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from toy_models.simplex.plane import Gaussians, OnThePlane
from toy_models.simplex.process import CLASSES, LogSum


@dataclass(frozen=True, eq=False)
class Smoothed(OnThePlane):
    """G = K labels, as many as classes; b is uniform over them."""

    gaussians: Gaussians
    epsilon: float = 0.0
    uniforms = 4

    @cached_property
    def labels(self) -> Tensor:
        return (1 - self.epsilon) * self.class_shares + self.epsilon / CLASSES

    @property
    def log_base(self) -> Tensor:
        return torch.full((CLASSES,), -math.log(CLASSES), dtype=torch.float64)

    @property
    def argmax_shares(self) -> Tensor:
        return self.class_shares

    @property
    def class_shares(self) -> Tensor:
        return torch.eye(CLASSES, dtype=torch.float64)

    def log_density(self, positions: Tensor) -> Tensor:
        return self.gaussians.log_posterior(positions)

    def log_sum(self, log_measure: Tensor) -> LogSum:
        return lambda logits: (logits.double() @ self.labels.T + log_measure).logsumexp(dim=-1)

    def sample(self, uniform: Tensor) -> tuple[Tensor, Tensor]:
        return self.gaussians.sample(uniform)
