"""A loss of the user's own: a function in a Python file of this machine, named when the app starts, never by a page.

Its contract: `function(embeddings, labels, *, temperature)`, with unit embeddings (N, D) and integer labels (N,), gives
the mean over the batch, or the loss of each anchor (N,), in nats. It must look at the embeddings through their
similarities alone, and the loss of an anchor at that anchor's own similarities. Its forces are autograd's.
"""

import inspect
import runpy
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from losses.catalog import CATALOG
from losses.errors import LabError

if TYPE_CHECKING:
    from torch import Tensor

OPTION = "--loss"
_FORM = "Write path/to/file.py:function."
_SIGNATURE = "Write it as function(embeddings, labels, *, temperature)."
# The length of each embedding's own new coordinate. Its square is lost beside 1 in float32 and float64 alike, so no
# similarity changes; the derivative by it is the force times this length, to the last digit.
_LIFT = 1e-10
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class OwnLoss:
    """A loss that has passed the checks: its name among losses, its title, where it comes from, and the function."""

    name: str
    title: str
    source: str
    function: "Callable[..., Tensor]"


_KEEP = "Keep to torch operations; no detach or item."
_LONGEST = 200

_ADDED: dict[str, OwnLoss] = {}


def own_losses() -> Mapping[str, OwnLoss]:
    """The losses added to the catalogue since the process began, by name."""
    return _ADDED


def add_own_loss(argument: str) -> OwnLoss:
    """Run the file of `argument`, "path/to/file.py:function", try the function on a tiny batch, and add it.

    A name that the catalogue has is prefixed by "own_". LabError where file, function, signature or value do not fit.
    """
    path, colon, name = argument.rpartition(":")
    if not colon or not path or not name.isidentifier():
        raise LabError(OPTION, "must name a file and a function in it", repr(argument), _FORM)
    function = _function(Path(path).expanduser(), name)
    _check_signature(name, function)
    own = OwnLoss(f"own_{name}" if name in CATALOG else name, f"{name} (own)", argument, function)
    _try_out(own)
    _ADDED[own.name] = own
    return own


def losses_of_anchors(own: OwnLoss, embeddings: "Tensor", labels: "Tensor", temperature: float) -> "Tensor":
    """What the function gives: a scalar, or (N,), in float64. LabError where it fails or gives anything else."""
    import torch

    try:
        found = own.function(embeddings, labels, temperature=temperature)
    except (Exception, SystemExit) as error:
        where = _where(error, own.source.rpartition(":")[0])
        raise LabError(own.name, f"failed{where} with {_in_a_line(error)}") from error
    if not isinstance(found, torch.Tensor) or found.shape not in ((), (len(embeddings),)):
        but = (
            f"returns one of shape {tuple(found.shape)}"
            if isinstance(found, torch.Tensor)
            else f"returns {_kind(found)}"
        )
        raise LabError(own.name, f"must return a tensor of shape () or ({len(embeddings)},)", but=but)
    if not torch.isfinite(found).all():
        wrong = int((~torch.isfinite(found)).sum())
        raise LabError(
            own.name,
            "must return finite losses",
            but=f"{wrong} of {found.numel()} {'is' if wrong == 1 else 'are'} NaN or infinite",
        )
    if embeddings.requires_grad and not found.requires_grad:
        raise LabError(own.name, "must be differentiable", but="returns a constant", remedy=_KEEP)
    return found.to(torch.float64)


