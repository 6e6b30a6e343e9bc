"""What the losses demand of their inputs: each broken rule is one `LabError`.

Rules on values need the values, which a tensor inside `torch.func.vmap` or `torch.compile` does not have:
there they are skipped, rules on shapes and dtypes are not.
"""

import math
from collections.abc import Callable
from numbers import Integral, Real

import torch
from torch import Tensor

from .errors import LabError, plural

REDUCTIONS = ("mean", "none")
SIMPLEX_TOLERANCE = 1e-3
HALF_SIMPLEX_TOLERANCE = 1e-2
FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
FLOAT_NAMES = "float16, bfloat16, float32 or float64"
LARGEST, LEAST_TEMPERATURE = 1e12, 1e-12
"""Between these temperatures scores of any size in use, and derivatives by the temperature, which go with its inverse
square, are numbers of float32; beyond, something would overflow and a loss be NaN. So with other settings."""
ROOM = 1e6
"""How much smaller than its dtype's largest number a score is whose differences and sums over a batch are numbers."""
COMPLEX = (torch.complex32, torch.complex64, torch.complex128)


def has_values(*tensors: Tensor) -> bool:
    """Whether the entries can be looked at now."""
    if torch.compiler.is_compiling():
        return False
    return not any(torch._C._functorch.is_functorch_wrapped_tensor(tensor) for tensor in tensors)


def can_look(*tensors: Tensor) -> bool:
    """Whether the entries can be looked at now without making a GPU's queue wait."""
    return has_values(*tensors) and all(tensor.device.type == "cpu" for tensor in tensors)


def check_number(name: str, value: float, *, above: float = -math.inf, most: float = LARGEST, remedy: str = "") -> None:
    """A finite real number above a limit, and none that leaves float32 in a product with a score."""
    beyond = "" if above == -math.inf else f" above {above:g}"
    if not isinstance(value, Real) or isinstance(value, bool) or value != value or abs(value) == math.inf:
        rule = f"must be a finite number{beyond}"
        if isinstance(value, Tensor):
            raise LabError(name, rule, "a tensor", f"Pass {name}.item(), which is not learned.")
        raise LabError(name, rule, repr(value), remedy)
    if value <= above:
        raise LabError(name, f"must be a finite number{beyond}", repr(value), remedy)
    if abs(value) > most:
        raise LabError(name, f"must be a number{beyond} of at most {most:g} in size", _in_short(value), remedy)


def _in_short(value: float) -> str:
    digits = repr(value)
    return digits if len(digits) <= 24 else f"a number of {len(digits):,} digits"


def check_temperature(temperature: float | Tensor) -> None:
    """A finite number above 0, or a tensor of one such, learned or not; not so small or large that a loss overflows."""
    remedy = "Use 0.05 to 1 for unit embeddings, 1 for logits."
    if not isinstance(temperature, Tensor):
        check_number("temperature", temperature, above=0, remedy=remedy)
        _check_least(temperature, repr(temperature), remedy)
        return
    rule = "must be one finite number above 0"
    if temperature.dtype in (torch.bool, *COMPLEX) or temperature.numel() != 1:
        found = f"a tensor of {temperature.dtype}, shape {tuple(temperature.shape)}"
        raise LabError("temperature", rule, found, "Pass a number, or a tensor of one real element.")
    if not can_look(temperature):
        return
    value = temperature.item()
    found = f"a tensor of {value:g}"
    remedy += " To learn one, keep its logarithm as the parameter and pass log_temperature.exp()."
    if not 0 < value < math.inf:
        raise LabError("temperature", rule, found, remedy)
    if value > LARGEST:
        raise LabError("temperature", f"must be one number above 0 of at most {LARGEST:g} in size", found, remedy)
    _check_least(value, found, remedy)


def _check_least(temperature: float, found: str, remedy: str) -> None:
    if temperature < LEAST_TEMPERATURE:
        rule = f"must be at least {LEAST_TEMPERATURE:g}, for scores are divided by it"
        raise LabError("temperature", rule, found, remedy)


