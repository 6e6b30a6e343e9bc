"""What a class-head loss does to every logit of a batch: the matrix of its forces, from the closed forms."""

from dataclasses import dataclass

import numpy as np

from analysis.forces.groups import hard_cells
from analysis.forces.head_batches import HeadForceBatch
from losses.catalog import CATALOG, losses_of_family
from losses.errors import LabError

CLASS_LOSSES = losses_of_family("class head")


@dataclass(frozen=True, slots=True, eq=False)
class ClassForceMatrix:
    """d loss / d f_ik, the batch's losses added up; samples (rows) sorted by class, K classes (columns); all (N, K).

    forces in nats per unit of logit: below 0 descent raises the logit, above 0 it lowers it. A row sums to 0; of
    a loss by columns, a column.
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


def class_force_matrix(batch: HeadForceBatch, loss: str, temperature: float, seed: int = 0) -> ClassForceMatrix:
    """Forces of `loss`, one of `CLASS_LOSSES`, under a uniform class prior.

    Soft distribution InfoNCE is one draw of labels from the targets, by `seed`, not its expectation. LabError for an
    unknown loss and for a temperature that is not above 0.
    """
    import torch

    from losses.checks import check_temperature
    from losses.contrasts import head_forces

    if loss not in CLASS_LOSSES:
        raise LabError("loss", f"must be one of {', '.join(CLASS_LOSSES)}", repr(loss))
    check_temperature(temperature)
    logits, targets = torch.tensor(batch.logits), torch.tensor(_seen(batch, loss, seed))
    prior = torch.full_like(logits[0], 1 / logits.shape[1])
    forces = head_forces(CATALOG[loss].choosing, logits, targets, prior, temperature).numpy()
    return ClassForceMatrix(loss, temperature, forces, batch.logits, targets.numpy(), batch.labels)


def class_groups(matrix: ClassForceMatrix, hard_quantile: float) -> dict[str, np.ndarray]:
    """Disjoint masks (N, K): the samples' own classes; the others, hard from the `hard_quantile` of their logits on."""
    own = matrix.own_class
    hard = hard_cells(matrix.logits, ~own, hard_quantile)
    return {"own class": own, "hard other classes": hard, "easy other classes": ~own & ~hard}


def _seen(batch: HeadForceBatch, loss: str, seed: int) -> np.ndarray:
    """What stands for the targets, (N, K)."""
    import torch

    from losses.class_head import sample_labels

    classes, record = batch.logits.shape[1], CATALOG[loss].choosing
    if record.given == "label":
        return np.eye(classes)[batch.labels]
    if record.drawn:
        drawn = sample_labels(torch.tensor(batch.targets), torch.Generator().manual_seed(seed))
        return np.eye(classes)[drawn.numpy()]
    return batch.targets
