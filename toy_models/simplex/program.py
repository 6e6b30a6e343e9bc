"""All networks of a run, as the rows of one parameter tensor, with their data and optimiser.

Nothing here differentiates by tape: the derivatives of the losses in the logits are closed forms shared by all of them,
and those of the network are three products a layer.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from toy_models.network import StackedMLP
from toy_models.simplex.contrast import Contrast
from toy_models.simplex.measure import Meter
from toy_models.simplex.objectives import OBJECTIVES
from toy_models.simplex.process import CLASSES
from toy_models.simplex.processes import world_of
from toy_models.simplex.sampling import Sampler, SimplexBatch
from toy_models.simplex.spec import SimplexSpec

WEIGHT_DECAY = 1e-4
AHEAD = 16
"""Batches drawn at once: a step's share of the work is a sixteenth, and nobody waits long for the first."""


class WorldLogits(NamedTuple):
    """Logits (L, S, X, K) at the positions of the world and (L, S, Q, K) at its probes, on the CPU."""

    at_positions: Tensor
    at_probes: Tensor


class Program:
    """L losses x S seeds of a spec on one device."""

    def __init__(self, spec: SimplexSpec, device: torch.device) -> None:
        world, objectives = world_of(spec), [OBJECTIVES[name] for name in spec.losses]
        self.spec, self.shape, self.process = spec, (len(objectives), spec.seeds), world.process
        self.network = StackedMLP(widths(spec), world.process.input_gain)
        generators = [Generator().manual_seed(spec.seed + s) for s in range(spec.seeds)]
        start = torch.stack([self.network.initial(generator) for generator in generators])  # (S, P)
        self.parameters = start.repeat(len(objectives), 1).to(device)
        self.parameters.grad = torch.zeros_like(self.parameters)
        fused = device.type in ("cpu", "cuda")  # as torch's plain AdamW, in one pass
        self.optimiser = torch.optim.AdamW(
            [self.parameters], lr=spec.learning_rate, weight_decay=WEIGHT_DECAY, fused=fused
        )
        self.contrast, self.meter = Contrast(objectives, world, device), Meter(world, objectives)
        self.batches = _batches(Sampler(world, device), generators, spec)
        looked_at = world.positions if self._one_grid else torch.cat([world.positions, world.process.probes])
        self.looked_at = looked_at.float().to(device)

    @torch.no_grad()
    def gradients(self) -> Tensor:
        """Take the next batch and leave every network's gradient behind; returns the losses (L, S) on the device."""
        batch = next(self.batches)
        values = self.network.activations(self.parameters, self._for_all(batch.inputs))
        losses, slopes = self.contrast(values[-1].unflatten(0, self.shape), batch)
        self.parameters.grad = self.network.gradient(self.parameters, values, slopes.flatten(0, 1))
        return losses

    def update(self, step: int) -> None:
        """One step of AdamW; elementwise, so stacking changes nothing."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.spec.learning_rate * 0.5 * (1 + math.cos(math.pi * step / self.spec.steps))
        self.optimiser.step()

    @torch.no_grad()
    def look(self) -> tuple[WorldLogits, Tensor]:
        """What the networks are now, and the norms (L, S) of their gradients."""
        inputs = self._for_all(self.looked_at.expand(self.spec.seeds, -1, -1))
        logits = self.network(self.parameters, inputs).unflatten(0, self.shape).cpu()
        assert self.parameters.grad is not None
        norms = self.parameters.grad.norm(dim=-1).unflatten(0, self.shape).cpu()
        if self._one_grid:
            return WorldLogits(logits, logits), norms
        probes = len(self.process.probes)
        return WorldLogits(*logits.split([logits.shape[2] - probes, probes], dim=2)), norms

    @property
    def _one_grid(self) -> bool:
        """On the plane, the probes are the positions."""
        return self.process.support is None

    def _for_all(self, inputs: Tensor) -> Tensor:
        """Inputs (S, R, D) of each seed -> (L S, R, D), the same for every loss."""
        return inputs.expand(self.shape[0], *inputs.shape).flatten(0, 1)


def widths(spec: SimplexSpec) -> tuple[int, ...]:
    """Layers of a spec's network: x, two hidden ones, logits."""
    return (world_of(spec).positions.shape[1], spec.hidden, spec.hidden, CLASSES)


def _batches(sampler: Sampler, generators: list[Generator], spec: SimplexSpec) -> Iterator[SimplexBatch]:
    """The batches of all steps, the first of which is step 0's."""
    for first in range(0, spec.steps + 1, AHEAD):
        yield from sampler.draw_many(generators, spec.batch_size, min(AHEAD, spec.steps + 1 - first))
