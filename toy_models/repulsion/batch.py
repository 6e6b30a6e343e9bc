"""Who is what to whom in a batch of this world, and where its vectors begin."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from losses.numerics import unit_rows
from losses.pairs import Roles, roles_by_label
from toy_models.repulsion.spec import RepulsionSpec


@dataclass(frozen=True, slots=True, eq=False)
class RepulsionBatch:
    """labels (N,) by class; views (N,) by pair of views: samples 2k and 2k + 1 of a class are views of one image, and
    of two sides, sides (N,).

    The odd one of a class, and a singleton, has no second view.
    """

    labels: Tensor
    views: Tensor
    sides: Tensor

    @classmethod
    def of(cls, spec: RepulsionSpec, device: torch.device | str = "cpu") -> "RepulsionBatch":
        labels = torch.tensor(spec.labels, device=device)
        place = torch.arange(len(labels), device=device) - torch.searchsorted(labels, labels)
        # Views are numbered apart from each other by class: no class has more pairs than the batch has vectors.
        return cls(labels, labels * len(labels) + place // 2, place % 2)

    def by_class(self) -> Roles:
        """Positives share the anchor's class."""
        return roles_by_label(self.labels)

    def by_view(self, across: bool = False) -> Roles:
        """The one positive is the anchor's other view; `across`, noise is of the other side alone."""
        roles = roles_by_label(self.views)
        return Roles(roles.positives, roles.noise & (self.sides[:, None] != self.sides)) if across else roles


def draw_start(spec: RepulsionSpec, generator: Generator) -> Tensor:
    """Unit vectors (N, D) float64 of one seed, on the CPU."""
    labels = torch.tensor(spec.labels)
    centres = torch.randn(spec.classes + spec.singletons, spec.dimensions, generator=generator, dtype=torch.float64)
    noise = torch.randn(spec.vectors, spec.dimensions, generator=generator, dtype=torch.float64)
    if spec.start == "random":
        return unit_rows(noise)
    chosen = unit_rows(centres)[labels if spec.start == "clusters" else torch.zeros_like(labels)]
    return unit_rows(chosen + spec.spread * noise)