def own_forces(own: OwnLoss, embeddings: "Tensor", labels: "Tensor", temperature: float) -> "Tensor":
    """d loss_i / d s_ij (N, N) on unit embeddings (N, D), diagonal 0, by autograd.

    A scalar is taken for the mean of N losses; it does not say whose loss a pair belongs to, so that its derivative
    goes by halves to both. LabError where the loss looks at more than the similarities, or an anchor's at others'.
    """
    import torch

    count, dimension = embeddings.shape
    lifted = torch.cat([embeddings, _LIFT * torch.eye(count, dtype=embeddings.dtype)], dim=1).requires_grad_()
    losses = losses_of_anchors(own, lifted, labels, temperature)
    scale = count if losses.ndim == 0 else 1
    (gradient,) = torch.autograd.grad(losses.sum() * scale, lifted, retain_graph=True)
    both = _without_diagonal(gradient[:, dimension:].mT / _LIFT)  # F + F^T
    _check_similarities_only(own, gradient[:, :dimension], both, embeddings)
    if losses.ndim == 0:
        return both / 2
    rows = [torch.autograd.grad(loss, lifted, retain_graph=True)[0][:, dimension + i] for i, loss in enumerate(losses)]
    forces = _without_diagonal(torch.stack(rows) / _LIFT)
    _check_own_row_only(own, forces, both)
    return forces


def _in_a_line(error: BaseException, kind: bool = True) -> str:
    """What the user's own code raised: some of its first line, without a full stop of its own."""
    first = next(iter(str(error).strip().splitlines()), "")[:_LONGEST].rstrip(". ")
    return (f"{type(error).__name__}: {first}" if first else type(error).__name__) if kind else first


def _where(error: BaseException, path: str) -> str:
    """The last line of the user's file that was run; "" where none was."""
    file = str(Path(path).resolve())
    lines = [
        each.lineno for each in traceback.extract_tb(error.__traceback__) if str(Path(each.filename).resolve()) == file
    ]
    return f" in line {lines[-1]}" if lines else ""


def _kind(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def _function(path: Path, name: str) -> Callable:
    if path.suffix != ".py" or not path.is_file():
        raise LabError(OPTION, "must name a Python file that exists", str(path), _FORM)
    try:
        found = runpy.run_path(str(path)).get(name)
    except (Exception, SystemExit) as error:
        raise LabError(
            OPTION, f"names {path.name}, which fails{_where(error, str(path))} with {_in_a_line(error)}"
        ) from error
    if not callable(found):
        raise LabError(OPTION, f"must name a function of {path.name}", repr(name), _FORM)
    return found


def _check_signature(name: str, function: Callable) -> None:
    try:
        inspect.signature(function).bind(None, None, temperature=0.1)
    except (TypeError, ValueError) as error:
        raise LabError(
            name,
            f"does not take (embeddings, labels, *, temperature): {_in_a_line(error, kind=False)}",
            remedy=_SIGNATURE,
        ) from error


def _try_out(own: OwnLoss) -> None:
    """Three classes of two in four dimensions."""
    import torch

    z = torch.randn(6, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    own_forces(own, torch.nn.functional.normalize(z, dim=1), torch.tensor([0, 0, 1, 1, 2, 2]), 0.5)


def _without_diagonal(matrix: "Tensor") -> "Tensor":
    import torch

    return matrix.masked_fill(torch.eye(len(matrix), dtype=torch.bool), 0)


def _check_similarities_only(own: OwnLoss, gradient: "Tensor", both: "Tensor", embeddings: "Tensor") -> None:
    """By the chain rule, the gradient on the sphere must be what the forces on the pairs make of it."""
    made = both @ embeddings
    along = ((gradient - made) * embeddings).sum(dim=1, keepdim=True) * embeddings
    if not _agree(made + along, gradient):
        rule = "must look at the embeddings through their similarities alone: their coordinates change it too"
        raise LabError(own.name, rule)


def _check_own_row_only(own: OwnLoss, forces: "Tensor", both: "Tensor") -> None:
    if not _agree(forces + forces.mT, both):
        rule = "must make the loss of an anchor of that anchor's own similarities"
        raise LabError(own.name, rule, but="others' change it too", remedy="Return the mean instead.")


def _agree(one: "Tensor", other: "Tensor") -> bool:
    return bool((one - other).abs().max() <= _TOLERANCE * (1 + other.abs().max()))
