"""What a loss is worth before anything is learned: by its formula, and by itself on inputs that say nothing."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from losses.catalog import CATALOG
from losses.errors import LabError

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class ChanceSpec:
    """A batch of `size` samples or pairs of views in `classes` classes as equal as they can be."""

    loss: str
    size: int
    classes: int

    def __post_init__(self) -> None:
        if self.loss not in CATALOG:
            raise LabError("loss", f"must be one of {', '.join(CATALOG)}", repr(self.loss))
        if self.size < 2:
            raise LabError("size", "must be at least 2", self.size)
        if self.classes < 2:
            raise LabError("classes", "must be at least 2", self.classes)


@dataclass(frozen=True, slots=True)
class ChanceLevel:
    """In nats: the closed form, and what the public function gives on constant logits or all-equal embeddings."""

    formula: float
    measured: float

    @property
    def gap(self) -> float:
        return abs(self.measured - self.formula)


def chance_level(spec: ChanceSpec) -> ChanceLevel:
    """Both numbers. LabError where the loss refuses the batch, as where no class has two samples."""
    measured = _measured(spec)
    return ChanceLevel(_formula(spec), measured)


def _formula(spec: ChanceSpec) -> float:
    if CATALOG[spec.loss].family == "paired views":
        return math.log(2 * spec.size - 1)
    if CATALOG[spec.loss].family == "class head":
        return math.log(spec.classes if spec.loss in ("nll", "soft_target_cross_entropy") else spec.size)
    if spec.loss == "supcon":
        return math.log(spec.size - 1)
    margin = _epsilon() if spec.loss == "eps_sup_infonce" else 0.0
    return _over_noise(spec, math.exp(-margin))


def _over_noise(spec: ChanceSpec, own: float) -> float:
    """log(own + |Nz|), mean over the anchors that have a positive: class sizes differ where classes do not divide N."""
    sizes = np.bincount(np.arange(spec.size) % spec.classes)
    taking_part = np.where(sizes > 1, sizes, 0)
    return float(taking_part @ np.log(own + spec.size - sizes) / taking_part.sum())


def _epsilon() -> float:
    return next(item.default for item in CATALOG["eps_sup_infonce"].parameters if item.name == "epsilon")


def _measured(spec: ChanceSpec) -> float:
    import torch

    import losses

    equal = torch.eye(1, 2, dtype=torch.float64).expand(spec.size, 2)
    labels = torch.arange(spec.size) % spec.classes
    family = CATALOG[spec.loss].family
    inputs: tuple[Tensor, ...] = (equal, equal) if family == "paired views" else (equal, labels)
    if family == "class head":
        uniform = torch.full((spec.classes,), 1 / spec.classes, dtype=torch.float64)
        logits = torch.zeros(spec.size, spec.classes, dtype=torch.float64)
        targets = uniform.expand_as(logits) if spec.loss.startswith("soft") else labels
        inputs = (logits, targets, uniform) if spec.loss.endswith("infonce") else (logits, targets)
    drawn = {"generator": torch.Generator().manual_seed(0)} if spec.loss == "soft_distribution_infonce" else {}
    return float(getattr(losses, spec.loss)(*inputs, **drawn))
