"""What a class-head loss does to every logit of a batch: the matrix of its forces, from the closed forms."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.force_groups import hard_cells
from analysis.head_batches import HeadBatch
from losses.catalog import CATALOG
from losses.errors import LabError

if TYPE_CHECKING:
    from torch import Tensor

CLASS_LOSSES = tuple(name for name, entry in CATALOG.items() if entry.family == "class head")
OF_LABELS = ("nll", "label_infonce")
"""Losses that see a sample's class; the others see its soft target, or a label drawn from it."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassForceMatrix:
    """d loss / d f_ik, the batch's losses added up; samples (rows) sorted by class, K classes (columns); all (N, K).

    forces in nats per unit of logit: below 0 descent raises the logit, above 0 it lowers it. A row sums to 0.
    `targets` are what the loss saw: one-hot where it takes or draws labels. labels (N,) ascending.
    """

    loss: str
    temperature: float
    forces: np.ndarray
    logits: np.ndarray
    targets: np.ndarray
    labels: np.ndarray

    @property
    def own_class(self) -> np.ndarray:
        """(N, K) bool: each sample's own class."""
        return self.labels[:, None] == np.arange(self.logits.shape[1])


def class_force_matrix(batch: HeadBatch, loss: str, temperature: float, seed: int = 0) -> ClassForceMatrix:
    """Forces of `loss`, one of `CLASS_LOSSES`, under a uniform class prior.

    Soft distribution InfoNCE is one draw of labels from the targets, by `seed`, not its expectation. LabError for an
    unknown loss and for a temperature that is not above 0.
    """
    import torch

    if loss not in CLASS_LOSSES:
        raise LabError("loss", f"must be one of {', '.join(CLASS_LOSSES)}", repr(loss))
    logits = torch.tensor(batch.logits)
    targets = torch.tensor(_seen(batch, loss, seed))
    forces = _closed_form(loss, logits, targets, temperature).numpy()
    return ClassForceMatrix(loss, temperature, forces, batch.logits, targets.numpy(), batch.labels)


def class_groups(matrix: ClassForceMatrix, hard_quantile: float) -> dict[str, np.ndarray]:
    """Disjoint masks (N, K): the samples' own classes; the others, hard from the `hard_quantile` of their logits on."""
    own = matrix.own_class
    hard = hard_cells(matrix.logits, ~own, hard_quantile)
    return {"own class": own, "hard other classes": hard, "easy other classes": ~own & ~hard}


def _seen(batch: HeadBatch, loss: str, seed: int) -> np.ndarray:
    """What stands for the targets, (N, K)."""
    import torch

    from losses.class_head import sample_labels

    classes = batch.logits.shape[1]
    if loss in OF_LABELS:
        return np.eye(classes)[batch.labels]
    if loss == "soft_distribution_infonce":
        drawn = sample_labels(torch.tensor(batch.targets), torch.Generator().manual_seed(seed))
        return np.eye(classes)[drawn.numpy()]
    return batch.targets


def _closed_form(loss: str, logits: "Tensor", targets: "Tensor", temperature: float) -> "Tensor":
    import torch

    from losses import forces

    prior = torch.full_like(logits[0], 1 / logits.shape[1])
    labels = targets.argmax(dim=1)
    if loss == "nll":
        return forces.nll_forces(logits, labels, temperature=temperature)
    if loss == "soft_target_cross_entropy":
        return forces.soft_target_cross_entropy_forces(logits, targets, temperature=temperature)
    if loss == "soft_target_infonce":
        return forces.soft_target_infonce_forces(logits, targets, prior, temperature=temperature)
    return forces.label_infonce_forces(logits, labels, prior, temperature=temperature)
