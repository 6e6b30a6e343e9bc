"""Batches of the world, drawn by inverse CDF on the grid from generators on the CPU."""

from typing import NamedTuple

import torch
from torch import Generator, Tensor

from toy_models.simplex.world import World


class Batch(NamedTuple):
    """One batch for each of S seeds, the same for every loss; a tuple, so that `torch.func.vmap` maps over it.

    inputs (S, N, 1) positions x; targets (S, N, K) soft labels w; argmax_labels and sampled_labels (S, N) integers,
    the latter from Categorical(w); log_ratios (S, N) = log p(w) - log b(w), the correction for the exact noise.
    """

    inputs: Tensor
    targets: Tensor
    argmax_labels: Tensor
    sampled_labels: Tensor
    log_ratios: Tensor


class Sampler:
    """Draws batches; each seed has its own generator, so its data depend on nobody else.

    Random numbers are made on the CPU in float64 and only the labels travel: all devices see the same data.
    """

    def __init__(self, world: World, device: torch.device) -> None:
        self.world, self.device = world, device
        cdf = world.log_density.exp().cumsum(dim=1)
        rows = torch.arange(len(cdf), dtype=torch.float64)[:, None]
        # Row r moved up by r makes one ascending sequence: a single binary search serves every x.
        self.cdf = (cdf / cdf[:, -1:] + rows).flatten()  # (X G,)
        self.log_ratios = world.log_marginal - world.log_base  # (G,)

    def draw(self, generators: list[Generator], size: int) -> Batch:
        """A batch of `size` (x, w) for each generator."""
        draws = [torch.rand(4, size, generator=generator, dtype=torch.float64) for generator in generators]
        for_x, for_w, for_argmax, for_label = torch.stack(draws, dim=1)  # (S, N) each
        row = (for_x * len(self.world.positions)).long()
        point = self._point(row, for_w)
        targets = self.world.labels[point]  # (S, N, K)
        batch = Batch(
            inputs=self.world.positions[row].float()[..., None],
            targets=targets.float(),
            argmax_labels=_category(self.world.argmax_shares[point], for_argmax),
            sampled_labels=_category(targets, for_label),
            log_ratios=self.log_ratios[point].float(),
        )
        return Batch(*(tensor.to(self.device) for tensor in batch))

    def _point(self, row: Tensor, uniform: Tensor) -> Tensor:
        """Index of the label drawn from p(w|x) at each position index `row`."""
        labels = len(self.world.labels)
        found = torch.searchsorted(self.cdf, row + uniform, right=True) - row * labels
        return found.clamp_(0, labels - 1)  # row + uniform may round up to the next row


def _category(probs: Tensor, uniform: Tensor) -> Tensor:
    """Inverse CDF over the last dimension: probs (..., K), uniform (...) -> integers (...)."""
    return (uniform[..., None] >= probs.cumsum(dim=-1)[..., :-1]).sum(dim=-1)
