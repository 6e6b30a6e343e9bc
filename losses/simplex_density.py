"""The likelihood that cross-entropy lacks: soft targets as points of the simplex, with a density there.

N samples, K classes, tau temperature. Cross-entropy leaves out the normaliser of exp(w . f) over the simplex, and so is
no likelihood of a soft target. With it the optimum is a density of w given x, and no noise samples are needed.
"""

import math

import torch
from torch import Tensor

from .checks import check_floats, check_reduction, check_targets, check_temperature, has_values
from .class_head_modules import LossModule
from .limits import is_settled
from .numerics import reduced, widen
from .simplex_integral import EXACT, SHORT, log_integral
from .temperature import Temperature, tempered_logits


def continuous_categorical(
    logits: Tensor,
    targets: Tensor,
    *,
    temperature: Temperature = 1.0,
    reduction: str = "mean",
    plain: bool = False,
) -> Tensor:
    """Continuous-categorical negative log-likelihood -(w_i . f_i / tau - log C(f_i / tau)), in nats.

    C(f) is the integral of exp(w . f) over the simplex against the uniform measure, whose total is 1. logits (N, K),
    targets (N, K) with rows on the simplex -> a scalar, or (N,) for reduction "none". Constant logits give 0, the
    uniform density. The gradient by f / tau is E_CC(f / tau)[w] - w_i. It is the logarithm of a density: it may lie
    below 0, and has no least value where targets lie on the simplex's edge, as one-hot targets do. `plain` gives
    second derivatives too. LabError for a rule broken. Computed in float64 inside (float32 on a device without it).
    Source: Gordon-Rodriguez et al., arXiv 2002.08563; theirs is against Lebesgue measure, so log (K-1)! lower.

    >>> continuous_categorical(torch.tensor([[2.0, 0.0]]), torch.tensor([[1.0, 0.0]])).item()  # log((e^2 - 1) / 2) - 2
    -0.83856...
    """
    check_floats("logits", logits, "N", "K")
    check_temperature(temperature)
    check_reduction(reduction)
    check_targets(targets, logits)
    wide = widen(logits)
    f, tau = tempered_logits(_precise(wide), temperature)
    scores, w = f / tau, targets.to(f.dtype)
    log_normaliser = log_integral(
        scores, EXACT if wide.dtype == torch.float64 else SHORT, plain=plain or not has_values(scores)
    )
    below = scores - scores.detach().amax(dim=-1, keepdim=True)  # as the log of the integral is
    losses = log_normaliser - (w * below).sum(dim=-1)
    if not is_settled(losses):
        losses = torch.where(losses.isfinite(), losses, _limit(w, below))
    return reduced(losses.to(wide.dtype), reduction)


def _precise(logits: Tensor) -> Tensor:
    return logits if logits.device.type == "mps" else logits.double()


def _limit(targets: Tensor, below: Tensor) -> Tensor:
    """With logits of -inf, (N,): inf where the target has weight there, else -inf: all density is where it is."""
    ruled_out = below == -torch.inf
    missed = (ruled_out & (targets > 0)).any(dim=-1)
    found = torch.where(missed, math.inf, -math.inf).to(below.dtype)
    return found.where(ruled_out.any(dim=-1) & ~below.isnan().any(dim=-1), math.nan)


class ContinuousCategorical(LossModule):
    """`continuous_categorical` as a module: forward(logits (N, K), targets (N, K))."""

    def __init__(self, *, temperature: Temperature = 1.0, reduction: str = "mean", plain: bool = False) -> None:
        super().__init__(temperature, reduction)
        self.plain = plain

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        return continuous_categorical(
            logits, targets, temperature=self.temperature, reduction=self.reduction, plain=self.plain
        )
