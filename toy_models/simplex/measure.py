"""Read networks against the truth: exact sums over the labels, in float64 on the CPU."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from toy_models.simplex import population
from toy_models.simplex.objectives import Objective
from toy_models.simplex.world import SimplexWorld
from toy_models.traces import names_of


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What networks have learnt: every field (L, S), in nats."""

    kl_density: np.ndarray
    kl_mean: np.ndarray
    information_bound: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Metrics(Reading):
    """What is recorded of networks and of their training, as in `run.Frame`."""

    loss: np.ndarray
    gradient_norm: np.ndarray


METRICS = names_of(Metrics)


class Meter:
    """The yardsticks of a world, for the losses of one run."""

    def __init__(self, world: SimplexWorld, objectives: list[Objective]) -> None:
        self.density = population.exact_noise(world)
        self.mean = population.of_classes(world, world.mean_labels)
        self.populations = [objective.population(world) for objective in objectives]

    def read(self, logits: Tensor) -> Reading:
        """logits (L, S, X, K) at the positions of the world."""
        bounds = [each.bound(f) for each, f in zip(self.populations, logits, strict=True)]
        return Reading(
            kl_density=self.density.excess(logits).numpy(),
            kl_mean=self.mean.excess(logits).numpy(),
            information_bound=torch.stack(bounds).numpy(),
        )
