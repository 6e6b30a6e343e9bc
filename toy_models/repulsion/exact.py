"""Where each loss ends: the simplex geometry, where there is room for it, and the loss there. No torch here."""

import math
from dataclasses import dataclass

from losses.catalog import CATALOG
from toy_models.repulsion.spec import RepulsionSpec


@dataclass(frozen=True, slots=True)
class Optimum:
    """The geometry at a loss's minimum; cosines, and the loss in nats.

    Vectors that the loss calls one group (a class, or the two views of an image) lie at one point, and the points are
    the corners of a regular simplex. same_cosine and noise_cosine are means over pairs of one and of two classes,
    margin as in `measure.Reading`, NaN with one class. repelling_share of same-class pairs.
    """

    same_cosine: float
    noise_cosine: float
    margin: float
    loss: float
    repelling_share: float


@dataclass(frozen=True, slots=True)
class Reference:
    """optima: for each loss of the spec, in its order; None where no closed form is known.

    That is: singletons in the batch, more groups than a simplex has corners (D < groups - 1), a single group
    under a loss that asks for nothing then, and soft targets that are met before the simplex, in many ways.
    """

    optima: tuple[Optimum | None, ...]


def reference(spec: RepulsionSpec) -> Reference:
    """Closed forms. Source for SupCon: Graf et al., arXiv 2102.08817, theorem 2; SINCERE's terms are monotone in the
    same cosines, and with one positive an anchor all are InfoNCE, or convex in the same log-sums."""
    return Reference(tuple(_optimum(spec, name) for name in spec.losses))


def _optimum(spec: RepulsionSpec, name: str) -> Optimum | None:
    record = CATALOG[name].contrast
    by_view = record.positives == "view"
    if not record.is_cosine or record.each_pair:
        return None  # another coordinate ends elsewhere, and so do pairs that are each for themselves
    if record.power_of(spec.settings(name))[1] > 0:
        return None  # lam above 1 asks for less than cosine 1
    if spec.singletons or (by_view and spec.per_class % 2):
        return None
    size = 2 if by_view else spec.per_class
    groups = spec.classes * spec.per_class // size
    if groups < 2 or groups - 1 > spec.dimensions:
        return None
    apart = -1 / (groups - 1)
    gap = (1 - apart) / spec.temperature
    if gap > record.target_gap(spec.settings(name)):
        return None
    within = 1.0 if size == spec.per_class else (1 + (spec.per_class - 2) * apart) / (spec.per_class - 1)
    return Optimum(
        same_cosine=within,
        noise_cosine=apart if spec.classes > 1 else math.nan,
        margin=1 - apart if spec.classes > 1 else math.nan,
        loss=record.loss_apart(gap, size - 1, (groups - 1) * size, spec.settings(name)),
        repelling_share=0.0 if size == spec.per_class else (spec.per_class - 2) / (spec.per_class - 1),
    )
