"""Losses of labelled embeddings: (N, D), or (N, V, D) with V views a sample, against labels (N,).

s_ij = z_i . z_j, P(i) the other anchors of i's class, Nz(i) the anchors of other classes, the noise. Views are
flattened next to each other with their label repeated, so V views make N V anchors. An anchor with no positive
takes no part in the mean (0 under reduction "none"), yet is noise for others.
"""

from collections.abc import Callable

from torch import Tensor

from losses.checks import (
    check_batch,
    check_chunk_size,
    check_floats,
    check_labels,
    check_number,
    check_reduction,
    check_temperature,
    has_values,
)
from losses.errors import LabError
from losses.numerics import by_rows, masked_logsumexp, product, softplus, unit_rows, widen
from losses.pairs import Roles, roles_by_label

AnchorLoss = Callable[[Tensor, Roles], Tensor]


def supcon(
    embeddings: Tensor,
    labels: Tensor,
    *,
    temperature: float = 0.1,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
) -> Tensor:
    """SupCon, the variant with the sum outside the logarithm, in nats.

    -1/|P| sum_p log( e^{s_ip/tau} / sum_{a != i} e^{s_ia/tau} ), mean over anchors. embeddings (N, D) or (N, V, D),
    unit rows unless `normalize`; labels (N,) integers -> a scalar, or (N V,) for reduction "none". `chunk_size`
    rows of similarities are in memory at a time. All-equal embeddings give log(N V - 1). LabError for a rule
    broken, also where no class has two anchors. Source: Khosla et al., arXiv 2004.11362, equation 2; without the
    released code's factor temperature / base_temperature, which only scales the loss.

    >>> import torch
    >>> supcon(torch.ones(4, 1), torch.tensor([0, 0, 1, 1])).item()  # log 3
    1.09861...
    """
    return _mean_over_anchors(embeddings, labels, supcon_of_anchors, temperature, normalize, reduction, chunk_size)


def sincere(
    embeddings: Tensor,
    labels: Tensor,
    *,
    temperature: float = 0.1,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
) -> Tensor:
    """SINCERE: each positive against the noise alone, in nats.

    -1/|P| sum_p log( e^{s_ip/tau} / (e^{s_ip/tau} + B_i) ), B_i = sum_n e^{s_in/tau} over the noise, mean over
    anchors. Shapes, options and errors as in `supcon`. Never above SupCon, and equal to InfoNCE where each anchor
    has one positive. For target density p and noise density q, E[loss] >= log|Nz| - (KL(p||q) + KL(q||p)).
    All-equal embeddings give log(1 + |Nz|); a batch of one class 0. Source: Feeney & Hughes, arXiv 2309.14277.

    >>> import torch
    >>> sincere(torch.ones(4, 1), torch.tensor([0, 0, 1, 1])).item()  # log 3
    1.098612...
    """
    return eps_sup_infonce(
        embeddings,
        labels,
        temperature=temperature,
        epsilon=0.0,
        normalize=normalize,
        reduction=reduction,
        chunk_size=chunk_size,
    )


def eps_sup_infonce(
    embeddings: Tensor,
    labels: Tensor,
    *,
    temperature: float = 0.1,
    epsilon: float = 0.25,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
) -> Tensor:
    """eps-SupInfoNCE: SINCERE with e^{s_ip/tau - epsilon} in the denominator, in nats.

    Shapes, options and errors as in `supcon`; epsilon >= 0 is the margin on s / tau. It may fall to -epsilon.
    All-equal embeddings give log(e^{-epsilon} + |Nz|); a batch of one class 0.
    Source: Barbano et al., arXiv 2211.05568.

    >>> import torch
    >>> eps_sup_infonce(torch.ones(4, 1), torch.tensor([0, 0, 1, 1]), epsilon=0.0).item()  # log 3
    1.098612...
    """
    check_epsilon(epsilon)

    def anchor_loss(scores: Tensor, roles: Roles) -> Tensor:
        return eps_sup_infonce_of_anchors(scores, roles, epsilon)

    return _mean_over_anchors(embeddings, labels, anchor_loss, temperature, normalize, reduction, chunk_size)


def check_epsilon(epsilon: float) -> None:
    check_number("epsilon", epsilon)
    if epsilon < 0:
        raise LabError("epsilon", "must not be negative", epsilon, "Use 0 for SINCERE.")


def supcon_of_anchors(scores: Tensor, roles: Roles) -> Tensor:
    """(n,) SupCon of each anchor from scores s / tau (n, N), unchecked; 0 for an anchor with no positive."""
    log_denominator = masked_logsumexp(scores, roles.positives | roles.noise)  # (n,)
    return _mean_over_positives(log_denominator[:, None] - scores, roles)


def eps_sup_infonce_of_anchors(scores: Tensor, roles: Roles, epsilon: float) -> Tensor:
    """(n,) eps-SupInfoNCE of each anchor from scores s / tau (n, N), unchecked; 0 with no positive or no noise.

    log(e^{-epsilon} + B e^{-s/tau}) = softplus(log B - s/tau + epsilon) - epsilon.
    """
    log_noise = masked_logsumexp(scores, roles.noise)  # (n,) log B
    losses = softplus(log_noise[:, None] - scores + epsilon) - epsilon  # (n, N)
    return _mean_over_positives(losses, roles) * roles.noise.any(dim=-1)


def _mean_over_positives(losses: Tensor, roles: Roles) -> Tensor:
    """Mean over p in P(i) of (n, N) losses, (n,)."""
    return losses.masked_fill(~roles.positives, 0).sum(dim=-1) / roles.positive_count.clamp_min(1)


def _mean_over_anchors(
    embeddings: Tensor,
    labels: Tensor,
    anchor_loss: AnchorLoss,
    temperature: float,
    normalize: bool,
    reduction: str,
    chunk_size: int | None,
) -> Tensor:
    check_temperature(temperature)
    check_reduction(reduction)
    check_chunk_size(chunk_size)
    z, y = flat_views(embeddings, labels, normalize)  # (N, D), (N,)

    def block(rows: slice) -> Tensor:
        return anchor_loss(product(z[rows], z.mT) / temperature, roles_by_label(y, rows))

    losses = by_rows(block, len(z), chunk_size)
    takes_part = by_rows(lambda rows: roles_by_label(y, rows).positives.any(dim=-1), len(z), chunk_size)
    if has_values(takes_part) and not takes_part.any():
        raise LabError(
            "labels", "must repeat: no class has two samples, so no anchor has a positive", None, "Use a larger batch."
        )
    return losses.sum() / takes_part.sum() if reduction == "mean" else losses


def flat_views(embeddings: Tensor, labels: Tensor, normalize: bool) -> tuple[Tensor, Tensor]:
    """(N, D) or (N, V, D) with (N,) labels -> anchors (N V, D) in at least float32 and their labels (N V,)."""
    views = embeddings[:, None] if isinstance(embeddings, Tensor) and embeddings.ndim == 2 else embeddings
    check_floats("embeddings", views, "N", "V", "D")
    check_labels(labels, len(views))
    check_batch("anchors", views.shape[0] * views.shape[1], 2, "an anchor needs another one")
    z = widen(views).flatten(0, 1)
    return unit_rows(z) if normalize else z, labels.repeat_interleave(views.shape[1])
