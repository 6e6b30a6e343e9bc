"""Does SupCon's repulsion get worse as more images share a label? Measured on random clusters, without training.

The statement is Feeney & Hughes', arXiv 2309.14277, section 3; the clusters are our construction.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Generator, Tensor

from losses.errors import LabError
from losses.numerics import unit_rows
from toy_models.bounds import Bound
from toy_models.threads import one_thread

DESIGNS: Mapping[str, str] = {
    "balanced": "balanced batch: every class as large",
    "fixed_noise": "the noise fixed, one class grows",
}


@dataclass(frozen=True, slots=True)
class StudySpec:
    """`draws` independent sets of `classes` clusters: unit rows of centre + spread N(0, I), centres uniform.

    Class sizes are the powers of 2 from 2 to `largest`, nested: the same draw's first n vectors of each class. With the
    noise fixed, a class meets the first `noise_per_class` vectors of every other, whatever its own size.
    """

    temperatures: tuple[float, ...] = (0.05, 0.1, 0.2, 0.5)
    spreads: tuple[float, ...] = (0.1, 0.3, 1.0)
    classes: int = 8
    dimensions: int = 16
    largest: int = 128
    noise_per_class: int = 16
    draws: int = 10
    seed: int = 0

    BOUNDS: ClassVar[Mapping[str, Bound]] = {
        "classes": Bound(2, 16, whole=True),
        "dimensions": Bound(2, 128, whole=True),
        "largest": Bound(2, 128, whole=True),
        "noise_per_class": Bound(1, 128, whole=True),
        "draws": Bound(2, 100, whole=True),
        "seed": Bound(0, 2**31 - 1, whole=True),
    }

    def __post_init__(self) -> None:
        for name, bound in self.BOUNDS.items():
            bound.check(name, getattr(self, name))
        for name, low in (("temperatures", 0.005), ("spreads", 0.0)):
            values = getattr(self, name)
            if not values:
                raise LabError(name, "must name at least one")
            for value in values:
                Bound(low, 10.0).check(name, value)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Class sizes, each twice the one before."""
        return tuple(2**power for power in range(1, self.largest.bit_length()))


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """push_to_pull and positive_share (sum_p q_ip), both (2 designs, tau, spread, size, draw), of SupCon.

    The first is 0 where no same-class pair repels.
    """

    spec: StudySpec
    push_to_pull: np.ndarray
    positive_share: np.ndarray


def study(spec: StudySpec, on_draw: Callable[[int], None] | None = None) -> Study:
    """About 0.1 s a draw at the defaults. `on_draw(index)` is called before each draw: it may count or raise."""
    draws = []
    with one_thread(), torch.no_grad():
        for index in range(spec.draws):
            if on_draw is not None:
                on_draw(index)
            of_spreads = [_of_spread(spec, spread, index) for spread in spec.spreads]
            draws.append(torch.stack(of_spreads, dim=3))  # (quantity, design, tau, spread, size)
    ratio, share = torch.stack(draws, dim=-1).double().numpy()
    return Study(spec, ratio, share)


def _of_spread(spec: StudySpec, spread: float, index: int) -> Tensor:
    """(quantity, design, tau, size) of one draw: the same normal numbers at every spread."""
    generator = Generator().manual_seed(spec.seed + 1_000_003 * index)
    centres = unit_rows(torch.randn(spec.classes, 1, spec.dimensions, generator=generator))
    most = max(spec.sizes[-1], spec.noise_per_class)
    noise = torch.randn(spec.classes, most, spec.dimensions, generator=generator)
    z = unit_rows(centres + spread * noise).flatten(0, 1)
    cosines = (z @ z.mT).unflatten(1, (spec.classes, most)).unflatten(0, (spec.classes, most))  # (C, n, C, n)
    return torch.stack([_of_temperature(spec, cosines, tau) for tau in spec.temperatures], dim=2)


def _of_temperature(spec: StudySpec, cosines: Tensor, temperature: float) -> Tensor:
    """(quantity, design, size)."""
    weights = ((cosines - 1) / temperature).exp()
    blocks = weights.diagonal(dim1=0, dim2=2)  # (n, n, C), a view: each class with itself
    own = blocks.movedim(-1, 0).clone()
    own.diagonal(dim1=1, dim2=2).zero_()
    blocks.zero_()  # what is left is noise
    counted = {"balanced": spec.sizes, "fixed_noise": [spec.noise_per_class] * len(spec.sizes)}
    return torch.stack([_of_sizes(spec, own, weights, counted[design]) for design in DESIGNS], dim=1)


def _of_sizes(spec: StudySpec, own: Tensor, noise: Tensor, counted: Sequence[int]) -> Tensor:
    """(quantity, size): a class's first n vectors against the first `counted` of every other."""
    pairs = zip(spec.sizes, counted, strict=True)
    return torch.stack([_balance(own[:, :n, :n], noise[:, :n, :, :most].sum((2, 3))) for n, most in pairs], dim=-1)


def _balance(own: Tensor, noise: Tensor) -> Tensor:
    """own (C, n, n) and noise (C, n), parts of each anchor's denominator -> push over pull, and sum_p q_ip: (2,).

    SupCon's derivative on a positive is (q_ip - 1/|P|) / tau; tau cancels in the ratio.
    """
    shares = own / (own.sum(-1) + noise)[..., None]  # q
    forces = shares - 1 / (own.shape[-1] - 1)
    forces.diagonal(dim1=1, dim2=2).zero_()
    return torch.stack([forces.clamp_min(0).sum() / -forces.clamp_max(0).sum(), shares.sum(-1).mean()])
