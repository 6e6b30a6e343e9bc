"""SupCon with soft targets: how near each pair is to be, by similarities (N, N) or by labels (N,).

Embeddings, views, options and order of the anchors as in `losses.labelled`.
"""

from dataclasses import dataclass
from functools import partial
from math import exp, isfinite
from sys import float_info

import torch
from torch import Tensor

from .blocks import Block, block_rows, equal_blocks
from .checks import (
    can_look,
    check_batch,
    check_device,
    check_floats,
    check_number,
    check_products,
    check_temperature,
    has_values,
)
from .errors import LabError
from .exponentials import row_exp
from .formulas import cross_entropy_of_anchors, x_clr_of_anchors
from .labelled import ANOTHER, Rules, in_views, over_labelled
from .numerics import product, unit_rows, widen
from .options import Options
from .reduction import reduced, reduced_by_blocks
from .rules import given_targets_rule, x_clr_rule
from .streaming import BlockPass
from .symmetric_rules import over_classes
from .temperature import Temperature, tempered_rows


def x_clr(
    embeddings: Tensor,
    labels: Tensor | None = None,
    similarities: Tensor | None = None,
    *,
    temperature: Temperature = 0.1,
    target_temperature: float = 0.1,
    normalize: bool = False,
    reduction: str = "mean",
    chunk_size: int | None = None,
    plain: bool = False,
    distributed: bool = False,
    ignore_index: int | None = None,
) -> Tensor:
    """X-CLR, SupCon with soft labels: cross-entropy of softmax_j(G_ij / tau_s) against softmax_j(s_ij / tau), in nats.

    -sum_j t_ij log( e^{s_ij/tau} / sum_{a != i} e^{s_ia/tau} ), t_ij = e^{G_ij/tau_s} / sum_{a != i} e^{G_ia/tau_s},
    over all j != i, mean over anchors; tau_s is `target_temperature`. embeddings (N, D) or (N, V, D), unit rows unless
    `normalize`, and one of two: `similarities` G (N, N), floats of the samples, whose diagonal is how near views of one
    sample are to be and carries no weight where V is 1; or `labels` (N,) integers, which stand for G = 1 within a class
    and 0 elsewhere. By labels an anchor without a positive takes no part, as in `supcon`, which this is at tau_s -> 0;
    by similarities all take part. Least where s_ij / tau = G_ij / tau_s up to a number a row. G carries no gradient.
    All-equal embeddings give log(N V - 1). Shapes, options and errors as in `supcon`; similarities are not joined over
    processes. Sources: Sobal et al., arXiv 2407.18134; by labels and their mixtures Kim et al., arXiv 2206.00384.

    >>> z = torch.ones(4, 1)
    >>> x_clr(z, similarities=torch.rand(4, 4)).item(), x_clr(z, torch.tensor([0, 0, 1, 1])).item()  # log 3
    (1.09861..., 1.09861...)
    """
    options = Options(normalize, reduction, chunk_size, plain, distributed)
    return x_clr_with(embeddings, labels, similarities, temperature, target_temperature, options, ignore_index)


def x_clr_with(
    embeddings: Tensor,
    labels: Tensor | None,
    similarities: Tensor | None,
    temperature: Temperature,
    target_temperature: float,
    options: Options,
    ignore_index: int | None = None,
) -> Tensor:
    """`x_clr` with its options in one object."""
    check_target_temperature(target_temperature)
    if similarities is None:
        if labels is None:
            raise LabError(
                "labels", "must be given where there are no similarities", None, "Pass the one or the other."
            )
        noise_target = exp(-1 / target_temperature)
        rules = Rules(
            partial(x_clr_of_anchors, noise_target=noise_target),
            partial(x_clr_rule, noise_target=noise_target),
            partial(over_classes, noise_target=noise_target),
        )
        return over_labelled(embeddings, labels, rules, temperature, options, ignore_index)
    _check_alone(labels, options, ignore_index)
    check_temperature(temperature)
    views = in_views(embeddings)
    graph, is_far = _checked(similarities, views, target_temperature)
    z, tau = tempered_rows((unit_rows if options.normalize else widen)(views).flatten(0, 1), temperature)
    check_batch("anchors", len(z), 2, ANOTHER)
    targets = SimilarityTargets(graph, views.shape[1], target_temperature, z.dtype, is_far)
    own = torch.arange(len(z), device=z.device)
    everyone = torch.ones_like(own, dtype=torch.bool)
    if options.takes_plain_path(z, graph):
        others = ~torch.eye(len(z), dtype=torch.bool, device=z.device)
        losses = cross_entropy_of_anchors(product(z, z.mT) / tau, targets(Block(own)), others)
        value = reduced(losses, everyone, own, options)
    else:
        rule = given_targets_rule(row_exp(z, 1 / tau), targets)
        block_pass = BlockPass(rule, equal_blocks(own, block_rows(z, options.chunk_size)), 1 / tau)
        value = reduced_by_blocks(z, block_pass, everyone, own, options)
    return check_products("embeddings", z, 1 / tau, value)


