"""The losses of this world, value and force of each on stacked batches: any leading dimensions, no autograd.

`losses.forces` has the same closed forms for one batch; here a step of all seeds is a handful of operations. Cosines
(..., N, N) -> values (..., N) in nats and forces (..., N, N), row i = d loss_i / d s_ij in nats per unit of cosine.
A new loss is one entry.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from losses.numerics import softplus
from losses.pairs import Roles
from toy_models.repulsion.batch import Batch
from toy_models.repulsion.spec import RepulsionSpec


@dataclass(frozen=True, slots=True)
class Objective:
    """One loss. `roles(batch)`: what is positive and what is noise to it. `values` of an anchor without a positive
    are of no meaning, its forces are 0."""

    roles: Callable[[Batch], Roles]
    values: Callable[[Tensor, Roles, RepulsionSpec], Tensor]
    forces: Callable[[Tensor, Roles, RepulsionSpec], Tensor]

    def mean_loss(self, cosines: Tensor, batch: Batch, spec: RepulsionSpec) -> Tensor:
        """(..., N, N) -> (...), mean over the anchors that have a positive."""
        roles = self.roles(batch)
        return self.values(cosines, roles, spec)[..., roles.positives.any(-1)].mean(-1)


def supcon_values(cosines: Tensor, roles: Roles, spec: RepulsionSpec) -> Tensor:
    """log sum_{a != i} e^{s_ia/tau} - mean_p s_ip/tau."""
    scores = cosines / spec.temperature
    return _keep(scores, roles.positives | roles.noise).logsumexp(-1) - (scores * _weights(scores, roles)).sum(-1)


def supcon_forces(cosines: Tensor, roles: Roles, spec: RepulsionSpec) -> Tensor:
    """(q_ia - 1[a in P] / |P|) / tau."""
    scores = _keep(cosines / spec.temperature, roles.positives | roles.noise)
    takes_part = roles.positives.any(-1, keepdim=True)
    return (scores.softmax(-1) - _weights(scores, roles)) * (takes_part / spec.temperature)


def sincere_values(cosines: Tensor, roles: Roles, spec: RepulsionSpec, epsilon: float = 0.0) -> Tensor:
    """mean_p log(e^{-epsilon} + B_i e^{-s_ip/tau}); 0 where there is no noise."""
    scores = cosines / spec.temperature
    log_noise = _keep(scores, roles.noise).logsumexp(-1, keepdim=True)
    terms = softplus(log_noise - scores + epsilon) - epsilon
    return (terms * _weights(scores, roles)).sum(-1) * roles.noise.any(-1)


def sincere_forces(cosines: Tensor, roles: Roles, spec: RepulsionSpec, epsilon: float = 0.0) -> Tensor:
    """-g_ip / (|P| tau) for a positive, whose sum the noise shares by its softmax; g_ip = 1 - r_ip at epsilon 0."""
    scores = cosines / spec.temperature
    noise = _keep(scores, roles.noise)
    highest = noise.amax(-1, keepdim=True)
    parts = (noise - highest).exp_() * roles.noise
    total = parts.sum(-1, keepdim=True)  # B_i = total e^highest; 0 where there is no noise
    noise_share = torch.sigmoid((total.log() + highest + epsilon) - scores)
    pull = noise_share * (_weights(scores, roles) / spec.temperature)
    tiny = torch.finfo(scores.dtype).tiny
    return parts * (pull.sum(-1, keepdim=True) / total.clamp_min(tiny)) - pull


def _eps_values(cosines: Tensor, roles: Roles, spec: RepulsionSpec) -> Tensor:
    return sincere_values(cosines, roles, spec, spec.epsilon)


def _eps_forces(cosines: Tensor, roles: Roles, spec: RepulsionSpec) -> Tensor:
    return sincere_forces(cosines, roles, spec, spec.epsilon)


def _keep(scores: Tensor, kept: Tensor) -> Tensor:
    """The others so low that they count nothing; not -inf, which a row that keeps nothing would turn into NaN."""
    return scores.masked_fill(~kept, torch.finfo(scores.dtype).min / 2)


def _weights(scores: Tensor, roles: Roles) -> Tensor:
    """(N, N): 1/|P| on positives."""
    return roles.positives.to(scores.dtype) / roles.positive_count.clamp_min(1)[:, None]


# NT-Xent is SupCon where a label is a pair of views: one positive an anchor, all others in the sum. So an odd one out
# takes no part, as in the labelled losses; `losses.nt_xent` would refuse it.
OBJECTIVES: Mapping[str, Objective] = {
    "supcon": Objective(Batch.by_class, supcon_values, supcon_forces),
    "sincere": Objective(Batch.by_class, sincere_values, sincere_forces),
    "eps_sup_infonce": Objective(Batch.by_class, _eps_values, _eps_forces),
    "nt_xent": Objective(Batch.by_view, supcon_values, supcon_forces),
}
