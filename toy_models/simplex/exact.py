"""What a run is held against: the exact answers of a spec's world, and where each loss ends with unlimited data."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from toy_models.simplex import population
from toy_models.simplex.finite_batch import batch_optimum, thinned
from toy_models.simplex.measure import PROBES, Meter
from toy_models.simplex.objectives import OBJECTIVES, Objective
from toy_models.simplex.spec import SimplexSpec
from toy_models.simplex.world import World, build
from toy_models.threads import one_thread


@dataclass(frozen=True, slots=True)
class Floor:
    """The three readings at a loss's population optimum, nats: no network, batch or noise left, only the loss."""

    kl_density: float
    kl_mean: float
    information_bound: float


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Exact quantities of a world.

    mutual_information I(X; W) in nats; prior (K,) the mean target. For each loss of the spec, in its order: floors, for
    an unlimited batch, and batch_floors, for the spec's batch size (another one only under the class-prior correction,
    and there good to about 0.003 nats). probes (Q,) positions x; probe_tilts (Q, K) the logits h(x) of the true density
    there; probe_means (Q, K) E[w|x].
    """

    mutual_information: float
    prior: np.ndarray
    floors: tuple[Floor, ...]
    batch_floors: tuple[Floor, ...]
    probes: np.ndarray
    probe_tilts: np.ndarray
    probe_means: np.ndarray


def reference(spec: SimplexSpec) -> Reference:
    """Solve each loss's population on the grid: under a second at the default, two at the smallest batch."""
    world = build(spec.side, spec.concentration, spec.sharpness)
    objectives = [OBJECTIVES[name] for name in spec.losses]
    with one_thread():
        floors = [_floor(world, each, each.population(world).optimum()) for each in objectives]
        pairs = zip(objectives, floors, strict=True)
        batch_floors = [_batch_floor(world, each, spec.batch_size) or floor for each, floor in pairs]
    tilts = world.tilt(torch.tensor(PROBES))
    return Reference(
        mutual_information=world.mutual_information,
        prior=population.exact_noise(world).prior.numpy(),
        floors=tuple(floors),
        batch_floors=tuple(batch_floors),
        probes=np.array(PROBES),
        probe_tilts=tilts.numpy(),
        probe_means=(world.log_density_of(tilts).exp() @ world.labels).numpy(),
    )


def _floor(world: World, objective: Objective, optimum: Tensor) -> Floor:
    reading = Meter(world, [objective]).read(optimum[None, None])
    return Floor(reading.kl_density.item(), reading.kl_mean.item(), reading.information_bound.item())


def _batch_floor(world: World, objective: Objective, batch_size: int) -> Floor | None:
    if objective.wrong_correction is None:
        return None
    world = thinned(world)
    start = objective.population(world).optimum()
    return _floor(world, objective, batch_optimum(world, objective.wrong_correction(world), start, batch_size))
