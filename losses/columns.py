"""A class head read by its columns: a class's weight is the anchor, the inputs of the batch are the candidates.

N inputs, K classes, tau temperature. Cross-entropy asks which class an input is of, these two which inputs are of a
class. `ignore_index` leaves items out, as anchors (0 under "none") and as candidates.
"""

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from .checks import can_look, check_batch, check_floats, check_reduction, check_temperature
from .class_head_modules import LossModule
from .errors import LabError
from .label_checks import check_class_labels, check_ignore_index
from .numerics import below_top, masked_logsumexp, widen
from .temperature import Temperature, tempered_logits


def ntce(
    logits: Tensor,
    labels: Tensor,
    *,
    temperature: Temperature = 1.0,
    reduction: str = "mean",
    ignore_index: int | None = None,
) -> Tensor:
    """NTCE: -log e^{f_i,y_i / tau} / sum_j e^{f_j,y_i / tau} over all inputs j of the batch, in nats.

    logits (N, K), N >= 2, labels (N,) integers in 0 to K-1 -> a scalar, or (N,) for reduction "none". Constant logits
    give log N. The derivative by a column of the logits sums to 0, not that by a row: a number added to a class's
    scores changes nothing. LabError for a rule broken. Source: Koromilas et al., arXiv
    2605.20302.

    >>> ntce(torch.zeros(4, 3), torch.tensor([0, 1, 2, 2])).item()  # log 4
    1.386294...
    """
    return _by_columns(logits, labels, temperature, reduction, ignore_index, own_class_below=True)


def nonl(
    logits: Tensor,
    labels: Tensor,
    *,
    temperature: Temperature = 1.0,
    reduction: str = "mean",
    ignore_index: int | None = None,
) -> Tensor:
    """NONL: NTCE without the class's own inputs in the denominator, the sample among them, in nats.

    -log e^{f_i,y_i / tau} / sum over inputs j of other classes e^{f_j,y_i / tau}, as the authors' `NONL` has it by
    default. Below 0 where the sample's score is above all noise, without a least value. Shapes and errors as in `ntce`;
    LabError for a batch of one class, too. Constant logits give log(inputs of other classes).
    Source: Koromilas et al., arXiv 2605.20302.

    >>> nonl(torch.zeros(4, 3), torch.tensor([0, 0, 2, 2])).item()  # log 2
    0.693147...
    """
    return _by_columns(logits, labels, temperature, reduction, ignore_index, own_class_below=False)


def losses_by_columns(scores: Tensor, labels: Tensor, kept: Tensor, own_class_below: bool) -> Tensor:
    """Losses (N,) from scores f / tau (N, K), labels (N,) and who is there (N,), unchecked."""
    below = kept[:, None].expand_as(scores)
    if not own_class_below:
        below = below & ~one_hot(labels, scores.shape[1]).bool()
    columns, below = scores.mT, below.mT  # (K, N)
    columns = below_top(columns, below)
    log_below = masked_logsumexp(columns, below)  # (K,)
    return log_below[labels] - columns.mT.gather(1, labels[:, None]).squeeze(1)


def columns_force(scores: Tensor, labels: Tensor, own_class_below: bool) -> Tensor:
    """d (sum of losses) / d score (N, K): what stands below by column, less what stands above."""
    above = one_hot(labels, scores.shape[1]).to(scores.dtype)
    if own_class_below:
        return scores.softmax(dim=0) * above.sum(dim=0) - above
    noise = above == 0
    push = scores.masked_fill(~noise, torch.finfo(scores.dtype).min / 2).softmax(dim=0) * noise
    return push * above.sum(dim=0) - above


def _by_columns(
    logits: Tensor,
    labels: Tensor,
    temperature: Temperature,
    reduction: str,
    ignore_index: int | None,
    *,
    own_class_below: bool,
) -> Tensor:
    check_floats("logits", logits, "N", "K")
    check_temperature(temperature)
    check_reduction(reduction)
    check_batch("samples", len(logits), 2, "A class's weight needs inputs to choose from.")
    y = check_class_labels(labels, logits, ignore_index)
    kept = torch.ones_like(y, dtype=torch.bool) if ignore_index is None else y != ignore_index
    if can_look(kept) and not kept.any():
        raise LabError("labels", "must hold an item that is not ignored", None, "Leave such a batch out.")
    if not own_class_below and can_look(kept) and (y[kept] == y[kept][0]).all():
        rule = "must hold two classes: inputs of another class are all that NONL has below the bar"
        raise LabError("labels", rule, f"{int(y[kept][0])} alone", "Leave such a batch out, or take ntce.")
    f, tau = tempered_logits(widen(logits).masked_fill(~kept[:, None], 0), temperature)
    losses = losses_by_columns(f / tau, y.masked_fill(~kept, 0), kept, own_class_below).where(kept, 0)
    return losses if reduction == "none" else losses.sum() / kept.sum()


class _ColumnLoss(LossModule):
    """Temperature, reduction and the label of items that are left out."""

    def __init__(
        self, *, temperature: Temperature = 1.0, reduction: str = "mean", ignore_index: int | None = None
    ) -> None:
        super().__init__(temperature, reduction)
        check_ignore_index(ignore_index)
        self.ignore_index = ignore_index


class NTCE(_ColumnLoss):
    """`ntce` as a module: forward(logits (N, K), labels (N,))."""

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return ntce(
            logits, labels, temperature=self.temperature, reduction=self.reduction, ignore_index=self.ignore_index
        )


class NONL(_ColumnLoss):
    """`nonl` as a module: forward(logits (N, K), labels (N,))."""

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return nonl(
            logits, labels, temperature=self.temperature, reduction=self.reduction, ignore_index=self.ignore_index
        )
