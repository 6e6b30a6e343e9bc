"""The losses of this world on stacked similarity matrices, and WEINCE's evidence with them.

The formulas are those of `losses`, whose functions take one batch; here S batches go as one tensor.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from losses import contrasts
from losses.catalog import CATALOG
from losses.evidence import TailEvidence, Tails, weigh
from losses.nearest import smallest
from losses.pairs import roles_by_view
from toy_models.two_views.spec import TwoViewsSpec


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What WEINCE finds in each anchor's negatives, all (..., 2B), without gradient; as in `WeinceDiagnostics`."""

    lam: Tensor
    delta_aic: Tensor
    rho: Tensor
    beta: Tensor


def evidence(cosines: Tensor, spec: TwoViewsSpec) -> Evidence:
    """Cosines (..., 2B, 2B) of stacked views -> the evidence of each anchor; a batch is weighed by itself."""
    rule = TailEvidence(
        beta=spec.beta,
        quantile=spec.quantile,
        aic_margin=spec.aic_margin,
        kappa_rho=spec.kappa_rho,
        kappa_aic=spec.kappa_aic,
        min_tail_points=spec.min_tail_points,
    )
    anchors = cosines.shape[-1]
    roles = roles_by_view(anchors, cosines.device)
    shortfalls = (1 - cosines.detach()).masked_fill(~roles.noise, torch.inf).reshape(-1, anchors)
    tails = smallest(shortfalls, rule.tail_size(anchors - 2))

    def of_batch(tail: Tensor) -> tuple[Tensor, ...]:
        found = weigh(Tails.of(tail), rule)
        return found.lam, found.delta_aic, found.rho, found.beta

    columns = torch.func.vmap(of_batch)(tails.unflatten(0, (-1, anchors)))
    return Evidence(*(column.reshape(cosines.shape[:-1]) for column in columns))


def losses_of_anchors(name: str, cosines: Tensor, spec: TwoViewsSpec) -> Tensor:
    """Cosines (S, 2B, 2B) -> the loss of each anchor (S, 2B), in nats."""
    entry = CATALOG[name]
    settings: dict[str, float | Tensor] = {**entry.defaults, "temperature": spec.temperature}
    if entry.contrast.evidence:
        found = evidence(cosines, spec)
        settings |= {"lam": found.lam, "beta": found.beta}
    roles = roles_by_view(cosines.shape[-1], cosines.device, entry.contrast.across)
    return contrasts.values(entry.contrast, cosines, roles, settings)
