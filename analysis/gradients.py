"""What a loss does to every pair of a batch: the matrix of its forces, from the closed forms."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from losses.catalog import CATALOG
from losses.errors import LabError

# Losses of labelled embeddings whose forces are drawn; their own settings are the catalogue's defaults.
FORCE_LOSSES = ("supcon", "sincere", "eps_sup_infonce")


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


@dataclass(frozen=True, slots=True)
class Balance:
    """The forces of one matrix added up, in nats per unit of cosine, over all anchors.

    pull, push: on same-class pairs; noise_push: on pairs of different classes. A row of forces sums to 0, so
    pull = push + noise_push. `push_to_pull` is None where nothing pulls.
    """

    pairs: int
    repelling: int
    pull: float
    push: float
    noise_push: float

    @property
    def repelling_share(self) -> float:
        """Share of same-class pairs (ordered: an anchor and a positive) that the loss pushes apart."""
        return self.repelling / self.pairs

    @property
    def push_to_pull(self) -> float | None:
        return self.push / self.pull if self.pull else None


@dataclass(frozen=True, slots=True)
class PairTerms:
    """What a force on a positive is made of: q_ip and g_ip are shares of a denominator, in [0, 1].

    share, q_ip: the pair's share among all others of the anchor; noise_share, g_ip: the noise's share against the
    pair alone, B_i / (e^{s_ip/tau - epsilon} + B_i), with epsilon 0 but for eps-SupInfoNCE.
    """

    loss: str
    anchor: int
    other: int
    cosine: float
    positives: int
    temperature: float
    share: float
    noise_share: float
    force: float


def force_matrix(embeddings: np.ndarray, labels: np.ndarray, loss: str, temperature: float) -> ForceMatrix:
    """Forces of `loss`, one of `FORCE_LOSSES`, on unit embeddings (N, D) with labels (N,).

    LabError for an unknown loss, for a temperature that is not above 0, and where no class has two samples.
    """
    import torch

    order = np.argsort(labels, kind="stable")
    labels = np.asarray(labels)[order]
    if len(np.unique(labels)) == len(labels):
        raise LabError("labels", "must repeat: no class has two samples", None, "Take two or more per class.")
    rows = np.asarray(embeddings, dtype=np.float64)[order]
    cosines = np.clip(rows @ rows.T, -1, 1)
    forces = _closed_form(loss)(torch.from_numpy(cosines), torch.from_numpy(labels.astype(np.int64)), temperature)
    return ForceMatrix(loss, temperature, forces.numpy(), cosines, labels)


def balance(matrix: ForceMatrix) -> Balance:
    """Pull against push, over same-class pairs and over noise."""
    same = matrix.forces[matrix.same_class]
    return Balance(
        pairs=len(same),
        repelling=int((same > 0).sum()),
        pull=float(-same[same < 0].sum()),
        push=float(same[same > 0].sum()),
        noise_push=float(matrix.forces[matrix.other_class].sum()),
    )


def most_repelled(matrix: ForceMatrix) -> tuple[int, int]:
    """The same-class pair (anchor, other) with the largest derivative: pushed hardest, or else pulled least."""
    forces = np.where(matrix.same_class, matrix.forces, -np.inf)
    anchor, other = np.unravel_index(forces.argmax(), forces.shape)
    return int(anchor), int(other)


def pair_terms(matrix: ForceMatrix, anchor: int, other: int) -> PairTerms:
    """Take the force on a same-class pair apart."""
    scores = matrix.cosines[anchor] / matrix.temperature
    others = np.arange(len(scores)) != anchor
    noise = np.logaddexp.reduce(scores[matrix.other_class[anchor]], initial=-np.inf)
    margin = epsilon() if matrix.loss == "eps_sup_infonce" else 0.0
    return PairTerms(
        loss=matrix.loss,
        anchor=anchor,
        other=other,
        cosine=float(matrix.cosines[anchor, other]),
        positives=int(matrix.same_class[anchor].sum()),
        temperature=matrix.temperature,
        share=float(np.exp(scores[other] - np.logaddexp.reduce(scores[others]))),
        noise_share=float(np.exp(noise - np.logaddexp(noise, scores[other] - margin))),
        force=float(matrix.forces[anchor, other]),
    )


def epsilon() -> float:
    """The margin of eps-SupInfoNCE, the catalogue's default."""
    return next(item.default for item in CATALOG["eps_sup_infonce"].parameters if item.name == "epsilon")


def _closed_form(loss: str) -> Callable:
    from losses import forces

    known: dict[str, Callable] = {
        "supcon": lambda s, y, tau: forces.supcon_forces(s, y, temperature=tau),
        "sincere": lambda s, y, tau: forces.sincere_forces(s, y, temperature=tau),
        "eps_sup_infonce": lambda s, y, tau: forces.eps_sup_infonce_forces(s, y, temperature=tau, epsilon=epsilon()),
    }
    if loss not in known:
        raise LabError("loss", f"must be one of {', '.join(known)}", repr(loss))
    return known[loss]
