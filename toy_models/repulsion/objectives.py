"""The losses of this world: value and force of each on a batch. A new loss is one entry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor

from losses import eps_sup_infonce, sincere, supcon
from losses.forces import eps_sup_infonce_forces, sincere_forces, supcon_forces
from toy_models.repulsion.batch import Batch
from toy_models.repulsion.spec import RepulsionSpec


@dataclass(frozen=True, slots=True)
class Objective:
    """One loss on one batch.

    `forces(similarities (N, N), batch, spec)` -> (N, N), row i = d loss_i / d s_ij, nats per unit of cosine.
    `loss(embeddings (N, D), batch, spec)` -> the mean over anchors that take part, nats.
    """

    forces: Callable[[Tensor, Batch, RepulsionSpec], Tensor]
    loss: Callable[[Tensor, Batch, RepulsionSpec], Tensor]


# InfoNCE on two views is SupCon where a label is a pair of views: one positive an anchor, all others in the sum.
# So an odd one out takes no part, as in the labelled losses; `losses.nt_xent` would refuse it.
OBJECTIVES: Mapping[str, Objective] = {
    "supcon": Objective(
        lambda s, batch, spec: supcon_forces(s, batch.labels, temperature=spec.temperature),
        lambda z, batch, spec: supcon(z, batch.labels, temperature=spec.temperature, plain=True),
    ),
    "sincere": Objective(
        lambda s, batch, spec: sincere_forces(s, batch.labels, temperature=spec.temperature),
        lambda z, batch, spec: sincere(z, batch.labels, temperature=spec.temperature, plain=True),
    ),
    "eps_sup_infonce": Objective(
        lambda s, batch, spec: eps_sup_infonce_forces(
            s, batch.labels, temperature=spec.temperature, epsilon=spec.epsilon
        ),
        lambda z, batch, spec: eps_sup_infonce(
            z, batch.labels, temperature=spec.temperature, epsilon=spec.epsilon, plain=True
        ),
    ),
    "nt_xent": Objective(
        lambda s, batch, spec: supcon_forces(s, batch.views, temperature=spec.temperature),
        lambda z, batch, spec: supcon(z, batch.views, temperature=spec.temperature, plain=True),
    ),
}
