"""Batches of the world, drawn from generators on the CPU."""

from typing import NamedTuple

import torch
from torch import Generator, Tensor

from toy_models.simplex.plane import category
from toy_models.simplex.world import SimplexWorld


class SimplexBatch(NamedTuple):
    """One batch for each of S seeds, the same for every loss.

    inputs (S, R, D) are the positions at which the networks are evaluated and row (S, N) the place of each sample's
    among them: all N of them, or where x takes fewer values than that, these. targets (S, N, K) soft labels w, of place
    `point` (S, N) among the world's; argmax_labels and sampled_labels (S, N) integers, the latter from Categorical(w).
    """

    inputs: Tensor
    row: Tensor
    targets: Tensor
    point: Tensor
    argmax_labels: Tensor
    sampled_labels: Tensor


class Sampler:
    """Draws batches; each seed has its own generator, so its data depend on nobody else.

    Random numbers are made on the CPU in float64 and only the labels travel: all devices see the same data.
    """

    def __init__(self, world: SimplexWorld, device: torch.device) -> None:
        self.process, self.device = world.process, device

    def draw(self, generators: list[Generator], size: int) -> SimplexBatch:
        """A batch of `size` (x, w) for each generator."""
        return self.draw_many(generators, size, 1)[0]

    def draw_many(self, generators: list[Generator], size: int, batches: int) -> list[SimplexBatch]:
        """What as many calls of `draw` would give, at a fraction of the time."""
        shape = (batches, self.process.uniforms + 2, size)
        draws = [torch.rand(shape, generator=generator, dtype=torch.float64) for generator in generators]
        uniform = torch.stack(draws, dim=2).transpose(0, 1)  # (U + 2, batches, S, N)
        x, point = self.process.sample(uniform[:-2])
        inputs, row = self._rows(x, size)
        targets = self.process.labels[point]  # (batches, S, N, K)
        argmax_labels = category(self.process.argmax_shares[point], uniform[-2])
        sampled_labels = category(targets, uniform[-1])
        parts = (inputs.float(), row, targets.float(), point, argmax_labels, sampled_labels)
        return [SimplexBatch(*each) for each in zip(*(part.to(self.device) for part in parts), strict=True)]

    def _rows(self, x: Tensor, size: int) -> tuple[Tensor, Tensor]:
        support = self.process.support
        if support is not None and len(support) <= size:
            return support.expand(*x.shape[:-1], -1, -1), x
        positions = x if support is None else support[x]
        return positions, torch.arange(size).expand(positions.shape[:-1])
