"""Losses of labelled embeddings: (N, D), or (N, V, D) with V views a sample, against labels (N,).

s_ij = z_i . z_j, P(i) the other anchors of i's class, Nz(i) the anchors of other classes, the noise. Views are
flattened next to each other with their label repeated, so V views make N V anchors. An anchor with no positive
takes no part in the mean (0 under reduction "none"), yet is noise for others.

Options of all three are those of `.options`. `temperature` is a number or a tensor of one element, learned or not.
Labels are numbered from 0: one below 0 is refused, unless it is `ignore_index`, the label of items that are left out:
as anchors (0 under "none") and as candidates.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from . import processes
from .blocks import block_rows, class_blocks, equal_blocks
from .checks import can_look, check_batch, check_floats, check_number, check_products, check_temperature
from .closed_form import LossesAndGradient
from .errors import LabError
from .exponentials import RowExp, plain_exp, row_exp
from .formulas import eps_sup_infonce_of_anchors, supcon_of_anchors
from .label_checks import check_labels, nan_for_a_negative
from .numerics import product, put_back, unit_rows, widen
from .options import Options
from .pairs import Roles, roles_by_label
from .positives import AnyGroups, Groups, SortedGroups, class_sizes
from .reduction import reduced, reduced_by_blocks
from .rules import eps_sup_infonce_rule, supcon_rule
from .streaming import BlockPass, Rule
from .symmetric import SymmetricPass, fits
from .symmetric_rules import Classes, against_noise, over_classes
from .temperature import Temperature, tempered_rows

Formula = Callable[[Tensor, Roles], Tensor]
RuleOfGroups = Callable[[Groups, RowExp], Rule]
SymmetricPassOf = Callable[[Classes, float], SymmetricPass | None]
"""Of a small batch, and the factor between cosine and score; None where the sweep over rows is faster."""
LARGEST_MARGIN = 100.0
ANOTHER = "An anchor needs another one."


class Rules(NamedTuple):
    """A loss through autograd, by a sweep over blocks, and of a small batch by the pairs that are the same."""

    formula: Formula
    rule: RuleOfGroups
    symmetric: SymmetricPassOf | None = None


def supcon(
    embeddings: Tensor,
    labels: Tensor,
    *,
    temperature: Temperature = 0.1,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
    plain: bool = False,
    distributed: bool = False,
    ignore_index: int | None = None,
) -> Tensor:
    """SupCon, the variant with the sum outside the logarithm, in nats.

    -1/|P| sum_p log( e^{s_ip/tau} / sum_{a != i} e^{s_ia/tau} ), mean over anchors. embeddings (N, D) or (N, V, D),
    unit rows unless `normalize`; labels (N,) integers from 0, or `ignore_index` on items that are left out -> a scalar,
    or (N V,) for reduction "none". Other options: see the module `options`. All-equal embeddings give log(N V - 1).
    LabError for a rule broken, also where no class has two anchors. Source: Khosla et al., arXiv 2004.11362, equation
    2; without the released code's factor temperature / base_temperature, which only scales the loss.

    >>> import torch
    >>> supcon(torch.ones(4, 1), torch.tensor([0, 0, 1, 1])).item()  # log 3
    1.09861...
    """
    options = Options(normalize, reduction, chunk_size, plain, distributed)
    return supcon_with(embeddings, labels, temperature, options, ignore_index)


def sincere(
    embeddings: Tensor,
    labels: Tensor,
    *,
    temperature: Temperature = 0.1,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
    plain: bool = False,
    distributed: bool = False,
    ignore_index: int | None = None,
) -> Tensor:
    """SINCERE: each positive against the noise alone, in nats.

    -1/|P| sum_p log( e^{s_ip/tau} / (e^{s_ip/tau} + B_i) ), B_i = sum_n e^{s_in/tau} over the noise, mean over
    anchors. Shapes, options and errors as in `supcon`. Never above SupCon, and equal to InfoNCE where each anchor
    has one positive. For target density p and noise density q, E[loss] >= log|Nz| - (KL(p||q) + KL(q||p)).
    All-equal embeddings give log(1 + |Nz|); a batch of one class 0. Source: Feeney & Hughes, arXiv 2309.14277.

    >>> import torch
    >>> sincere(torch.ones(4, 1), torch.tensor([0, 0, 1, 1])).item()  # log 3
    1.09861...
    """
    options = Options(normalize, reduction, chunk_size, plain, distributed)
    return eps_sup_infonce_with(embeddings, labels, temperature, 0.0, options, ignore_index)


def eps_sup_infonce(
    embeddings: Tensor,
    labels: Tensor,
    *,
    temperature: Temperature = 0.1,
    epsilon: float = 0.25,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
    plain: bool = False,
    distributed: bool = False,
    ignore_index: int | None = None,
) -> Tensor:
    """eps-SupInfoNCE: SINCERE with e^{s_ip/tau - epsilon} in the denominator, in nats.

    Shapes, options and errors as in `supcon`; epsilon >= 0 is the margin on s / tau. It may fall to -epsilon.
    All-equal embeddings give log(e^{-epsilon} + |Nz|); a batch of one class 0.
    Source: Barbano et al., arXiv 2211.05568.

    >>> import torch
    >>> eps_sup_infonce(torch.ones(4, 1), torch.tensor([0, 0, 1, 1]), epsilon=0.0).item()  # log 3
    1.09861...
    """
    options = Options(normalize, reduction, chunk_size, plain, distributed)
    return eps_sup_infonce_with(embeddings, labels, temperature, epsilon, options, ignore_index)


def supcon_with(
    embeddings: Tensor, labels: Tensor, temperature: Temperature, options: Options, ignore_index: int | None = None
) -> Tensor:
    """`supcon` with its options in one object."""
    rules = Rules(supcon_of_anchors, supcon_rule, over_classes)
    return over_labelled(embeddings, labels, rules, temperature, options, ignore_index)


def eps_sup_infonce_with(
    embeddings: Tensor,
    labels: Tensor,
    temperature: Temperature,
    epsilon: float,
    options: Options,
    ignore_index: int | None = None,
) -> Tensor:
    """`eps_sup_infonce` with its options in one object."""
    check_epsilon(epsilon)
    rules = Rules(
        partial(eps_sup_infonce_of_anchors, epsilon=epsilon),
        partial(eps_sup_infonce_rule, epsilon=epsilon),
        partial(against_noise, epsilon=epsilon),
    )
    return over_labelled(embeddings, labels, rules, temperature, options, ignore_index)


def check_epsilon(epsilon: float) -> None:
    check_number("epsilon", epsilon)
    if epsilon < 0:
        raise LabError("epsilon", "must not be negative", epsilon, "Use 0 for SINCERE.")
    if epsilon > LARGEST_MARGIN:
        rule = f"must not be above {LARGEST_MARGIN:g}, where e^-epsilon is 0 to float32"
        raise LabError("epsilon", rule, epsilon, "0.25 is usual: it is a margin on s / tau.")


def flat_views(
    embeddings: Tensor, labels: Tensor, normalize: bool, ignore_index: int | None = None
) -> tuple[Tensor, Tensor]:
    """(N, D) or (N, V, D) with (N,) labels -> anchors (N V, D) in at least float32 and their labels (N V,) int64."""
    views = in_views(embeddings)
    y = check_labels(labels, "embeddings", views, ignore_index)
    if ignore_index is not None:
        views = views.masked_fill((y == ignore_index)[:, None, None], 0)  # whatever stands there, NaN too
    z = (unit_rows(views) if normalize else widen(views)).flatten(0, 1)
    return z, y.repeat_interleave(views.shape[1])


def in_views(embeddings: Tensor) -> Tensor:
    """(N, D) or (N, V, D) -> (N, V, D)."""
    in_threes = isinstance(embeddings, Tensor) and embeddings.ndim == 3
    check_floats("embeddings", embeddings, *("N", "V", "D") if in_threes else ("N", "D"))
    return embeddings if in_threes else embeddings[:, None]


def over_labelled(
    embeddings: Tensor,
    labels: Tensor,
    rules: Rules,
    temperature: Temperature,
    options: Options,
    ignore_index: int | None,
) -> Tensor:
    """The formula of each anchor's scores, or a rule block by block, reduced over the anchors with a positive."""
    check_temperature(temperature)
    z, y = flat_views(embeddings, labels, options.normalize, ignore_index)  # (N, D), (N,)
    z, tau = tempered_rows(z, temperature)
    (z, y), own = processes.joined((z, y)) if options.distributed else ((z, y), torch.arange(len(z), device=z.device))
    check_batch("anchors", len(z), 2, ANOTHER)
    if options.takes_plain_path(z, y):
        roles = roles_by_label(y, ignore_index)
        takes_part = _checked(roles.positives.any(dim=-1))
        losses = rules.formula(product(z, z.mT) / tau, roles)
        value = reduced(losses, takes_part, own, options)
    else:
        loss_over = partial(_by_blocks, rules=rules, scale=1 / tau, options=options)
        value = loss_over(z, y, own) if ignore_index is None else _without(z, y, own, ignore_index, loss_over)
    value = check_products("embeddings", z, 1 / tau, value)
    return value if can_look(y) else value * nan_for_a_negative(y, ignore_index)


