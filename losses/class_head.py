"""Losses of a class head: logits (N, K) against labels or soft targets.

N samples, K classes, tau temperature, eta class prior. At evaluation all five give class probabilities
softmax(logits / tau). What they estimate at their optimum differs: NLL and soft-target cross-entropy fit
E[w|x] through the softmax, soft target InfoNCE a density ratio p(w|x) / p(w) inside the family exp(w . f).

`temperature` is a number or a tensor of one element, learned or not. Labels lie in 0 to K-1 or are `ignore_index`, the
label of items that are left out: of the mean (0 under "none") and, where labels are candidates, of these.
"""

import torch
from torch import Generator, Tensor

from . import processes
from .blocks import block_rows
from .candidates import CandidatePass
from .checks import (
    can_look,
    check_batch,
    check_device,
    check_floats,
    check_noise_probs,
    check_prior_covers,
    check_reduction,
    check_targets,
    check_temperature,
)
from .closed_form import EachLoss, WeightedSum
from .errors import LabError
from .head_scores import class_counts, label_scores, log_prior, target_scores
from .label_checks import check_class_labels
from .limits import (
    against_candidates,
    against_classes,
    is_settled,
    of_log_probs,
    settled,
    settled_against_candidates,
    weighted_sum,
)
from .numerics import reduced, widen
from .options import Options
from .temperature import Temperature, tempered_logits


def nll(
    logits: Tensor,
    labels: Tensor,
    *,
    temperature: Temperature = 1.0,
    reduction: str = "mean",
    ignore_index: int | None = None,
) -> Tensor:
    """Negative log likelihood -log softmax(f_i / tau)[y_i], in nats.

    logits (N, K) of any float dtype, labels (N,) integers in 0 to K-1 -> a scalar, or (N,) for
    reduction "none". Constant logits give log K. LabError for a rule broken.

    >>> nll(torch.zeros(2, 5), torch.tensor([0, 3])).item()  # log 5
    1.609437...
    """
    _check(logits, temperature, reduction)
    y = check_class_labels(labels, logits, ignore_index)
    logits, y, kept = _without(logits, y, ignore_index)
    own = y.clamp_min(0)[:, None]
    losses = of_log_probs(logits, temperature, lambda log_probs, careful: -log_probs.gather(1, own).squeeze(1))
    return reduced(losses, reduction) if kept is None else _kept(losses, kept, kept.sum(), reduction)


def soft_target_cross_entropy(
    logits: Tensor, targets: Tensor, *, temperature: Temperature = 1.0, reduction: str = "mean"
) -> Tensor:
    """Cross-entropy -sum_k w_ik log softmax(f_i / tau)_k against soft targets, in nats.

    logits (N, K), targets (N, K) with rows on the simplex -> a scalar, or (N,) for reduction "none".
    Constant logits give log K. LabError for a rule broken.

    >>> soft_target_cross_entropy(torch.zeros(2, 5), torch.full((2, 5), 0.2)).item()  # log 5
    1.609437...
    """
    _check(logits, temperature, reduction)
    check_targets(targets, logits)

    def of(log_probs: Tensor, careful: bool) -> Tensor:
        w = targets.to(log_probs.dtype)
        return -weighted_sum(w, log_probs) if careful else -(w * log_probs).sum(dim=-1)

    return reduced(of_log_probs(logits, temperature, of), reduction)


def label_infonce(
    logits: Tensor,
    labels: Tensor,
    noise_probs: Tensor,
    *,
    temperature: Temperature = 1.0,
    reduction: str = "mean",
    distributed: bool = False,
    ignore_index: int | None = None,
) -> Tensor:
    """InfoNCE whose candidates are the labels of the batch, in nats.

    -log softmax_j(a_ij)[j = i] with a_ij = f_{i, y_j} / tau - log eta_{y_j}. logits (N, K), N >= 2, labels (N,),
    noise_probs (K,): a factor common to all of it cancels -> a scalar, or (N,) for reduction "none". Constant
    logits and a uniform prior give log N, and I(X; Y) >= log N - loss. LabError for a rule broken, also for a
    label whose prior is 0. Candidates of one class have one score, so the sum over N candidates is one over K
    classes with their counts. Source: Hugger & Uhlmann, arXiv 2404.14076.

    >>> label_infonce(torch.zeros(4, 3), torch.tensor([0, 1, 2, 2]), torch.ones(3) / 3).item()  # log 4
    1.386294...
    """
    _check_contrast(logits, noise_probs, temperature, reduction)
    y = check_class_labels(labels, logits, ignore_index)
    logits, y, kept = _without(logits, y, ignore_index)
    return _label_infonce(logits, y, noise_probs, temperature, reduction, distributed, kept)


