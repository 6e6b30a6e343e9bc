"""What the losses demand of labels, which they take as int64 from here on, and of `ignore_index`."""

from numbers import Integral

import torch
from torch import Tensor

from .checks import can_look, check_device, kind_of
from .errors import LabError

INTEGERS = (
    *(torch.int8, torch.int16, torch.int32, torch.int64),
    *(torch.uint8, torch.uint16, torch.uint32, torch.uint64),
)


def check_ignore_index(ignore_index: int | None) -> None:
    if ignore_index is not None and (not isinstance(ignore_index, Integral) or isinstance(ignore_index, bool)):
        raise LabError("ignore_index", "must be a whole number or None", repr(ignore_index))


def check_labels(labels: Tensor, name: str, samples: Tensor, ignore_index: int | None = None) -> Tensor:
    """One class number from 0 for each row of `samples`, called `name`, or `ignore_index`; gives them as int64.

    Below 0 there are only marks for items without a label, which would otherwise be a class like any other.
    """
    wide = _whole(labels, name, samples, ignore_index)
    if can_look(labels) and labels.dtype.is_signed and (strange := _strange(wide, ignore_index)).any():
        rule = "must not be below 0" + ("" if ignore_index is None else f", {ignore_index} apart")
        raise LabError("labels", rule, _counted(wide[strange]), _ways_out(wide[strange]))
    return wide


def check_class_labels(labels: Tensor, logits: Tensor, ignore_index: int | None = None) -> Tensor:
    """Labels that index the columns of the logits (N, K), or `ignore_index`; gives them as int64."""
    wide, classes = _whole(labels, "logits", logits, ignore_index), logits.shape[1]
    if not can_look(labels):
        return wide
    strange = _strange(wide, ignore_index, classes)
    if strange.any():
        rule = f"must lie in 0 to {classes - 1}, the columns of the logits"
        raise LabError("labels", rule, _counted(wide[strange]), _ways_out(wide[strange]))
    return wide


def nan_for_a_negative(labels: Tensor, ignore_index: int | None) -> Tensor:
    """A factor, () float32, for labels (N,) that cannot be looked at: NaN where `check_labels` would refuse, else 1."""
    return torch.where(_strange(labels, ignore_index).any(), torch.nan, 1.0)


def _whole(labels: Tensor, name: str, samples: Tensor, ignore_index: int | None) -> Tensor:
    check_ignore_index(ignore_index)
    if not isinstance(labels, Tensor) or labels.dtype not in INTEGERS:
        found = labels.dtype if isinstance(labels, Tensor) else kind_of(labels)
        raise LabError("labels", "must be an integer torch tensor", found, _conversion(labels))
    count = len(samples)
    if tuple(labels.shape) != (count,):
        one_hot = labels.ndim == 2 and len(labels) == count
        remedy = "Take class numbers: labels.argmax(dim=1) of one-hot rows." if one_hot else ""
        remedy = "Drop the last dimension: labels.squeeze(1)." if one_hot and labels.shape[1] == 1 else remedy
        raise LabError("labels", f"must have shape ({count},), one label a sample", tuple(labels.shape), remedy)
    check_device("labels", labels, name, samples)
    return labels.long()


def _conversion(labels: object) -> str:
    if labels is None:
        return "Pass the class number of each sample; two views without classes are what nt_xent takes."
    if not isinstance(labels, Tensor):
        return "Convert with torch.as_tensor(labels), class numbers from 0."
    if labels.ndim == 2 and labels.shape[1] > 1:
        return "Take class numbers: labels.argmax(dim=1) of one-hot rows."
    if labels.dtype.is_complex:
        return "Class numbers are not complex: labels.real.long() takes their real part."
    return "Convert with labels.long()."


def _strange(labels: Tensor, ignore_index: int | None, classes: int | None = None) -> Tensor:
    """Which labels (N,) are neither a class nor ignored."""
    strange = labels < 0 if classes is None else (labels < 0) | (labels >= classes)
    return strange if ignore_index is None else strange & (labels != ignore_index)


def _counted(strange: Tensor) -> str:
    low, high = (edge.item() for edge in torch.aminmax(strange))
    values = str(low) if low == high else f"between {low} and {high}"
    return f"{values} in {len(strange)} item{'s' * (len(strange) > 1)}"


def _ways_out(strange: Tensor) -> str:
    """One mark alone can be left out; several are numbered otherwise."""
    if bool((strange == strange[0]).all()):
        return f"Pass ignore_index={int(strange[0])} to leave items of that label out, or number the classes from 0."
    return "Number the classes from 0; give what is to be left out one label of its own, and pass that as ignore_index."
