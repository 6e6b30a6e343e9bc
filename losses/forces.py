"""Closed-form derivatives of the losses: where each similarity, or each logit, is pushed.

Embedding losses: similarities (N, N) -> (N, N), row i = d loss_i / d s_ij with loss_i not averaged over the batch
(nats per unit of cosine). Below 0 a pair attracts, since descent raises its similarity; above 0 it repels. The
diagonal is 0, and so are the rows of anchors that take no part.
Class heads: -> (N, K) = d (sum of losses) / d logits.
"""

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from . import contrasts
from .catalog import CATALOG
from .checks import check_floats, check_number, check_temperature
from .errors import LabError
from .head_scores import class_counts, label_scores, target_scores
from .label_checks import check_class_labels, check_labels
from .numerics import product, widen
from .pairs import Roles, roles_by_label, roles_by_view
from .simplex_integral import integral_and_mean
from .soft_labelled import check_target_temperature


def supcon_forces(similarities: Tensor, labels: Tensor, *, temperature: float) -> Tensor:
    """(q_ip - 1/|P|) / tau for a positive, q_in / tau for noise; q_i = softmax of s_i / tau over the others.

    A same-class pair repels exactly when q_ip > 1/|P(i)|.

    >>> supcon_forces(torch.ones(4, 4), torch.tensor([0, 0, 1, 2]), temperature=1.0)[0]
    tensor([ 0.0000, -0.6667,  0.3333,  0.3333])
    """
    cosines, roles = _labelled(similarities, labels, temperature)
    return contrasts.forces(CATALOG["supcon"].contrast, cosines, roles, {"temperature": temperature})


def sincere_forces(similarities: Tensor, labels: Tensor, *, temperature: float) -> Tensor:
    """-(1 - r_ip) / (|P| tau) for a positive, never above 0; see `eps_sup_infonce_forces` at epsilon = 0.

    >>> sincere_forces(torch.ones(4, 4), torch.tensor([0, 0, 1, 2]), temperature=1.0)[0]
    tensor([ 0.0000, -0.6667,  0.3333,  0.3333])
    """
    return eps_sup_infonce_forces(similarities, labels, temperature=temperature, epsilon=0.0)


def eps_sup_infonce_forces(similarities: Tensor, labels: Tensor, *, temperature: float, epsilon: float) -> Tensor:
    """-g_ip / (|P| tau) for a positive; (e^{s_in/tau} / B_i) sum_p g_ip / (|P| tau) for noise.

    g_ip = sigmoid(log B_i - s_ip/tau + epsilon), the share of the noise in the denominator of p. The two add up
    to 0 in every row: what the positives gain in pull, the noise gets in push, shared out by its softmax.
    """
    cosines, roles = _labelled(similarities, labels, temperature)
    settings = {"temperature": temperature, "epsilon": epsilon}
    return contrasts.forces(CATALOG["eps_sup_infonce"].contrast, cosines, roles, settings)


def x_clr_forces(
    similarities: Tensor, labels: Tensor, *, temperature: float, target_temperature: float = 0.1
) -> Tensor:
    """(q_ij - t_ij) / tau on all others: t_ij = 1 / (|P| + |Nz| w) for a positive, w = e^{-1/tau_s} times that for
    noise.

    Any pair repels exactly when its share is above its target; the forces of an anchor add up to 0.

    >>> x_clr_forces(torch.ones(4, 4), torch.tensor([0, 0, 1, 2]), temperature=1.0, target_temperature=1e-3)[0]
    tensor([ 0.0000, -0.6667,  0.3333,  0.3333])
    """
    check_target_temperature(target_temperature)
    cosines, roles = _labelled(similarities, labels, temperature)
    settings = {"temperature": temperature, "target_temperature": target_temperature}
    return contrasts.forces(CATALOG["x_clr"].contrast, cosines, roles, settings)


def nt_xent_forces(similarities: Tensor, *, temperature: float) -> Tensor:
    """(p_ij - 1[j is i's other view]) / tau, p_i = softmax of s_i / tau over the others."""
    check_temperature(temperature)
    cosines, roles = _paired(similarities)
    return contrasts.forces(CATALOG["nt_xent"].contrast, cosines, roles, {"temperature": temperature})


