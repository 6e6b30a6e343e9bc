"""What a run is held against: the exact answers of a spec's world, and where each loss ends with unlimited data."""

from dataclasses import dataclass

import numpy as np
import torch

from toy_models.simplex import population
from toy_models.simplex.measure import PROBES, Meter
from toy_models.simplex.objectives import OBJECTIVES
from toy_models.simplex.spec import SimplexSpec
from toy_models.simplex.world import build
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

    mutual_information I(X; W) in nats; prior (K,) the mean target; floors, one for each loss of the spec, in its order;
    probes (Q,) positions x; probe_tilts (Q, K) the logits h(x) of the true density there; probe_means (Q, K) E[w|x].
    """

    mutual_information: float
    prior: np.ndarray
    floors: tuple[Floor, ...]
    probes: np.ndarray
    probe_tilts: np.ndarray
    probe_means: np.ndarray


def reference(spec: SimplexSpec) -> Reference:
    """Solve each loss's population on the grid; a fifth of a second for all six."""
    world = build(spec.side, spec.concentration, spec.sharpness)
    meter = Meter(world, [OBJECTIVES[name] for name in spec.losses])
    with one_thread():
        optima = torch.stack([each.optimum() for each in meter.populations])[:, None]  # (L, 1, X, K)
    reading = meter.read(optima)
    rows = zip(reading.kl_density[:, 0], reading.kl_mean[:, 0], reading.information_bound[:, 0], strict=True)
    tilts = world.tilt(torch.tensor(PROBES))
    return Reference(
        mutual_information=world.mutual_information,
        prior=population.exact_noise(world).prior.numpy(),
        floors=tuple(Floor(*map(float, row)) for row in rows),
        probes=np.array(PROBES),
        probe_tilts=tilts.numpy(),
        probe_means=(world.log_density_of(tilts).exp() @ world.labels).numpy(),
    )
