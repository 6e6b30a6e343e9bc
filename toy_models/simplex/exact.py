"""What a run is held against: the exact answers of a spec's world, and where each loss ends with unlimited data."""

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from toy_models.simplex.finite_batch import batch_optimum
from toy_models.simplex.measure import Meter
from toy_models.simplex.objectives import OBJECTIVES, Objective
from toy_models.simplex.processes import world_of
from toy_models.simplex.spec import SimplexSpec
from toy_models.simplex.world import SimplexWorld
from toy_models.threads import one_thread

_OUT_OF_REACH = 1e-6  # nats by which a bound falls short of I(X; W) where the scores cannot be the true ones


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
    an unlimited batch, and batch_floors, for the spec's batch size (another one only where the scores cannot be those
    of the truth and a coarse rule will do, there good to about 0.003 nats); optima (L, X, K) the logits of the former
    at the world's positions (X, D), whose weights are p(x). probes (Q, D) positions x; probe_means (Q, K) E[w|x] there.
    """

    mutual_information: float
    prior: np.ndarray
    floors: tuple[Floor, ...]
    batch_floors: tuple[Floor, ...]
    optima: np.ndarray
    positions: np.ndarray
    weights: np.ndarray
    probes: np.ndarray
    probe_means: np.ndarray


def reference(spec: SimplexSpec) -> Reference:
    """Solve each loss's population on the grid: under a second at the default, some at the smallest batch."""
    world = world_of(spec)
    objectives = [OBJECTIVES[name] for name in spec.losses]
    with one_thread():
        optima = [each.population(world).optimum() for each in objectives]
        pairs = list(zip(objectives, optima, strict=True))
        floors = tuple(_floor(world, *pair) for pair in pairs)
        batch_floors = tuple(
            _batch_floor(world, each, spec.batch_size) or floor for each, floor in zip(objectives, floors, strict=True)
        )
    probes = world.process.probes
    return Reference(
        mutual_information=world.mutual_information,
        prior=world.mean(world.mean_labels).numpy(),
        floors=floors,
        batch_floors=batch_floors,
        optima=np.stack([optimum.numpy() for optimum in optima]),
        positions=world.positions.numpy(),
        weights=world.weights.numpy(),
        probes=probes.numpy(),
        probe_means=(world.process.log_density(probes).exp() @ world.labels).numpy(),
    )


def batch_floors(spec: SimplexSpec, name: str, sizes: tuple[int, ...]) -> tuple[Floor | None, ...]:
    """The optimum of one loss at several batch sizes; None where the batch size makes no difference to it."""
    with one_thread():
        return tuple(_batch_floor(world_of(spec), OBJECTIVES[name], size) for size in sizes)


def _floor(world: SimplexWorld, objective: Objective, optimum: Tensor) -> Floor:
    reading = Meter(world, [objective]).read(optimum[None, None])
    return Floor(reading.kl_density.item(), reading.kl_mean.item(), reading.information_bound.item())


def _batch_floor(world: SimplexWorld, objective: Objective, batch_size: int) -> Floor | None:
    if objective.correction is None or not world.process.coarse:
        return None
    world = world.thinned()
    population = objective.population(world)
    start = population.optimum()
    if population.excess(start) < _OUT_OF_REACH:
        return None
    return _floor(world, objective, batch_optimum(world, objective.correction(world), start, batch_size))