def check_products(name: str, rows: Tensor, scale: float | Tensor, losses: Tensor) -> Tensor:
    """The losses of rows (N, D): refused where they are no numbers since the rows' products, times `scale`, are none.

    Rows that are infinite or NaN themselves are the network's, and come back as they are.
    """
    if not can_look(losses, rows) or losses.detach().isfinite().all() or not rows.detach().isfinite().all():
        return losses
    longest = rows.detach().double().square().sum(dim=-1).max().item()
    if longest * float(scale) > torch.finfo(losses.dtype).max / ROOM:
        rule = f"must be so short that products of two rows, over the temperature, are numbers of {losses.dtype}"
        remedy = "Take unit rows (normalize=True), or raise the temperature."
        raise LabError(name, rule, but=f"a row is of length {math.sqrt(longest):.2g}", remedy=remedy)
    return losses


def check_reduction(reduction: str) -> None:
    if reduction not in REDUCTIONS:
        remedy = "'none' gives the loss of each anchor, whose .sum() is the sum."
        raise LabError("reduction", "must be 'mean' or 'none'", repr(reduction), remedy)


def check_chunk_size(chunk_size: int | None) -> None:
    if chunk_size is not None and (not isinstance(chunk_size, Integral) or chunk_size < 1):
        raise LabError(
            "chunk_size", "must be a whole number of rows from 1, or None", repr(chunk_size), "None takes all at once."
        )


def check_floats(name: str, tensor: Tensor, *shape: str) -> None:
    """A floating tensor with as many dimensions as `shape` has letters."""
    if not isinstance(tensor, Tensor) or tensor.dtype not in FLOATS:
        found = tensor.dtype if isinstance(tensor, Tensor) else kind_of(tensor)
        raise LabError(name, f"must be a floating torch tensor ({FLOAT_NAMES})", found, _to_floats(name, tensor))
    if tensor.layout != torch.strided:
        raise LabError(name, "must be dense", tensor.layout, f"Convert with {name}.to_dense().")
    if tensor.ndim != len(shape) or 0 in tensor.shape:
        raise LabError(name, f"must have shape {_shape(shape)} with no empty dimension", tuple(tensor.shape))


def _shape(letters: tuple[str, ...]) -> str:
    """
    >>> _shape(("N", "D")), _shape(("K",))
    ('(N, D)', '(K,)')
    """
    return f"({', '.join(letters)}{',' if len(letters) == 1 else ''})"


def kind_of(value: object) -> str:
    """What stands where a tensor should, as a sentence has it."""
    return "None" if value is None else f"of type {type(value).__name__}"


def _to_floats(name: str, tensor: object) -> str:
    if tensor is None:
        return "Pass a tensor."
    if not isinstance(tensor, Tensor):
        return f"Convert with torch.as_tensor({name}).float()."
    if tensor.dtype in COMPLEX:
        return f"Take what is real of it: {name}.real or {name}.abs()."
    if name == "embeddings" and tensor.ndim == 1:
        return "Embeddings come first, then the labels."
    return f"Convert with {name}.float()."


def check_device(name: str, tensor: Tensor, beside_name: str, beside: Tensor) -> None:
    """On the device of what it is computed with."""
    if tensor.device != beside.device:
        rule, remedy = (
            f"must be on the device of {beside_name}, {beside.device}",
            f"Move it: {name}.to({beside_name}.device).",
        )
        raise LabError(name, rule, f"on {tensor.device}", remedy)


def check_targets(targets: Tensor, logits: Tensor) -> None:
    """Soft targets shaped like the logits, each row a distribution over the classes."""
    if isinstance(targets, Tensor) and targets.dtype not in FLOATS and targets.ndim == 1:
        remedy = (
            f"Use torch.nn.functional.one_hot(targets, {logits.shape[1]}).float(), or nll, which takes class numbers."
        )
        raise LabError("targets", "must be distributions over the classes", "class numbers", remedy)
    check_floats("targets", targets, "N", "K")
    check_device("targets", targets, "logits", logits)
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
    low, total = targets[row].min().item(), _row_sums(targets)[row].item()
    found = (
        f"not so in {plural(int(wrong.sum()), 'row')}, first row {row} with sum {total:g}"
        + f" and {low:g} in it" * (low < 0)
    )
    remedy = "Divide each row by its sum."
    if low < 0 or not 0 < total < math.inf:
        remedy = "Pass probabilities: of scores, scores.softmax(dim=1); leave out items that have none."
    return LabError("targets", "must be non-negative with rows that sum to 1", found, remedy)


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
        found = f"between {low.item():g} and {high.item():g}" if low < high else f"{low.item():g}"
        raise LabError("noise_probs", "must be finite and non-negative", found, "Take the class frequencies.")


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
        raise LabError(name, f"must number at least {least}", count, f"{why} Use a larger batch.")
