"""Forces as arrows: where descent would take each vector, split by who acts on it."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from losses.errors import LabError
from toy_models.repulsion.batch import RepulsionBatch
from toy_models.repulsion.measure import resolution
from toy_models.repulsion.objectives import OBJECTIVES
from toy_models.repulsion.spec import RepulsionSpec


@dataclass(frozen=True, slots=True, eq=False)
class Arrows:
    """Descent along the sphere at each vector, nats per radian; all (N, D), and they add up to all that acts.

    pull: by same-class pairs whose derivative is below 0; push: by same-class pairs above 0; noise: by the others.
    """

    loss: str
    positions: np.ndarray
    pull: np.ndarray
    push: np.ndarray
    noise: np.ndarray


def force_of(spec: RepulsionSpec, loss: str, positions: np.ndarray) -> np.ndarray:
    """d loss_i / d s_ij of unit vectors (N, D), (N, N) float64; 0 on same-class pairs where rounding has the sign."""
    z, batch = torch.from_numpy(positions), RepulsionBatch.of(spec)
    forces = OBJECTIVES[loss].forces(z @ z.mT, OBJECTIVES[loss].roles(batch), spec)
    classes = batch.by_class()
    rounding = classes.positives & (forces.abs() <= resolution(classes, spec.temperature, forces.dtype))
    return forces.masked_fill(rounding, 0).numpy()


def arrows(spec: RepulsionSpec, loss: str, positions: np.ndarray, anchor: int | None = None) -> Arrows:
    """Of the summed loss, or of one anchor's loss alone. LabError for an anchor that is not there."""
    if anchor is not None and not 0 <= anchor < spec.vectors:
        raise LabError("anchor", f"must be a whole number from 0 to {spec.vectors - 1}", anchor)
    z, classes = torch.from_numpy(positions), RepulsionBatch.of(spec).by_class()
    forces = torch.from_numpy(force_of(spec, loss, positions))
    if anchor is not None:
        forces = forces * (torch.arange(spec.vectors) == anchor)[:, None]
    of_class = forces * classes.positives
    groups = (of_class.clamp_max(0), of_class.clamp_min(0), forces * classes.noise)
    return Arrows(loss, positions, *(_descent(group, z).numpy() for group in groups))


def _descent(forces: Tensor, z: Tensor) -> Tensor:
    euclidean = -(forces + forces.mT) @ z
    return euclidean - (euclidean * z).sum(-1, keepdim=True) * z