def _by_blocks(z: Tensor, y: Tensor, own: Tensor, rules: Rules, scale: float | Tensor, options: Options) -> Tensor:
    block_pass, sizes = _block_pass(z, y, own, rules, scale, options)
    return reduced_by_blocks(z, block_pass, _checked(sizes > 1), own, options)


def _without(z: Tensor, y: Tensor, own: Tensor, ignore_index: int, loss_over: Callable[..., Tensor]) -> Tensor:
    """`loss_over` the rows of other labels; losses (n,) are 0 for the own rows that are ignored.

    How many rows are left must be known on the host: on a GPU this waits for the queue.
    """
    keep = y != ignore_index
    kept, own_keep = keep.nonzero().squeeze(1), keep[own]
    if len(kept) < 2:
        _checked(torch.zeros(1, dtype=torch.bool))
    value = loss_over(z[kept], y[kept], (keep.cumsum(0) - 1)[own[own_keep]])
    if value.ndim == 0:
        return value
    return torch.zeros_like(z[own, 0]).index_copy(0, own_keep.nonzero().squeeze(1), value)


def _checked(takes_part: Tensor) -> Tensor:
    """Which anchors have a positive, (N,); LabError where none has."""
    if can_look(takes_part) and not takes_part.any():
        rule = "must repeat: no class has two samples, so no anchor has a positive"
        raise LabError(
            "labels", rule, None, "Use a larger batch, or several views of each sample: embeddings (N, V, D)."
        )
    return takes_part


