"""Train every loss and seed of a spec as one vectorised program and yield what can be seen of it."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from losses.pairs import other_view
from toy_models.device import resolve
from toy_models.finite import check_finite
from toy_models.network import StackedMLP
from toy_models.steps import each_step
from toy_models.threads import one_thread
from toy_models.traces import names_of
from toy_models.two_views.objectives import evidence, losses_of_anchors
from toy_models.two_views.sampling import INPUTS, Sampler, views
from toy_models.two_views.spec import LOSSES, TwoViewsSpec


@dataclass(frozen=True, slots=True, eq=False)
class Metrics:
    """What is recorded of training and of where the views lie, as in `Frame`."""

    loss: np.ndarray
    gradient_norm: np.ndarray
    retrieval: np.ndarray
    view_cosine: np.ndarray
    hardest_cosine: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Recorded(Metrics):
    """With what WEINCE finds, as in `Frame`."""

    lam: np.ndarray
    delta_aic: np.ndarray
    rho: np.ndarray


METRICS = names_of(Metrics)
EVIDENCE = names_of(Recorded)[len(METRICS) :]


@dataclass(frozen=True, slots=True, eq=False)
class Frame(Recorded):
    """The embeddings after `step` updates and `seconds` of training alone; L losses in the spec's order, S seeds.

    loss (L, S) mean training loss since the frame before, in nats; gradient_norm (L, S) of this step. On two fixed
    views of each sample: retrieval (L, S), the share whose nearest other view is their own; view_cosine (L, S), mean
    cosine of the two views; hardest_cosine (L, S), mean cosine of the hardest negative. On the first B of them, a batch
    as in training, lam, delta_aic, rho (L, S, 2B) float32: what WEINCE finds there, whichever loss is trained.
    """

    step: int
    seconds: float


def simulate(spec: TwoViewsSpec, device: str = "cpu", on_step: Callable[[int], None] | None = None) -> Iterator[Frame]:
    """Frames of a run, one after each step in `spec.frames`.

    A seed's embeddings begin the same and see the same views under every loss, so that curves differ by the loss
    alone. Same spec and device, same numbers. `on_step(step)` is called before each update: a live run counts, waits or
    raises there. LabError where a loss leaves the finite numbers; the frames before it stand.
    """
    with one_thread():
        yield from _frames(spec, _Program(spec, resolve(device)), on_step)


def _frames(spec: TwoViewsSpec, program: "_Program", on_step: Callable[[int], None] | None) -> Iterator[Frame]:
    total, since, seconds = torch.zeros(program.shape, dtype=torch.float64), 0, 0.0
    recorded = set(spec.frames)
    for step in each_step(range(spec.steps + 1), on_step):
        began = time.perf_counter()
        if step:
            program.update(step - 1)
        losses = program.gradients()
        seconds += time.perf_counter() - began
        check_finite(losses, [LOSSES[name] for name in spec.losses], spec.seed, step)
        total, since = total + losses, since + 1
        if step in recorded:
            yield program.frame(step, seconds, total / since)
            total, since = torch.zeros_like(total), 0


class _Program:
    """All embeddings of a run, as the rows of one parameter tensor (L S, P), with their samples and optimiser."""

    def __init__(self, spec: TwoViewsSpec, device: torch.device) -> None:
        self.spec, self.shape = spec, (len(spec.losses), spec.seeds)
        generators = [Generator().manual_seed(spec.seed + s) for s in range(spec.seeds)]
        self.sampler = Sampler(spec, generators, device)
        self.network = StackedMLP((INPUTS, spec.hidden, spec.hidden, spec.dimensions))
        if spec.encoder == "points":
            start = self.sampler.samples.flatten(1).cpu()  # (S, M D)
        else:
            start = torch.stack([self.network.initial(generator) for generator in generators])  # (S, P)
        self.looked_at = self.sampler.noise(spec.samples)
        self.parameters = start.repeat(len(spec.losses), 1).to(device).requires_grad_()
        self.optimiser = torch.optim.Adam([self.parameters], lr=spec.learning_rate)

    def gradients(self) -> Tensor:
        """Draw a batch and leave every run's gradient behind; returns the losses (L, S) float64 on the CPU."""
        embedded = self._embed(*self.sampler.batch())
        cosines = embedded @ embedded.mT  # (L, S, 2B, 2B)
        pairs = zip(self.spec.losses, cosines, strict=True)
        losses = torch.stack([losses_of_anchors(name, s, self.spec).mean(dim=-1) for name, s in pairs])
        # The runs share no parameter: the gradient of the sum is each run's own.
        (self.parameters.grad,) = torch.autograd.grad(losses.sum(), self.parameters)
        return losses.detach().cpu().double()

    def update(self, step: int) -> None:
        """One step of Adam; elementwise, so stacking changes nothing."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.spec.learning_rate * 0.5 * (1 + math.cos(math.pi * step / self.spec.steps))
        self.optimiser.step()

    @torch.no_grad()
    def frame(self, step: int, seconds: float, loss: Tensor) -> Frame:
        """What the embeddings are now."""
        everyone = torch.arange(self.spec.samples, device=self.looked_at.device).expand(self.spec.seeds, -1)
        first, second = self._embed(everyone, self.looked_at).chunk(2, dim=-2)  # (L, S, M, D) each
        size = self.spec.batch_size
        batch = torch.cat([first[..., :size, :], second[..., :size, :]], dim=-2)
        found = evidence(batch @ batch.mT, self.spec)
        assert self.parameters.grad is not None
        return Frame(
            step=step,
            seconds=seconds,
            loss=loss.numpy(),
            gradient_norm=_numbers(self.parameters.grad.norm(dim=-1).unflatten(0, self.shape)),
            **_neighbours(torch.cat([first, second], dim=-2)),
            **{name: getattr(found, name).float().cpu().numpy() for name in EVIDENCE},
        )

    def _embed(self, chosen: Tensor, noise: Tensor) -> Tensor:
        """Sample indices (S, N) and noise (S, 2N, E), the same for every loss -> unit embeddings (L, S, 2N, D)."""
        if self.spec.encoder == "points":
            points = self.parameters.unflatten(1, (self.spec.samples, self.spec.dimensions)).unflatten(0, self.shape)
            rows = chosen[None, :, :, None].expand(self.shape[0], -1, -1, self.spec.dimensions)
            return views(normalize(points, dim=-1).gather(2, rows), noise.expand(self.shape[0], -1, -1, -1))
        samples = self.sampler.samples.gather(1, chosen[..., None].expand(-1, -1, INPUTS))
        inputs = views(samples, noise).repeat(self.shape[0], 1, 1)  # (L S, 2N, INPUTS)
        return normalize(self.network(self.parameters, inputs), dim=-1).unflatten(0, self.shape)


def _neighbours(z: Tensor) -> dict[str, np.ndarray]:
    """Stacked views (L, S, 2M, D) -> retrieval, view_cosine and hardest_cosine, each (L, S)."""
    count = z.shape[-2]
    anchors = torch.arange(count, device=z.device)
    own = other_view(anchors, count)
    cosines = z @ z.mT
    views_apart = cosines[..., anchors, own]
    cosines[..., anchors, anchors] = -torch.inf
    found = cosines.argmax(dim=-1) == own
    cosines[..., anchors, own] = -torch.inf
    return {
        "retrieval": _numbers(found.double().mean(dim=-1) if z.device.type != "mps" else found.float().mean(dim=-1)),
        "view_cosine": _numbers(views_apart.mean(dim=-1)),
        "hardest_cosine": _numbers(cosines.amax(dim=-1).mean(dim=-1)),
    }


def _numbers(values: Tensor) -> np.ndarray:
    return values.cpu().double().numpy()
