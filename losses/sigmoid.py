"""SigLIP: each pair of two views a logistic regression of its own, without a shared denominator.

Inputs, options and order of the anchors as in `losses.paired`; but an anchor meets the other view of the batch alone.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from .blocks import block_rows
from .checks import COMPLEX, LARGEST, can_look, check_number, check_products, check_temperature
from .errors import LabError
from .formulas import pairs_of_anchors
from .numerics import product
from .options import Options
from .pairs import roles_by_view
from .reduction import reduced, reduced_by_blocks
from .stacked import anchors_of
from .temperature import Temperature, beside, is_learned, number


def siglip(
    view_a: Tensor,
    view_b: Tensor,
    *,
    temperature: Temperature = 0.1,
    bias: float | Tensor = -10.0,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
    plain: bool = False,
    distributed: bool = False,
) -> Tensor:
    """SigLIP: -(1/B) sum_ij log sigmoid(y_ij (s_ij / tau + b)) over view_a x view_b, y = 1 on pairs, -1 elsewhere.

    In nats. view_a, view_b (B, D), B >= 2 -> a scalar, or (2B,) for reduction "none": the sum of each anchor's B pairs
    with the other view, first view_a's; a pair is in the sum of either of its two. `temperature` and `bias` are
    numbers or tensors of one element, learned or not; usual is a start at 0.1 and -10, both learned. All-equal unit
    embeddings give log(1 + e^{-1/tau - b}) + (B - 1) log(1 + e^{1/tau + b}). LabError for a rule broken.
    Source: Zhai et al., arXiv 2303.15343.

    >>> siglip(torch.ones(3, 1), torch.ones(3, 1)).item()  # 3 log 2
    2.079441...
    """
    options = Options(normalize, reduction, chunk_size, plain, distributed)
    return siglip_with(view_a, view_b, temperature, bias, options)


def siglip_with(
    view_a: Tensor, view_b: Tensor, temperature: Temperature, bias: float | Tensor, options: Options
) -> Tensor:
    """`siglip` with its options in one object."""
    check_temperature(temperature)
    check_bias(bias)
    z, own = anchors_of(view_a, view_b, options, temperature)
    tau = 1.0 if is_learned(temperature) else number(temperature)
    if is_learned(bias):
        z, bias = _with_bias(z, beside(torch.as_tensor(bias), z) * tau), 0.0
    offset = number(bias)
    everyone = torch.ones_like(z[:, 0], dtype=torch.bool)
    if options.takes_plain_path(z):
        roles = roles_by_view(len(z), z.device, across=True)
        value = reduced(pairs_of_anchors(product(z, z.mT) / tau + offset, roles), everyone, own, options)
    else:
        pairs = PairPass(own, block_rows(z, options.chunk_size), 1 / tau, offset)
        value = reduced_by_blocks(z, pairs, everyone, own, options)
    return check_products("view_a and view_b", z, 1 / tau, value)


def check_bias(bias: float | Tensor) -> None:
    """A finite number, or a tensor of one such, learned or not."""
    if not isinstance(bias, Tensor):
        return check_number("bias", bias)
    rule = "must be one finite number"
    if bias.dtype in (torch.bool, *COMPLEX) or bias.numel() != 1:
        found = f"a tensor of {bias.dtype}, shape {tuple(bias.shape)}"
        raise LabError("bias", rule, found, "Pass a number, or a tensor of one real element.")
    if can_look(bias) and not bias.isfinite().all():
        raise LabError("bias", rule, f"a tensor of {bias.item():g}", "-10 is a usual start.")
    if can_look(bias) and abs(bias.item()) > LARGEST:
        rule = f"must be one number of at most {LARGEST:g} in size"
        raise LabError("bias", rule, f"a tensor of {bias.item():g}", "-10 is a usual start.")
    return None


def _with_bias(z: Tensor, bias: Tensor) -> Tensor:
    """Rows [a, bias] and [b, 1] of two stacked views, (2B, D + 1): their products are a . b + bias, and autograd has
    the bias's gradient by theirs. Products within a view mean nothing, and no anchor meets its own."""
    half = len(z) // 2
    column = torch.cat([bias.expand(half), torch.ones_like(z[:half, 0])])
    return torch.cat([z, column[:, None]], dim=1)


@dataclass(frozen=True, slots=True, eq=False)
class PairPass:
    """Losses and gradient of the pairs, a block of rows at a time; `own` (n,) are this process's anchors, ascending.

    Where that is everyone, one sweep over view_a x view_b serves the anchors of both views.
    """

    own: Tensor
    rows: int
    scale: float | Tensor
    bias: float | Tensor

    def __call__(self, z: Tensor, weights: Tensor, *, with_gradient: bool) -> tuple[Tensor, Tensor | None]:
        """Losses (2B,) of anchors z (2B, D), 0 of other processes' anchors, and d (weights . losses) / d z (2B, D)."""
        with torch.no_grad(), torch.autocast(z.device.type, enabled=False):
            found = _Found(torch.zeros_like(weights), torch.zeros_like(z) if with_gradient else None)
            half = len(z) // 2
            a, b = slice(0, half), slice(half, len(z))
            if len(self.own) == len(z):
                self._sweep(z, weights, self.own[a], b, found, both=True)
                return found.losses, found.gradient
            first = self.own < half
            self._sweep(z, weights, self.own[first], b, found, both=False)
            self._sweep(z, weights, self.own[~first], a, found, both=False)
            return found.losses, found.gradient

    def _sweep(
        self, z: Tensor, weights: Tensor, anchors: Tensor, columns: slice, found: "_Found", *, both: bool
    ) -> None:
        """Add what anchors (n,) of one view have with the whole other view; to its losses only where `both` are
        asked for."""
        others = z[columns]
        scaled = (others * self.scale).mT
        of_columns = weights[columns] if both else torch.zeros_like(weights[columns])
        buffer = z.new_empty(min(self.rows, len(anchors)), len(others))
        for part in anchors.split(self.rows):
            scores = torch.mm(z[part], scaled, out=buffer[: len(part)]).add_(self.bias)
            own = (part % len(others))[:, None]
            _turn(scores, own)  # a positive's logit, so that the same is summed for all
            nats = logsigmoid(-scores)
            found.losses[part] -= nats.sum(dim=1)
            if both:
                found.losses[columns] -= nats.sum(dim=0)
            if found.gradient is not None:
                force = _turn(scores.sigmoid_(), own).mul_((weights[part, None] + of_columns) * self.scale)
                found.gradient.index_add_(0, part, force @ others)
                found.gradient[columns].addmm_(force.mT, z[part])


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What the sweeps add up: losses (2B,) and the gradient (2B, D), None where it is not asked for."""

    losses: Tensor
    gradient: Tensor | None


def _turn(scores: Tensor, own: Tensor) -> Tensor:
    """The other sign for one column (n, 1) of each row, in place."""
    return scores.scatter_(1, own, -scores.gather(1, own))
