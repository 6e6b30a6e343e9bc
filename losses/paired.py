"""Losses of paired views: view_a, view_b (B, D), 2B anchors, the positive of each its other view.

The anchors are view_a's rows, then view_b's; so are the losses under reduction "none". s_ij = z_i . z_j.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from losses.checks import check_batch, check_chunk_size, check_floats, check_number, check_reduction, check_temperature
from losses.errors import LabError
from losses.evidence import ENDPOINT_GAP, TailEvidence, WeinceDiagnostics, weigh
from losses.numerics import by_rows, masked_logsumexp, product, reduced, unit_rows, widen
from losses.pairs import other_view, roles_by_view

Link = Callable[[Tensor, slice], Tensor]


def nt_xent(
    view_a: Tensor,
    view_b: Tensor,
    *,
    temperature: float = 0.5,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
) -> Tensor:
    """NT-Xent, InfoNCE on two views: cross-entropy of s_ij / tau over the 2B - 1 others, in nats.

    view_a, view_b (B, D), B >= 2, unit rows unless `normalize` -> a scalar, or (2B,) for reduction "none".
    `chunk_size` rows of similarities are in memory at a time. All-equal embeddings give log(2B - 1). LabError for
    a rule broken. Source: Chen et al., arXiv 2002.05709, equation 1.

    >>> nt_xent(torch.ones(3, 1), torch.ones(3, 1)).item()  # log 5
    1.609437...
    """
    check_temperature(temperature)
    z = stacked_views(view_a, view_b, normalize)
    return _contrast(z, lambda cosines, rows: cosines / temperature, reduction, chunk_size)


def weibit(
    view_a: Tensor, view_b: Tensor, *, beta: float = 4.0, normalize: bool = False, reduction: str = "mean"
) -> Tensor:
    """Weibit: NT-Xent with logits -beta log(1 - s_ij), in nats.

    The softmax is then p_j proportional to (1 - s_ij)^(-beta), the choice model of Weibull tails with endpoint 1.
    s is clamped below 1 - 1e-6. Shapes and errors as in `nt_xent`. Source: Erol et al., arXiv 2606.00262.

    >>> weibit(torch.zeros(3, 1), torch.zeros(3, 1)).item()  # log 5
    1.609437...
    """
    check_number("beta", beta, above=0)
    z = stacked_views(view_a, view_b, normalize)
    return _contrast(z, lambda cosines, rows: beta * weibit_coordinate(cosines), reduction, None)


def weince(
    view_a: Tensor,
    view_b: Tensor,
    *,
    temperature: float = 0.5,
    evidence: str = "both",
    beta: str = "one",
    quantile: float = 0.2,
    aic_margin: float = 2.0,
    kappa_rho: float = 10.0,
    kappa_aic: float = 1.0,
    tail_fraction: float = 0.1,
    min_tail_points: int = 32,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
) -> Tensor:
    """WEINCE: a blend of NT-Xent and Weibit, per anchor, by the evidence for an endpoint, in nats.

    Cross-entropy of l_ij = (1 - lam_i) s_ij / tau + lam_i (-beta_i log(1 - s_ij)) over the 2B - 1 others, with
    lam_i and beta_i from `weince_diagnostics`, which carry no gradient. B >= 3; shapes and errors as in `nt_xent`.
    `beta` is "one", as in the released code, or "estimated", as in the paper's figure: the Weibull slope within
    0.5 to 16. s is clamped below 1 - 1e-6 in the Weibit term. Source: Erol et al., arXiv 2606.00262.

    >>> a = torch.eye(8)
    >>> bool(weince(a, a, aic_margin=1e9) == nt_xent(a, a))  # no evidence suffices: lam = 0
    True
    """
    spec = TailEvidence(evidence, beta, quantile, aic_margin, kappa_rho, kappa_aic, tail_fraction, min_tail_points)
    return weince_of_stack(stacked_views(view_a, view_b, normalize), spec, temperature, reduction, chunk_size)


def weince_of_stack(
    z: Tensor, spec: TailEvidence, temperature: float, reduction: str, chunk_size: int | None
) -> Tensor:
    """`weince` of two views stacked to (2B, D), its evidence settings in one spec."""
    check_temperature(temperature)
    found = _diagnose(z, spec, chunk_size)

    def blend(cosines: Tensor, rows: slice) -> Tensor:
        lam, exponent = found.lam[rows, None], found.beta[rows, None]
        return (1 - lam) * cosines / temperature + lam * exponent * weibit_coordinate(cosines)

    return _contrast(z, blend, reduction, chunk_size)


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


def weibit_coordinate(cosines: Tensor) -> Tensor:
    """-log(1 - s) with s clamped below 1 - 1e-6, where its derivative 1 / (1 - s) would be unbounded."""
    return -torch.log1p(-cosines.clamp_max(1 - ENDPOINT_GAP))


def stacked_views(view_a: Tensor, view_b: Tensor, normalize: bool) -> Tensor:
    """(B, D), (B, D) -> (2B, D) in at least float32."""
    check_floats("view_a", view_a, "B", "D")
    check_floats("view_b", view_b, "B", "D")
    if view_a.shape != view_b.shape:
        raise LabError("view_b", f"must have view_a's shape {tuple(view_a.shape)}", tuple(view_b.shape))
    check_batch("pairs", len(view_a), 2, "an anchor needs a negative")
    z = torch.cat([widen(view_a), widen(view_b)])
    return unit_rows(z) if normalize else z


def _contrast(z: Tensor, link: Link, reduction: str, chunk_size: int | None) -> Tensor:
    """Cross-entropy of the linked cosines over the others of each of the 2B anchors, towards its other view."""
    check_reduction(reduction)
    check_chunk_size(chunk_size)

    def block(rows: slice) -> Tensor:
        scores = link(product(z[rows], z.mT), rows)  # (n, 2B)
        roles = roles_by_view(len(z), rows, z.device)
        own = scores.gather(1, other_view(len(z), rows, z.device)[:, None]).squeeze(1)
        return masked_logsumexp(scores, roles.positives | roles.noise) - own

    return reduced(by_rows(block, len(z), chunk_size), reduction)


def _diagnose(z: Tensor, spec: TailEvidence, chunk_size: int | None) -> WeinceDiagnostics:
    check_chunk_size(chunk_size)
    check_batch("pairs", len(z) // 2, 3, "the tail of an anchor's negatives needs four of them")
    z = z.detach()
    tail_size = spec.tail_size(len(z) - 2)

    def tails(rows: slice) -> Tensor:
        shortfalls = 1 - product(z[rows], z.mT)
        noise = roles_by_view(len(z), rows, z.device).noise
        return shortfalls.masked_fill(~noise, torch.inf).topk(tail_size, largest=False, sorted=True).values

    return weigh(by_rows(tails, len(z), chunk_size), spec)
