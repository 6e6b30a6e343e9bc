"""The samples, their batches and their views, drawn on the CPU from one generator a seed."""

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from toy_models.two_views.spec import TwoViewsSpec

INPUTS = 16
"""Dimensions of the samples that a network sees."""


class Sampler:
    """Samples (S, M, E) of all seeds, fixed from the start, and what is drawn of them."""

    def __init__(self, spec: TwoViewsSpec, generators: list[Generator], device: torch.device) -> None:
        self.spec, self.generators, self.device = spec, generators, device
        self.width = spec.dimensions if spec.encoder == "points" else INPUTS
        self.samples = torch.stack([self._samples(generator) for generator in generators]).to(device)

    def batch(self) -> tuple[Tensor, Tensor]:
        """A batch of each seed: sample indices (S, B) without repetition, noise (S, 2B, E) for their two views."""
        size = self.spec.batch_size
        rows = [torch.randperm(self.spec.samples, generator=each)[:size] for each in self.generators]
        return torch.stack(rows).to(self.device), self.noise(size)

    def noise(self, size: int) -> Tensor:
        """What is added to two views of `size` samples, (S, 2 size, E): first all first views, then all second."""
        drawn = [torch.randn(2 * size, self.width, generator=each) for each in self.generators]
        return self.spec.noise / self.width**0.5 * torch.stack(drawn).to(self.device)

    def _samples(self, generator: Generator) -> Tensor:
        """(M, E) unit rows, sample i in cluster i modulo their number."""
        centres = normalize(torch.randn(self.spec.clusters, self.width, generator=generator), dim=1)
        own = centres[torch.arange(self.spec.samples) % self.spec.clusters]
        around = torch.randn(self.spec.samples, self.width, generator=generator) / self.width**0.5
        return normalize(own + self.spec.spread * around, dim=1)


def views(samples: Tensor, noise: Tensor) -> Tensor:
    """Unit samples (..., B, E) and noise (..., 2B, E) -> two views of each (..., 2B, E), unit rows."""
    return normalize(torch.cat([samples, samples], dim=-2) + noise, dim=-1)