def _block_pass(
    z: Tensor, labels: Tensor, own: Tensor, rules: Rules, scale: float | Tensor, options: Options
) -> tuple[LossesAndGradient, Tensor]:
    """The pass over blocks, and the size of each anchor's class (N,).

    On a CPU anchors are sorted by class, so that masks become slices. That takes class sizes, which a GPU would have
    to be waited for: there masks are as wide as the batch.
    """
    exp, rows = row_exp(z, scale), block_rows(z, options.chunk_size)
    if not can_look(labels):
        sizes = class_sizes(labels)
        return BlockPass(rules.rule(AnyGroups(labels, sizes), exp), equal_blocks(own, rows), scale), sizes
    sorted_labels, order = labels.sort(stable=True)
    counts = sorted_labels.unique_consecutive(return_counts=True)[1]  # (C,)
    groups = SortedGroups.of(counts)
    sizes = put_back(groups.sizes, order)
    if rules.symmetric is not None and exp is plain_exp and fits(z, own, options):
        of_sorted = torch.arange(len(counts)).repeat_interleave(counts)
        classes = Classes(put_back(of_sorted, order), counts, order)
        if symmetric := rules.symmetric(classes, float(scale)):
            return symmetric, sizes
    is_own = torch.zeros_like(labels, dtype=torch.bool).index_fill_(0, own, True)[order]
    of_class = counts.tolist()
    owned = [int(part.sum()) for part in is_own.split(of_class)] if len(own) < len(z) else of_class
    blocks = class_blocks(is_own.nonzero().squeeze(1), owned, of_class, rows)
    return BlockPass(rules.rule(groups, exp), blocks, scale, order), sizes
