"""What a loss of embeddings does to every pair of a batch: the matrix of its forces, from the closed forms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.forces.own_loss import own_forces, own_losses
from analysis.forces.views import other_views
from losses.catalog import CATALOG, losses_of_family
from losses.errors import LabError

if TYPE_CHECKING:
    from torch import Tensor

LABELLED, PAIRED = losses_of_family("labelled embeddings"), losses_of_family("paired views")
"""Losses of two views. In a labelled batch the samples 2k and 2k + 1 of a class are the views of one image."""


@dataclass(frozen=True, slots=True, eq=False)
class ForceMatrix:
    """d loss_i / d s_ij for anchors i (rows) and others j (columns), both sorted by class; all (N, N).

    forces in nats per unit of cosine: below 0 the pair is pulled together, above 0 pushed apart. loss_i is one
    anchor's, not averaged over the batch; the diagonal is 0. labels (N,) ascending.
    """

    loss: str
    temperature: float
    forces: np.ndarray
    cosines: np.ndarray
    labels: np.ndarray

    @property
    def same_class(self) -> np.ndarray:
        """(N, N) bool: pairs of one class, without the diagonal."""
        return (self.labels[:, None] == self.labels) & ~np.eye(len(self.labels), dtype=bool)

    @property
    def other_class(self) -> np.ndarray:
        """(N, N) bool: an anchor and its noise."""
        return self.labels[:, None] != self.labels

    @property
    def positives(self) -> np.ndarray:
        """(N, N) bool: the pairs that the loss itself takes for positive: same-class ones, or an image's two views."""
        if self.loss not in PAIRED:
            return self.same_class
        return other_views(self.labels)[:, None] == np.arange(len(self.labels))


def force_losses() -> Mapping[str, str]:
    """The losses that `force_matrix` takes, name -> title; the user's own are among them."""
    own = {name: loss.title for name, loss in own_losses().items()}
    return {name: CATALOG[name].title for name in (*LABELLED, *PAIRED)} | own


def force_matrix(embeddings: np.ndarray, labels: np.ndarray, loss: str, temperature: float) -> ForceMatrix:
    """Forces of `loss`, one of `force_losses()`, on unit embeddings (N, D) with labels (N,).

    Settings other than the temperature are the catalogue's defaults; Weibit has no temperature. To a loss of views an
    odd one out of its class is not there. LabError for an unknown loss, for a temperature that is not above 0, and
    where no class has two samples.
    """
    import torch

    order = np.argsort(labels, kind="stable")
    labels = np.asarray(labels)[order]
    if len(np.unique(labels)) == len(labels):
        raise LabError("labels", "must repeat: no class has two samples", None, "Take two or more per class.")
    rows = np.asarray(embeddings, dtype=np.float64)[order]
    of_pairs = _closed_form(loss)
    forces = of_pairs(torch.from_numpy(rows), torch.from_numpy(labels.astype(np.int64)), temperature)
    return ForceMatrix(loss, temperature, forces.numpy(), np.clip(rows @ rows.T, -1, 1), labels)


def _closed_form(loss: str) -> "Callable[[Tensor, Tensor, float], Tensor]":
    """Unit embeddings (N, D) and labels (N,), sorted by class, and a temperature -> forces (N, N)."""
    from losses.contrasts import forces_of

    if loss in LABELLED:
        return lambda z, y, tau: forces_of(loss, z, y, {"temperature": tau})
    if loss in PAIRED:
        return lambda z, y, tau: _paired(loss, z, y, tau)
    if loss in own_losses():
        return lambda z, y, tau: own_forces(own_losses()[loss], z, y, tau)
    raise LabError("loss", f"must be one of {', '.join(force_losses())}", repr(loss))


def _paired(loss: str, embeddings: "Tensor", labels: "Tensor", temperature: float) -> "Tensor":
    """The forces on the anchors that have another view, put back in their places; 0 elsewhere."""
    import torch

    from losses.contrasts import forces_of

    other = torch.from_numpy(other_views(labels.numpy()))
    first = torch.nonzero(other > torch.arange(len(other))).squeeze(1)
    stacked = torch.cat([first, other[first]])  # all first views, then all second
    forces = torch.zeros(len(labels), len(labels), dtype=embeddings.dtype)
    forces[stacked[:, None], stacked] = forces_of(
        loss, embeddings[stacked], labels[stacked], {"temperature": temperature}
    )
    return forces
