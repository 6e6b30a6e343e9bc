"""Relatives of NT-Xent on two views: view_a, view_b (B, D), 2B anchors, the positive of each its other view.

Inputs, options, order of the anchors and errors as in `losses.paired`.
"""

from collections.abc import Callable
from functools import partial
from math import log

from torch import Tensor

from .checks import can_look, check_number, check_temperature
from .errors import LabError
from .exponentials import RowExp, row_exp
from .formulas import decoupled_of_anchors, log_odds, powered_of_anchors
from .options import Options
from .rules import decoupled_rule, log_odds_rule, odds, power_rule
from .stacked import Formula, anchors_of, over_anchors
from .streaming import Rule
from .symmetric_rules import OfPairs, of_pairs
from .temperature import Temperature, is_learned, number


def dcl(
    view_a: Tensor,
    view_b: Tensor,
    *,
    temperature: Temperature = 0.1,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
    plain: bool = False,
    distributed: bool = False,
) -> Tensor:
    """Decoupled contrastive learning: NT-Xent whose positive does not stand in the denominator, in nats.

    -s_ip / tau + log sum_n e^{s_in / tau} over the 2B - 2 noise pairs, mean over the 2B anchors. The pull on the
    positive is 1 / tau, however near it is; the loss has no floor at 0. Shapes and errors as in `nt_xent`. All-equal
    embeddings give log(2B - 2). Source: Yeh et al., arXiv 2110.06848; the authors add the means of the two views up,
    which is twice this one.

    >>> import torch
    >>> dcl(torch.ones(3, 1), torch.ones(3, 1)).item()  # log 4
    1.386294...
    """
    return dcl_with(view_a, view_b, temperature, Options(normalize, reduction, chunk_size, plain, distributed))


def rince(
    view_a: Tensor,
    view_b: Tensor,
    *,
    temperature: Temperature = 0.5,
    q: float = 0.5,
    density: float = 0.01,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
    plain: bool = False,
    distributed: bool = False,
) -> Tensor:
    """Robust InfoNCE: a power in the logarithm's place, so that one false positive weighs less.

    -e^{q s_ip / tau} / q + (lam (e^{s_ip / tau} + sum_n e^{s_in / tau}))^q / q, mean over the 2B anchors; q in 0 to 1,
    `density` lam above 0. At q = 0, its limit, it is NT-Xent + log lam; at q = 1 an exponential loss. Not in nats, but
    in units of e^{q s / tau}: it grows with q / tau, and a value that no number of its dtype holds is a LabError.
    Shapes and other errors as in `nt_xent`. Source: Chuang et al., arXiv 2201.04309.

    >>> import torch
    >>> round(rince(torch.zeros(3, 1), torch.zeros(3, 1), q=1.0, density=0.5).item(), 6)  # 0.5 * 5 - 1
    1.5
    """
    options = Options(normalize, reduction, chunk_size, plain, distributed)
    return rince_with(view_a, view_b, temperature, q, density, options)


def temperature_free_infonce(
    view_a: Tensor,
    view_b: Tensor,
    *,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
    plain: bool = False,
    distributed: bool = False,
) -> Tensor:
    """NT-Xent whose logits are the cosines' log-odds log((1 + s) / (1 - s)) = 2 artanh s, without a temperature.

    In nats. Towards s = 1 the coordinate has the pole of Weibit at beta 1, towards -1 its mirror image. 1 - s and
    1 + s are held at 1e-6 or above: the logits stay within 14.5, and what is nearer to a pole is not moved. Shapes and
    errors as in `nt_xent`. Source: Kim & Kim, arXiv 2501.17683.

    >>> import torch
    >>> temperature_free_infonce(torch.zeros(3, 1), torch.zeros(3, 1)).item()  # log 5
    1.609437...
    """
    return temperature_free_with(view_a, view_b, Options(normalize, reduction, chunk_size, plain, distributed))


def dcl_with(view_a: Tensor, view_b: Tensor, temperature: Temperature, options: Options) -> Tensor:
    """`dcl` with its options in one object."""
    return _of_scores(
        view_a, view_b, temperature, options, decoupled_of_anchors, decoupled_rule, partial(of_pairs, own_below=False)
    )


def rince_with(
    view_a: Tensor, view_b: Tensor, temperature: Temperature, q: float, density: float, options: Options
) -> Tensor:
    """`rince` with its options in one object."""
    check_powers(q, density)
    q = q if q >= LEAST_POWER else 0.0
    formula = partial(powered_of_anchors, q=q, log_density=log(density))
    rule = partial(power_rule, q=q, log_density=log(density))
    symmetric = partial(of_pairs, q=q, log_density=log(density))
    value = _of_scores(view_a, view_b, temperature, options, formula, rule, symmetric)
    if can_look(value) and not value.isfinite().all() and view_a.isfinite().all() and view_b.isfinite().all():
        remedy = "Raise the temperature, lower q, or take unit rows (normalize=True)."
        raise LabError("q", f"must be small enough for e^(q s / tau) to be a number of {value.dtype}", q, remedy)
    return value


def temperature_free_with(view_a: Tensor, view_b: Tensor, options: Options) -> Tensor:
    """`temperature_free_infonce` with its options in one object."""
    z, own = anchors_of(view_a, view_b, options)
    return over_anchors(z, own, log_odds, log_odds_rule(), 1.0, options, symmetric=OfPairs(odds, 1.0))


LEAST_POWER = 1e-30
"""Below this, which float32 still divides by, the limit q = 0 is the value to all digits."""


def check_powers(q: float, density: float) -> None:
    """q in 0 to 1, density above 0."""
    check_number("q", q)
    if not 0 <= q <= 1:
        raise LabError("q", "must lie in 0 to 1", q, "0 is NT-Xent, 1 an exponential loss.")
    check_number("density", density, above=0, remedy="0.01 is usual.")


def _of_scores(
    view_a: Tensor,
    view_b: Tensor,
    temperature: Temperature,
    options: Options,
    formula: Formula,
    rule: Callable[[RowExp], Rule],
    symmetric: Callable[[RowExp, float | Tensor], OfPairs | None],
) -> Tensor:
    """A formula of the scores s / tau."""
    check_temperature(temperature)
    z, own = anchors_of(view_a, view_b, options, temperature)
    tau = 1.0 if is_learned(temperature) else number(temperature)
    scale = 1 / tau
    exp = row_exp(z, scale)
    return over_anchors(
        z,
        own,
        lambda cosines: cosines / tau,
        rule(exp),
        scale,
        options,
        formula=formula,
        symmetric=symmetric(exp, scale),
    )
