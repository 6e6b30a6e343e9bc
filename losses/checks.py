"""What the losses demand of their inputs: each broken rule is one `LabError`.

Rules on values need the values, which a tensor inside `torch.func.vmap` or `torch.compile` does not have:
there they are skipped, rules on shapes and dtypes are not.
"""

import math
from collections.abc import Callable
from numbers import Integral, Real

import torch
from torch import Tensor

from losses.errors import LabError

REDUCTIONS = ("mean", "none")
SIMPLEX_TOLERANCE = 1e-3
HALF_SIMPLEX_TOLERANCE = 1e-2


def has_values(*tensors: Tensor) -> bool:
    """Whether the entries can be looked at now."""
    if torch.compiler.is_compiling():
        return False
    return not any(torch._C._functorch.is_functorch_wrapped_tensor(tensor) for tensor in tensors)


def can_look(*tensors: Tensor) -> bool:
    """Whether the entries can be looked at now without making a GPU's queue wait."""
    return has_values(*tensors) and all(tensor.device.type == "cpu" for tensor in tensors)


def check_number(name: str, value: float, *, above: float = -math.inf, remedy: str = "") -> None:
    """A finite real number above a limit."""
    if not isinstance(value, Real) or isinstance(value, bool) or not math.isfinite(value) or value <= above:
        rule = "must be a finite number" + ("" if above == -math.inf else f" above {above:g}")
        raise LabError(name, rule, repr(value), remedy)


def check_temperature(temperature: float) -> None:
    check_number("temperature", temperature, above=0, remedy="Use 0.05 to 1 for unit embeddings, 1 for logits.")


def check_reduction(reduction: str) -> None:
    if reduction not in REDUCTIONS:
        raise LabError("reduction", "must be 'mean' or 'none'", repr(reduction))


def check_chunk_size(chunk_size: int | None) -> None:
    if chunk_size is not None and (not isinstance(chunk_size, Integral) or chunk_size < 1):
        raise LabError(
            "chunk_size", "must be a whole number of rows from 1, or None", repr(chunk_size), "None takes all at once."
        )


def check_floats(name: str, tensor: Tensor, *shape: str) -> None:
    """A floating tensor with as many dimensions as `shape` has letters."""
    if not isinstance(tensor, Tensor) or not tensor.dtype.is_floating_point:
        found = tensor.dtype if isinstance(tensor, Tensor) else type(tensor).__name__
        raise LabError(name, "must be a floating torch tensor", found, "Convert with torch.as_tensor(...).float().")
    if tensor.ndim != len(shape) or 0 in tensor.shape:
        raise LabError(name, f"must have shape ({', '.join(shape)}) with no empty dimension", tuple(tensor.shape))


def check_labels(labels: Tensor, count: int) -> None:
    """One integer for each of `count` samples."""
    if (
        not isinstance(labels, Tensor)
        or labels.dtype.is_floating_point
        or labels.dtype in (torch.bool, torch.complex64)
    ):
        found = labels.dtype if isinstance(labels, Tensor) else type(labels).__name__
        raise LabError("labels", "must be an integer torch tensor", found, "Convert with labels.long().")
    if tuple(labels.shape) != (count,):
        raise LabError("labels", f"must have shape ({count},), one label a sample", tuple(labels.shape))


def check_class_labels(labels: Tensor, logits: Tensor) -> None:
    """Labels that index the columns of the logits."""
    samples, classes = logits.shape
    check_labels(labels, samples)
    if not can_look(labels):
        return
    low, high = (edge.item() for edge in torch.aminmax(labels))
    if low < 0 or high >= classes:
        found = f"between {low} and {high}"
        raise LabError("labels", f"must lie in 0 to {classes - 1}, the columns of the logits", found)


def check_targets(targets: Tensor, logits: Tensor) -> None:
    """Soft targets shaped like the logits, each row a distribution over the classes."""
    check_floats("targets", targets, "N", "K")
    if targets.shape != logits.shape:
        raise LabError("targets", f"must have the logits' shape {tuple(logits.shape)}", tuple(targets.shape))
    if can_look(targets) and not _on_simplex(targets.detach()):
        raise _not_on_simplex(targets.detach())


def _on_simplex(targets: Tensor) -> bool:
    """Two passes and no intermediate: this runs in every training step. NaN compares as false."""
    low, high = torch.aminmax(_row_sums(targets))
    tolerance = _simplex_tolerance(targets)
    return bool(targets.min() >= 0) and 1 - tolerance <= low.item() and high.item() <= 1 + tolerance


def _not_on_simplex(targets: Tensor) -> LabError:
    miss = (_row_sums(targets) - 1).abs()
    wrong = ~(miss <= _simplex_tolerance(targets)) | (targets < 0).any(dim=1)
    row = int(wrong.nonzero()[0])
    found = f"not so in {int(wrong.sum())} rows, first row {row} with sum {targets[row].sum().item():g}"
    return LabError("targets", "must be non-negative with rows that sum to 1", found, "Divide each row by its sum.")


def _row_sums(targets: Tensor) -> Tensor:
    return targets.sum(dim=1, dtype=torch.promote_types(targets.dtype, torch.float32))


def _simplex_tolerance(targets: Tensor) -> float:
    return HALF_SIMPLEX_TOLERANCE if targets.dtype in (torch.float16, torch.bfloat16) else SIMPLEX_TOLERANCE


def check_noise_probs(noise_probs: Tensor, classes: int) -> None:
    """A class prior of K non-negative entries."""
    check_floats("noise_probs", noise_probs, "K")
    if len(noise_probs) != classes:
        raise LabError("noise_probs", f"must have one entry for each of {classes} classes", len(noise_probs))
    if not can_look(noise_probs):
        return
    low, high = torch.aminmax(noise_probs.detach())
    if not (low.item() >= 0 and high.item() < math.inf):
        raise LabError("noise_probs", "must be finite and non-negative", noise_probs.tolist())


def check_prior_covers(find_used: Callable[[], Tensor], noise_probs: Tensor) -> None:
    """No class in use, (K,) bool, may have prior 0: its score would be infinite. Most priors have no 0 at all, and
    then nobody needs to know which classes are in use."""
    if not can_look(noise_probs) or noise_probs.min() > 0:
        return
    used = find_used()
    if not can_look(used):
        return
    missing = used & (noise_probs.detach() == 0)
    if missing.any():
        raise LabError(
            "noise_probs",
            "must be above 0 for every class that a target uses",
            f"0 for class {int(missing.nonzero()[0])}",
            "Take the class frequencies of the training set.",
        )


def check_batch(name: str, count: int, least: int, why: str) -> None:
    if count < least:
        raise LabError(name, f"must number at least {least}: {why}", count, "Use a larger batch.")
