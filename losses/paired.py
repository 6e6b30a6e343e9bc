"""Losses of paired views: view_a, view_b (B, D), 2B anchors, the positive of each its other view.

The anchors are view_a's rows, then view_b's; so are the losses under reduction "none". s_ij = z_i . z_j.

Options of all are those of `.options`. `temperature` is a number or a tensor of one element, learned or not.
"""

import math
from functools import partial

import torch
from torch import Tensor

from .blocks import block_rows
from .checks import can_look, check_batch, check_chunk_size, check_number, check_temperature
from .closed_form import GradientToo
from .evidence import TailEvidence, Tails, WeinceDiagnostics, tail_columns, weigh
from .exponentials import RowExp, row_exp
from .formulas import weibit_coordinate
from .hardest import NONE_ADDED, HardestTerms, with_hardest
from .nearest import smallest
from .numerics import product
from .options import Options
from .records import ENDPOINT_GAP
from .rules import blend_rule, contrast_rule
from .stacked import anchors_of, over_anchors, stacked_views
from .symmetric_rules import OfPairs, of_pairs, power_of_shortfall, powers_fit
from .temperature import Temperature, beside, is_learned, number, tempered_rows


def nt_xent(
    view_a: Tensor,
    view_b: Tensor,
    *,
    temperature: Temperature = 0.5,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
    plain: bool = False,
    distributed: bool = False,
) -> Tensor:
    """NT-Xent, InfoNCE on two views: cross-entropy of s_ij / tau over the 2B - 1 others, in nats.

    view_a, view_b (B, D), B >= 2, unit rows unless `normalize` -> a scalar, or (2B,) for reduction "none".
    Other options: see the module `options`. All-equal embeddings give log(2B - 1). LabError for a rule broken.
    Source: Chen et al., arXiv 2002.05709, equation 1.

    >>> nt_xent(torch.ones(3, 1), torch.ones(3, 1)).item()  # log 5
    1.609437...
    """
    return nt_xent_with(view_a, view_b, temperature, Options(normalize, reduction, chunk_size, plain, distributed))


def weibit(
    view_a: Tensor,
    view_b: Tensor,
    *,
    beta: float = 4.0,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
    plain: bool = False,
    distributed: bool = False,
) -> Tensor:
    """Weibit: NT-Xent with logits -beta log(1 - s_ij), in nats.

    The softmax is then p_j proportional to (1 - s_ij)^(-beta), the choice model of Weibull tails with endpoint 1.
    s is clamped below 1 - 1e-6. Shapes and errors as in `nt_xent`. Source: Erol et al., arXiv 2606.00262.

    >>> weibit(torch.zeros(3, 1), torch.zeros(3, 1)).item()  # log 5
    1.609437...
    """
    return weibit_with(view_a, view_b, beta, Options(normalize, reduction, chunk_size, plain, distributed))


def weince(
    view_a: Tensor,
    view_b: Tensor,
    *,
    temperature: Temperature = 0.5,
    evidence: str = "both",
    beta: str = "one",
    quantile: float = 0.2,
    aic_margin: float = 2.0,
    kappa_rho: float = 10.0,
    kappa_aic: float = 1.0,
    tail_fraction: float = 0.1,
    min_tail_points: int = 32,
    weibull_weight: float = 0.0,
    softmax_weight: float = 0.0,
    weibull_top: int = 50,
    softmax_top: int = 50,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
    plain: bool = False,
    distributed: bool = False,
) -> Tensor:
    """WEINCE: a blend of NT-Xent and Weibit, per anchor, by the evidence for an endpoint, in nats.

    Cross-entropy of l_ij = (1 - lam_i) s_ij / tau + lam_i (-beta_i log(1 - s_ij)) over the 2B - 1 others, with
    lam_i and beta_i from `weince_diagnostics`, which carry no gradient. B >= 3; shapes and errors as in `nt_xent`.
    `beta` is "one", as in the released code, or "estimated", as in the paper's figure: the Weibull slope within
    0.5 to 16. s is clamped below 1 - 1e-6 in the Weibit term. Source: Erol et al., arXiv 2606.00262.

    `weibull_weight` and `softmax_weight` add so much of two more cross-entropies of each anchor, towards its other view
    and over its `weibull_top` and `softmax_top` nearest negatives alone, all 2B - 2 where there are fewer: of
    -beta log(1 - s) with the batch's beta (`losses.hardest.batch_beta`), and of s / tau. The released script runs 0.5
    of both at 50; its README and the formula name neither, and here both are off.

    >>> a = torch.eye(8)
    >>> torch.allclose(weince(a, a, aic_margin=1e9), nt_xent(a, a))  # no evidence suffices: lam = 0
    True
    """
    spec = TailEvidence(evidence, beta, quantile, aic_margin, kappa_rho, kappa_aic, tail_fraction, min_tail_points)
    hardest = HardestTerms(weibull_weight, softmax_weight, weibull_top, softmax_top)
    options = Options(normalize, reduction, chunk_size, plain, distributed)
    return weince_with(view_a, view_b, spec, temperature, options, hardest)