def weibit_forces(similarities: Tensor, *, beta: float = 4.0) -> Tensor:
    """beta / (1 - s_ij) (p_ij - 1[j is i's other view]): unbounded weight near the endpoint, 0 beyond the clamp."""
    check_number("beta", beta, above=0)
    cosines, roles = _paired(similarities)
    return contrasts.forces(CATALOG["weibit"].contrast, cosines, roles, {"beta": beta})


def weince_forces(similarities: Tensor, *, temperature: float, lam: Tensor, beta: Tensor | float = 1.0) -> Tensor:
    """((1 - lam_i) / tau + lam_i beta_i / (1 - s_ij)) (p_ij - 1[j is i's other view]).

    lam (2B,) and beta (2B,) or a number, as `weince_diagnostics` finds them. Beyond the clamp only the first
    term is left.
    """
    check_temperature(temperature)
    cosines, roles = _paired(similarities)
    check_floats("lam", lam, "2B")
    evidence = {"lam": lam.to(cosines.dtype), "beta": torch.as_tensor(beta).to(cosines).reshape(-1)}
    return contrasts.forces(CATALOG["weince"].contrast, cosines, roles, {"temperature": temperature, **evidence})


def nll_forces(logits: Tensor, labels: Tensor, *, temperature: float = 1.0) -> Tensor:
    """(softmax(f_i / tau) - onehot(y_i)) / tau."""
    check_floats("logits", logits, "N", "K")
    y = check_class_labels(labels, logits)
    wide = widen(logits)
    return soft_target_cross_entropy_forces(wide, one_hot(y, wide.shape[1]).to(wide.dtype), temperature=temperature)


def soft_target_cross_entropy_forces(logits: Tensor, targets: Tensor, *, temperature: float = 1.0) -> Tensor:
    """(softmax(f_i / tau) - w_i) / tau: the model's own class distribution against the target."""
    check_temperature(temperature)
    wide = widen(logits)
    return ((wide / temperature).softmax(dim=-1) - targets.to(wide.dtype)) / temperature


def continuous_categorical_forces(logits: Tensor, targets: Tensor, *, temperature: float = 1.0) -> Tensor:
    """(E_CC(f_i / tau)[w] - w_i) / tau: the mean of the model's density on the simplex against the target."""
    check_temperature(temperature)
    wide = widen(logits)
    return (integral_and_mean(wide / temperature)[1].to(wide.dtype) - targets.to(wide.dtype)) / temperature


def label_infonce_forces(logits: Tensor, labels: Tensor, noise_probs: Tensor, *, temperature: float = 1.0) -> Tensor:
    """(sum_j p_ij onehot(y_j) - onehot(y_i)) / tau, p_ij = softmax_j(a_ij)."""
    check_temperature(temperature)
    scores = label_scores(logits, class_counts(labels, logits.shape[1]), noise_probs, temperature)
    return (scores.softmax(dim=-1) - one_hot(labels.long(), logits.shape[1])) / temperature


def soft_target_infonce_forces(
    logits: Tensor, targets: Tensor, noise_probs: Tensor, *, temperature: float = 1.0
) -> Tensor:
    """(sum_j p_ij w_j - w_i) / tau: the batch's targets, re-weighted by the model, against the target."""
    check_temperature(temperature)
    shares = target_scores(logits, targets, noise_probs, temperature).softmax(dim=-1)
    return (product(shares, targets.to(shares.dtype)) - targets) / temperature


def _square(similarities: Tensor) -> Tensor:
    check_floats("similarities", similarities, "N", "N")
    if similarities.shape[0] != similarities.shape[1]:
        raise LabError("similarities", "must be square, one row and one column an anchor", tuple(similarities.shape))
    return widen(similarities)


def _labelled(similarities: Tensor, labels: Tensor, temperature: float) -> tuple[Tensor, Roles]:
    check_temperature(temperature)
    cosines = _square(similarities)
    return cosines, roles_by_label(check_labels(labels, "similarities", cosines))


def _paired(similarities: Tensor) -> tuple[Tensor, Roles]:
    cosines = _square(similarities)
    if len(cosines) % 2:
        raise LabError("similarities", "must have an even number of anchors, two views a sample", len(cosines))
    return cosines, roles_by_view(len(cosines), cosines.device)