def soft_target_infonce(
    logits: Tensor,
    targets: Tensor,
    noise_probs: Tensor,
    *,
    temperature: Temperature = 1.0,
    reduction: str = "mean",
    plain: bool = False,
    distributed: bool = False,
) -> Tensor:
    """InfoNCE whose candidates are the soft targets of the batch, in nats.

    -log softmax_j(a_ij)[j = i] with a_ij = sum_k w_jk (f_ik / tau - log eta_k). logits (N, K), N >= 2, targets
    (N, K) with rows on the simplex, noise_probs (K,): a factor common to all of it cancels -> a scalar, or (N,)
    for reduction "none". Constant logits and a uniform prior give log N, and I(X; W) >= log N - loss. A class of
    prior 0 that no target uses adds nothing (0 log 0 = 0); one in use is a LabError that names it.
    Source: Hugger & Uhlmann, arXiv 2404.14076; one matrix product stands for their (N, N, K) repetition.

    >>> soft_target_infonce(torch.zeros(4, 3), torch.full((4, 3), 1 / 3), torch.ones(3) / 3).item()  # log 4
    1.386294...
    """
    _check_contrast(logits, noise_probs, temperature, reduction)
    check_targets(targets, logits)
    check_prior_covers(lambda: _used(targets), noise_probs)
    options = Options(False, reduction, None, plain, distributed)
    learned = targets.requires_grad or noise_probs.requires_grad
    logits, tau = tempered_logits(widen(logits), temperature)
    candidates, own = _candidates(widen(targets), distributed)
    if learned or options.takes_plain_path(logits, targets, noise_probs):
        losses = against_candidates(target_scores(logits, candidates, noise_probs, tau), own)
        if not is_settled(losses):
            prior = log_prior(candidates, noise_probs)
            losses = settled_against_candidates(logits, candidates, prior, tau, own)
        return _reduced(losses, len(candidates), reduction, distributed)
    f, candidates = logits, candidates.to(logits.dtype)
    log_priors = _finite_log(noise_probs.to(f.dtype), targets)
    block_pass = CandidatePass(candidates, log_priors, own, tau, block_rows(candidates))
    value = (
        EachLoss.apply(f, block_pass)
        if reduction == "none"
        else WeightedSum.apply(f, torch.ones_like(f[:, 0]), block_pass)
    )
    if can_look(value) and not value.isfinite().all() and not f.isnan().any():
        losses = settled_against_candidates(f, candidates, log_prior(candidates, noise_probs), tau, own)
        return _reduced(losses, len(candidates), reduction, distributed)
    if reduction == "none":
        return value
    return processes.total(value / len(candidates)) if distributed else value / len(candidates)


def soft_distribution_infonce(
    logits: Tensor,
    targets: Tensor,
    noise_probs: Tensor,
    *,
    temperature: Temperature = 1.0,
    generator: Generator | None = None,
    reduction: str = "mean",
    distributed: bool = False,
) -> Tensor:
    """Label InfoNCE on labels y_j ~ Categorical(w_j) drawn from the soft targets, in nats.

    Shapes and errors as in `soft_target_infonce`; `generator` draws the labels. Its expectation is at least
    soft target InfoNCE (Jensen), with equality for one-hot targets. Source: Hugger & Uhlmann, arXiv 2404.14076.

    >>> soft_distribution_infonce(torch.zeros(2, 2), torch.eye(2), torch.ones(2) / 2).item()  # log 2
    0.693147...
    """
    _check_contrast(logits, noise_probs, temperature, reduction)
    check_targets(targets, logits)
    check_prior_covers(lambda: _used(targets), noise_probs)
    return _label_infonce(logits, sample_labels(targets, generator), noise_probs, temperature, reduction, distributed)


