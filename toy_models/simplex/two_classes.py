"""World 1 with two classes: labels are numbers in [0, 1], their densities curves, and the tilt a continuous Bernoulli.

The law is that of the three: x uniform, p(w|x) proportional to b(w) exp(w . h(x)), h_k(x) = sharpness cos(pi x - pi k).
No network: each loss stands at its exact optimum. x and -x are alike, so that x runs from 0 to 1.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from toy_models.simplex.measure import Meter
from toy_models.simplex.objectives import OBJECTIVES
from toy_models.simplex.process import LogSum
from toy_models.simplex.spec import SimplexSpec
from toy_models.simplex.tilted import Tilted
from toy_models.simplex.triangle import argmax_shares
from toy_models.simplex.world import SimplexWorld
from toy_models.threads import one_thread

CELLS = 400
POSITIONS = 41
"""An odd number: 0 is among them."""
_DRAWN = 4  # every fourth label


@dataclass(frozen=True, eq=False)
class Segment(Tilted):
    """`side` labels, the middles of equal parts of the segment between two classes."""

    side: int = CELLS

    @cached_property
    def labels(self) -> Tensor:
        """(G, 2)."""
        first = (torch.arange(self.side, dtype=torch.float64) + 0.5) / self.side
        return torch.stack([first, 1 - first], dim=1)

    @cached_property
    def argmax_shares(self) -> Tensor:
        return argmax_shares(self.labels)

    def tilt(self, positions: Tensor) -> Tensor:
        """h(x): positions (X, 1) -> (X, 2)."""
        phases = math.pi * torch.arange(2, dtype=torch.float64)
        return self.sharpness * torch.cos(math.pi * positions.double() - phases)

    def log_sum(self, log_measure: Tensor) -> LogSum:
        return lambda logits: (log_measure + logits.double() @ self.labels.T).logsumexp(dim=-1)


@dataclass(frozen=True, slots=True, eq=False)
class TwoClasses:
    """What the losses of a spec ask for, for two classes, at positions x (Q,) from 0 to 1 and labels w (G,) of class 1.

    truth (Q, G) and densities (L, Q, G) relative to the uniform one; divergences (L, Q) KL(p(w|x) || density) in nats
    and floors (L,) their means over x; means (Q,) E[w|x]; softmax (L, Q) of class 1, and density_means (L, Q).
    """

    spec: SimplexSpec
    positions: np.ndarray
    labels: np.ndarray
    truth: np.ndarray
    densities: np.ndarray
    divergences: np.ndarray
    floors: np.ndarray
    means: np.ndarray
    softmax: np.ndarray
    density_means: np.ndarray


def two_classes(spec: SimplexSpec) -> TwoClasses:
    """Solve each loss of a spec of tilted labels, with its sharpness and concentration, for two classes."""
    process = Segment(concentration=spec.concentration, sharpness=spec.sharpness)
    world = SimplexWorld(process, *process.quadrature(POSITIONS))
    objectives = [OBJECTIVES[name] for name in spec.losses]
    with one_thread():
        optima = torch.stack([each.population(world).optimum() for each in objectives])  # (L, X, K)
        floors = Meter(world, objectives).density.excess(optima).numpy()
    log_truth, log_densities = world.log_density, world.log_density_of(optima)
    divergences = (log_truth.exp() * (log_truth - log_densities)).sum(dim=-1).numpy()
    half, drawn = slice(POSITIONS // 2, None), slice(_DRAWN // 2, None, _DRAWN)
    return TwoClasses(
        spec=spec,
        positions=world.positions[half, 0].numpy(),
        labels=process.labels[drawn, 0].numpy(),
        truth=CELLS * log_truth[half, drawn].exp().numpy(),
        densities=CELLS * log_densities[:, half, drawn].exp().numpy(),
        divergences=divergences[:, half],
        floors=floors,
        means=world.mean_labels[half, 0].numpy(),
        softmax=optima.softmax(dim=-1)[:, half, 0].numpy(),
        density_means=(log_densities.exp() @ world.labels)[:, half, 0].numpy(),
    )
