"""What a loss is worth before anything is learned: by its formula, and by itself on inputs that say nothing."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from losses.catalog import CATALOG
from losses.errors import LabError
from losses.records import Choosing, Contrast

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
    record = CATALOG[spec.loss].record
    if isinstance(record, Choosing) and not record.own_class_below:
        others = spec.size - np.bincount(np.arange(spec.size) % spec.classes)
        return float(np.average(np.log(others), weights=spec.size - others))
    if isinstance(record, Choosing):
        logs = {"classes": math.log(spec.classes), "simplex": 0.0}
        return logs.get(record.candidates, math.log(spec.size))
    settings = CATALOG[spec.loss].defaults
    if record.positives == "view":
        return record.loss_apart(0, 1, record.noise_of_pairs(spec.size), settings)
    # Mean over the anchors that have a positive: class sizes differ where classes do not divide N.
    sizes = np.bincount(np.arange(spec.size) % spec.classes)
    sizes, count = np.unique(sizes[sizes > 1], return_counts=True)
    levels = [record.loss_apart(0, float(size - 1), float(spec.size - size), settings) for size in sizes]
    return float(np.average(levels, weights=sizes * count))


def _measured(spec: ChanceSpec) -> float:
    import torch

    import losses

    equal = torch.eye(1, 2, dtype=torch.float64).expand(spec.size, 2)
    labels = torch.arange(spec.size) % spec.classes
    record = CATALOG[spec.loss].record
    if isinstance(record, Contrast):
        inputs: tuple[Tensor, ...] = (equal, equal) if record.positives == "view" else (equal, labels)
        return float(getattr(losses, spec.loss)(*inputs))
    uniform = torch.full((spec.classes,), 1 / spec.classes, dtype=torch.float64)
    logits = torch.zeros(spec.size, spec.classes, dtype=torch.float64)
    inputs = (logits, uniform.expand_as(logits) if record.soft else labels, *([uniform] if record.has_prior else []))
    drawn = {"generator": torch.Generator().manual_seed(0)} if record.drawn else {}
    return float(getattr(losses, spec.loss)(*inputs, **drawn))