def sample_labels(targets: Tensor, generator: Generator | None = None) -> Tensor:
    """One label a row, (N,) int64, drawn from targets (N, K) on the generator's own device."""
    device = targets.device if generator is None else generator.device
    return widen(targets.detach()).to(device).multinomial(1, generator=generator).squeeze(1).to(targets.device)


def _used(targets: Tensor) -> Tensor:
    """Which classes any of the targets (N, K) uses, (K,)."""
    return (targets != 0).any(dim=0)


def _finite_log(noise_probs: Tensor, targets: Tensor) -> Tensor:
    """log eta (K,), 0 for a class of prior 0 that no target uses: 0 log 0 = 0."""
    if can_look(noise_probs) and noise_probs.min() > 0:
        return noise_probs.log()
    return noise_probs.log().masked_fill((noise_probs == 0) & ~_used(targets), 0)


def _label_infonce(
    logits: Tensor,
    labels: Tensor,
    noise_probs: Tensor,
    temperature: Temperature,
    reduction: str,
    distributed: bool,
    kept: Tensor | None = None,
) -> Tensor:
    counts = class_counts(labels, logits.shape[1])
    if distributed:
        counts = processes.summed(counts)
    check_prior_covers(lambda: counts > 0, noise_probs)
    f, tau = tempered_logits(widen(logits), temperature)
    losses = against_classes(label_scores(f, counts, noise_probs, tau), labels, counts)
    if not is_settled(losses):
        ruled = settled(f.masked_fill(counts == 0, -torch.inf), tau)
        losses = against_classes(label_scores(ruled, counts, noise_probs, 1.0), labels, counts)
    if kept is not None:
        return _kept(losses, kept, counts.sum(), reduction, distributed)
    return _reduced(losses, counts.sum(), reduction, distributed)


def _without(logits: Tensor, labels: Tensor, ignore_index: int | None) -> tuple[Tensor, Tensor, Tensor | None]:
    """Logits of ignored items as 0, whatever stands there, their labels as -1, and who is kept (N,), None for all."""
    if ignore_index is None:
        return logits, labels, None
    kept = labels != ignore_index
    return logits.masked_fill(~kept[:, None], 0), labels.masked_fill(~kept, -1), kept


def _kept(losses: Tensor, kept: Tensor, count: Tensor, reduction: str, distributed: bool = False) -> Tensor:
    """Losses (N,) that are 0 for who is not kept, or the mean over the `count` that are, of all processes."""
    if can_look(count) and count == 0:
        raise LabError("labels", "must hold an item that is not ignored", None, "Leave such a batch out.")
    return _reduced(losses.where(kept, 0), count, reduction, distributed)


def _candidates(targets: Tensor, distributed: bool) -> tuple[Tensor, Tensor]:
    """The targets of all processes where they are joined, (M, K), and each sample's own among them, (N,)."""
    if not distributed:
        return targets, torch.arange(len(targets), device=targets.device)
    (joined,), own = processes.joined((targets,))
    return joined, own


def _reduced(losses: Tensor, count: int | Tensor, reduction: str, distributed: bool) -> Tensor:
    """Losses of this process's samples, or the mean over the `count` samples of all."""
    if reduction == "none":
        return losses
    part = losses.sum() / count
    return processes.total(part) if distributed else part


def _check(logits: Tensor, temperature: Temperature, reduction: str) -> None:
    check_floats("logits", logits, "N", "K")
    check_temperature(temperature)
    check_reduction(reduction)


def _check_contrast(logits: Tensor, noise_probs: Tensor, temperature: Temperature, reduction: str) -> None:
    _check(logits, temperature, reduction)
    check_noise_probs(noise_probs, logits.shape[1])
    check_device("noise_probs", noise_probs, "logits", logits)
    check_batch("samples", len(logits), 2, "The candidates are the batch's own.")
