"""Train every loss and seed of a spec as one vectorised program and yield what can be seen of it."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from losses.errors import LabError
from toy_models.device import resolve
from toy_models.network import StackedMLP
from toy_models.simplex.measure import PROBES, Meter
from toy_models.simplex.objectives import OBJECTIVES
from toy_models.simplex.sampling import Batch, Sampler
from toy_models.simplex.spec import LOSSES, SimplexSpec
from toy_models.simplex.world import CLASSES, build
from toy_models.threads import one_thread

WEIGHT_DECAY = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The networks after `step` updates and `seconds` of training alone; L losses in the spec's order, S seeds.

    kl_density (L, S) KL(p(w|x) || implied density), kl_mean (L, S) KL(E[w|x] || softmax f), both means over x;
    information_bound (L, S) lower bound of I(X; W) for an unlimited batch: all three exact on the grid, in nats.
    loss (L, S) mean training loss of the steps since the frame before, in nats; gradient_norm (L, S) of this step.
    logits (L, S, Q, K) float32 at the `probes` of `measure`.
    """

    step: int
    seconds: float
    kl_density: np.ndarray
    kl_mean: np.ndarray
    loss: np.ndarray
    information_bound: np.ndarray
    gradient_norm: np.ndarray
    logits: np.ndarray


def simulate(spec: SimplexSpec, device: str = "cpu", on_step: Callable[[int], None] | None = None) -> Iterator[Frame]:
    """Frames of a run, one after each step in `spec.frames`.

    A seed's networks begin with the same weights and see the same batches under every loss, so that curves differ by
    the loss alone. Same spec and device, same numbers. `on_step(step)` is called before each update: a live run counts,
    waits or raises there. LabError where a loss leaves the finite numbers; the frames before it stand.
    """
    with one_thread():
        yield from _frames(spec, _Program(spec, resolve(device)), on_step)


def _frames(spec: SimplexSpec, program: "_Program", on_step: Callable[[int], None] | None) -> Iterator[Frame]:
    total, since, seconds = torch.zeros(program.shape, dtype=torch.float64), 0, 0.0
    recorded = set(spec.frames)
    for step in range(spec.steps + 1):
        if on_step is not None:
            on_step(step)
        began = time.perf_counter()
        if step:
            program.update(step - 1)
        losses = program.gradients()
        seconds += time.perf_counter() - began
        _check_finite(spec, losses, step)
        total, since = total + losses, since + 1
        if step in recorded:
            yield program.frame(step, seconds, total / since)
            total, since = torch.zeros_like(total), 0


class _Program:
    """All networks of a run, as the rows of one parameter tensor (L S, P), with their data and optimiser."""

    def __init__(self, spec: SimplexSpec, device: torch.device) -> None:
        world = build(spec.side, spec.concentration, spec.sharpness)
        self.spec, self.shape = spec, (len(spec.losses), spec.seeds)
        self.generators = [Generator().manual_seed(spec.seed + s) for s in range(spec.seeds)]
        self.network = StackedMLP((1, spec.hidden, spec.hidden, CLASSES))
        start = torch.stack([self.network.initial(generator) for generator in self.generators])  # (S, P)
        self.parameters = start.repeat(len(spec.losses), 1).to(device).requires_grad_()
        self.optimiser = torch.optim.AdamW([self.parameters], lr=spec.learning_rate, weight_decay=WEIGHT_DECAY)
        self.objectives = [OBJECTIVES[name] for name in spec.losses]
        self.priors = [objective.population(world).prior.float().to(device) for objective in self.objectives]
        self.sampler, self.meter = Sampler(world, device), Meter(world, self.objectives)
        self.looked_at = torch.cat([world.positions, torch.tensor(PROBES)]).float().to(device)[:, None]  # (X + Q, 1)

    def gradients(self) -> Tensor:
        """Draw a batch and leave every network's gradient behind; returns the losses (L, S) float64 on the CPU."""
        batch = self.sampler.draw(self.generators, self.spec.batch_size)
        logits = self._logits(batch.inputs)
        losses = torch.func.vmap(self._of_one_seed, in_dims=(1, 0), out_dims=1)(logits, batch)
        # The networks share no parameter: the gradient of the sum is each network's own.
        (self.parameters.grad,) = torch.autograd.grad(losses.sum(), self.parameters)
        return losses.detach().cpu().double()

    def _of_one_seed(self, logits: Tensor, batch: Batch) -> Tensor:
        """Logits (L, N, K) and one seed's batch -> losses (L,)."""
        rows = zip(self.objectives, logits, self.priors, strict=True)
        return torch.stack([objective.loss(f, batch, prior) for objective, f, prior in rows])

    def update(self, step: int) -> None:
        """One step of AdamW; elementwise, so stacking changes nothing."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.spec.learning_rate * 0.5 * (1 + math.cos(math.pi * step / self.spec.steps))
        self.optimiser.step()

    @torch.no_grad()
    def frame(self, step: int, seconds: float, loss: Tensor) -> Frame:
        """What the networks are now."""
        logits = self._logits(self.looked_at.expand(self.spec.seeds, -1, -1)).cpu()
        at_positions, at_probes = logits.split([logits.shape[2] - len(PROBES), len(PROBES)], dim=2)
        reading = self.meter.read(at_positions)
        assert self.parameters.grad is not None
        return Frame(
            step=step,
            seconds=seconds,
            kl_density=reading.kl_density,
            kl_mean=reading.kl_mean,
            loss=loss.numpy(),
            information_bound=reading.information_bound,
            gradient_norm=self.parameters.grad.norm(dim=-1).unflatten(0, self.shape).cpu().double().numpy(),
            logits=at_probes.numpy().copy(),
        )

    def _logits(self, inputs: Tensor) -> Tensor:
        """Inputs (S, N, 1), the same for every loss -> logits (L, S, N, K)."""
        return self.network(self.parameters, inputs.repeat(self.shape[0], 1, 1)).unflatten(0, self.shape)


def _check_finite(spec: SimplexSpec, losses: Tensor, step: int) -> None:
    if losses.isfinite().all():
        return
    row, seed = (int(index) for index in (~losses.isfinite()).nonzero()[0])
    name = f"{LOSSES[spec.losses[row]]}, seed {spec.seed + seed}:"
    found = f"{losses[row, seed].item()} at step {step}"
    raise LabError(f"{name} the loss", "must stay finite", found, "Lower the learning rate.")