def check_target_temperature(target_temperature: float) -> None:
    remedy = "0.1 is usual; near 0 the targets are SupCon's."
    check_number("target_temperature", target_temperature, above=0, most=float_info.max, remedy=remedy)


FAR = 1000.0
"""Exponents up to this size need no shift before the softmax, which makes its own."""


@dataclass(frozen=True, slots=True, eq=False)
class SimilarityTargets:
    """Targets of a block of anchors: softmax of graph (N, N) over `temperature`, each sample `views` times; `is_far`
    where some may have no number of `dtype` once divided."""

    graph: Tensor
    views: int
    temperature: float
    dtype: torch.dtype
    is_far: bool

    def __call__(self, block: Block) -> Tensor:
        """(n, N V), rows that sum to 1, with 0 for the anchors themselves."""
        rows = self.graph.index_select(0, block.anchors // self.views).to(self.dtype)  # a copy
        if self.views > 1:
            rows = rows.repeat_interleave(self.views, dim=1)
        if has_values(rows):
            block.fill_anchors(rows, -torch.inf)
        else:  # torch.func.vmap has no such step in place
            rows = rows.scatter(1, block.anchors[:, None], -torch.inf)
        if self.is_far:  # beside a small tau_s similarities leave the numbers
            rows.sub_(rows.amax(dim=1, keepdim=True))
        return rows.div_(max(self.temperature, torch.finfo(self.dtype).tiny)).softmax(dim=1)


def _check_alone(labels: Tensor | None, options: Options, ignore_index: int | None) -> None:
    """What goes with similarities."""
    if labels is not None:
        raise LabError("labels", "must be None beside similarities", "given too", "Pass the one or the other.")
    if ignore_index is not None:
        remedy = "Leave the items out: embeddings[kept], similarities[kept][:, kept]."
        raise LabError("ignore_index", "must be None beside similarities, which have no labels", ignore_index, remedy)
    if options.distributed:
        remedy = "Pass labels, or the joined batch with its similarities."
        raise LabError("distributed", "must be False beside similarities: one process has its own alone", True, remedy)


def _ends(similarities: Tensor) -> tuple[float, float]:
    """The least and the largest, NaN where one is. Some rows at a time: of what does not lie dense torch makes a copy
    first. As numbers at once: small tensors kept between large ones that come and go split the heap."""
    ends = [
        (float(found.min), float(found.max))
        for found in map(torch.aminmax, similarities.split(block_rows(similarities)))
    ]
    lows, highs = zip(*ends, strict=True)
    low, high = (torch.tensor(side, dtype=torch.float64) for side in (lows, highs))
    return float(low.min()), float(high.max())


def _checked(similarities: Tensor, views: Tensor, temperature: float) -> tuple[Tensor, bool]:
    """G (N, N) without gradient: finite, and for the samples of views (N, V, D); and whether G over the temperature may
    be far from 0."""
    check_floats("similarities", similarities, "N", "N")
    check_device("similarities", similarities, "embeddings", views)
    count = len(views)
    if tuple(similarities.shape) != (count, count):
        rule = f"must have shape ({count}, {count}), a row and a column a sample"
        raise LabError("similarities", rule, tuple(similarities.shape))
    if not can_look(similarities):
        return similarities.detach(), True
    low, high = _ends(similarities.detach())
    if not (isfinite(low) and isfinite(high)):
        raise LabError(
            "similarities", "must be finite", "not so", "Pass cosines, for instance of captions' embeddings."
        )
    return similarities.detach(), max(-low, high) > FAR * temperature
