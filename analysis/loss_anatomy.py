"""One anchor's loss taken apart: which candidates stand above each fraction bar, which below, and what each feels.

Every loss of the family is a weighted sum of terms -log( e^{score of one candidate} / sum e^{scores below} ). The
candidates of an embedding loss are the anchors of the batch, those of NLL and cross-entropy the classes, those of the
InfoNCE losses of a class head the labels or soft targets of the batch.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.tiny_batches import CLASSES, SAMPLES, class_head_batch, embedding_batch
from losses.catalog import CATALOG
from losses.errors import LabError

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """The first anchor of a tiny batch under a loss at its default settings: T terms over M candidates.

    scores (M,), what the loss is differentiated by: cosines, logits f_ik, or the a_ij of `scored_by`. above, below
    (T, M) bool: in the numerator, in the denominator. weights (T,) of the terms, with sum 1. forces (M,): d loss /
    d score, in nats per unit of it; below 0 descent raises the score, above 0 it lowers it.
    """

    loss: str
    scored_by: str
    anchor: str
    candidates: tuple[str, ...]
    scores: np.ndarray
    above: np.ndarray
    below: np.ndarray
    weights: np.ndarray
    forces: np.ndarray

    @property
    def terms(self) -> tuple[str, ...]:
        """Each term by the candidate in its numerator, (T,)."""
        return tuple(self.candidates[column] for column in self.above.argmax(axis=1))

    @property
    def out(self) -> np.ndarray:
        """(M,) bool: in no term."""
        return ~(self.above | self.below).any(axis=0)

    @property
    def lowered(self) -> int:
        """How many candidates of a numerator have their score lowered all the same."""
        return int((self.forces[self.above.any(axis=0)] > 0).sum())


def anatomy(loss: str, seed: int = 0) -> Anatomy:
    """Take `loss`, a name of the catalogue, apart. The same seed gives the same batch; LabError for another name."""
    if loss not in CATALOG:
        raise LabError("loss", f"must be one of {', '.join(CATALOG)}", repr(loss))
    if CATALOG[loss].family != "class head":
        return _of_embeddings(loss, seed)
    return _of_classes(loss, seed) if loss in ("nll", "soft_target_cross_entropy") else _of_targets(loss, seed)


def default(loss: str, parameter: str) -> float:
    """The catalogue's default of a parameter."""
    return next(item.default for item in CATALOG[loss].parameters if item.name == parameter)


def _of_classes(loss: str, seed: int) -> Anatomy:
    """Candidates are the classes; there is a term for each class that the target has weight on."""
    from losses.forces import soft_target_cross_entropy_forces

    logits, targets = class_head_batch(loss, seed)
    forces = soft_target_cross_entropy_forces(logits, targets, temperature=default(loss, "temperature"))
    target = targets[0].numpy()
    above = np.eye(CLASSES, dtype=bool)[target > 0]
    return Anatomy(
        loss=loss,
        scored_by="logit",
        anchor="sample 1",
        candidates=tuple(f"class {letter}" for letter in "ABCD"),
        scores=logits[0].numpy(),
        above=above,
        below=np.ones_like(above),
        weights=target[target > 0],
        forces=forces[0].numpy(),
    )


def _of_targets(loss: str, seed: int) -> Anatomy:
    """Candidates are the batch's labels or soft targets: InfoNCE is the NLL of a sample's own among them."""
    import torch

    from losses.class_head import target_scores
    from losses.forces import nll_forces

    logits, targets = class_head_batch(loss, seed)
    scores = target_scores(logits, targets, targets.mean(dim=0), default(loss, "temperature"))  # (N, N)
    forces = nll_forces(scores, torch.arange(SAMPLES))
    above = np.eye(SAMPLES, dtype=bool)[:1]
    soft = loss == "soft_target_infonce"
    letters = ["" if soft else f": {'ABCD'[label]}" for label in targets.argmax(dim=1)]
    return Anatomy(
        loss=loss,
        scored_by="score of the target" if soft else "score of the label",
        anchor="sample 1",
        candidates=tuple(f"{'target' if soft else 'label'} {j}{letter}" for j, letter in enumerate(letters, 1)),
        scores=scores[0].numpy(),
        above=above,
        below=np.ones_like(above),
        weights=np.ones(1),
        forces=forces[0].numpy(),
    )


def _of_embeddings(loss: str, seed: int) -> Anatomy:
    """Candidates are all anchors, itself among them; there is a term for each positive."""
    batch = embedding_batch(CATALOG[loss].family, seed)
    cosines = (batch.embeddings @ batch.embeddings.mT).clamp(-1, 1)
    positives, noise = batch.roles.positives[0].numpy(), batch.roles.noise[0].numpy()
    above = np.eye(len(positives), dtype=bool)[positives]
    alone = loss in ("sincere", "eps_sup_infonce")  # a positive meets the noise, not the other positives
    return Anatomy(
        loss=loss,
        scored_by="cosine",
        anchor=batch.names[0],
        candidates=batch.names,
        scores=cosines[0].numpy(),
        above=above,
        below=above | noise if alone else np.repeat([positives | noise], len(above), axis=0),
        weights=np.full(len(above), 1 / len(above)),
        forces=_embedding_forces(loss, batch.embeddings, cosines, batch.labels)[0].numpy(),
    )


def _embedding_forces(loss: str, embeddings: "Tensor", cosines: "Tensor", labels: "Tensor") -> "Tensor":
    """(N, N), at the catalogue's defaults."""
    from losses import forces
    from losses.paired import weince_diagnostics

    if loss == "weibit":
        return forces.weibit_forces(cosines, beta=default(loss, "beta"))
    temperature = default(loss, "temperature")
    if loss == "weince":
        found = weince_diagnostics(*embeddings.chunk(2))
        return forces.weince_forces(cosines, temperature=temperature, lam=found.lam, beta=found.beta)
    if loss == "nt_xent":
        return forces.nt_xent_forces(cosines, temperature=temperature)
    if loss == "supcon":
        return forces.supcon_forces(cosines, labels, temperature=temperature)
    margin = default(loss, "epsilon") if loss == "eps_sup_infonce" else 0.0
    return forces.eps_sup_infonce_forces(cosines, labels, temperature=temperature, epsilon=margin)