def nt_xent_with(view_a: Tensor, view_b: Tensor, temperature: Temperature, options: Options) -> Tensor:
    """`nt_xent` with its options in one object."""
    check_temperature(temperature)
    z, own = anchors_of(view_a, view_b, options, temperature)
    tau = 1.0 if is_learned(temperature) else number(temperature)
    scale = 1 / tau
    exp = row_exp(z, scale)
    symmetric = of_pairs(exp, scale)
    return over_anchors(z, own, lambda cosines: cosines / tau, contrast_rule(exp), scale, options, symmetric=symmetric)


def weibit_with(view_a: Tensor, view_b: Tensor, beta: float, options: Options) -> Tensor:
    """`weibit` with its options in one object."""
    check_number("beta", beta, above=0)
    z, own = anchors_of(view_a, view_b, options)
    curved = torch.full_like(z[:, 0], beta)
    rule = blend_rule(torch.zeros_like(curved), curved, 1.0, _blend_exp(z, 0.0, curved))
    symmetric = OfPairs(partial(power_of_shortfall, beta=beta), 1.0) if powers_fit(z, beta) else None
    return over_anchors(
        z, own, lambda cosines: beta * weibit_coordinate(cosines), rule, 1.0, options, symmetric=symmetric
    )


def weince_with(
    view_a: Tensor,
    view_b: Tensor,
    spec: TailEvidence,
    temperature: Temperature,
    options: Options,
    hardest: HardestTerms = NONE_ADDED,
) -> Tensor:
    """`weince` with its settings in three specs."""
    check_temperature(temperature)
    z, own = anchors_of(view_a, view_b, options)
    return with_hardest(_blended(z, own, spec, temperature, options), z, own, hardest, temperature, options)


def _blended(z: Tensor, own: Tensor, spec: TailEvidence, temperature: Temperature, options: Options) -> Tensor:
    """WEINCE itself."""
    found = _diagnose(z, spec, options.chunk_size)
    straight, curved = 1 - found.lam, found.lam * found.beta
    learned = beside(torch.as_tensor(temperature), z) if is_learned(temperature) else number(temperature)

    def blend(cosines: Tensor) -> Tensor:
        return straight[:, None] * (cosines / learned) + curved[:, None] * weibit_coordinate(cosines)

    tau = number(learned)
    exp = _blend_exp(z, 1 / tau, curved)
    value = over_anchors(z, own, blend, blend_rule(straight, curved, tau, exp), 1 / tau, options, learned)
    if not isinstance(learned, Tensor) or not learned.requires_grad or options.takes_plain_path(z, learned):
        return value
    # Rows over the root of tau, as elsewhere, would let tau reach the curved term. A second pass, in which that term
    # has no force, has the temperature's gradient alone.
    rule = blend_rule(straight, curved, tau, exp, curve_pulls=False)
    again = over_anchors(tempered_rows(z.detach(), learned)[0], own, blend, rule, 1.0, options)
    return GradientToo.apply(value, again)


def weince_diagnostics(
    view_a: Tensor,
    view_b: Tensor,
    *,
    evidence: str = "both",
    beta: str = "one",
    quantile: float = 0.2,
    aic_margin: float = 2.0,
    kappa_rho: float = 10.0,
    kappa_aic: float = 1.0,
    tail_fraction: float = 0.1,
    min_tail_points: int = 32,
    normalize: bool = False,
    chunk_size: int | None = None,
) -> WeinceDiagnostics:
    """The evidence behind `weince` for each of the 2B anchors: lam, beta_hat, r2, delta_aic, rho.

    Inputs and errors as in `weince`. Source: Erol et al., arXiv 2606.00262.

    >>> weince_diagnostics(torch.eye(8), torch.eye(8)).lam.shape
    torch.Size([16])
    """
    spec = TailEvidence(evidence, beta, quantile, aic_margin, kappa_rho, kappa_aic, tail_fraction, min_tail_points)
    return _diagnose(stacked_views(view_a, view_b, normalize), spec, chunk_size)


def _blend_exp(z: Tensor, scale: float | Tensor, curved: Tensor) -> RowExp:
    """For scores that are a cosine's times `scale`, and a clamped -log(1 - s) times curved (2B,)."""
    steepest = -math.log(ENDPOINT_GAP) * float(curved.max()) if can_look(curved) else math.inf
    return row_exp(z, scale, steepest)


def _diagnose(z: Tensor, spec: TailEvidence, chunk_size: int | None) -> WeinceDiagnostics:
    check_chunk_size(chunk_size)
    check_batch("pairs", len(z) // 2, 3, "The tail of an anchor's negatives needs four of them.")
    z = z.detach()
    size = spec.tail_size(len(z) - 2)
    # In one tensor made beforehand: small results kept between large ones that come and go split the heap.
    columns = z.new_empty(len(z), 7)
    rows, half = block_rows(z, chunk_size), len(z) // 2
    for start in range(0, len(z), rows):
        part = slice(start, start + rows)
        shortfalls = product(z[part], z.mT).neg_().add_(1)
        for no_negatives in (start, start + half, start - half):  # itself, and the other view
            shortfalls.diagonal(no_negatives).fill_(torch.inf)
        columns[part] = tail_columns(smallest(shortfalls, size))
    return weigh(Tails.of_columns(columns, size), spec)
