"""Two views of a batch as 2B stacked anchors, and a formula of all of them, block by block or through autograd."""

from collections.abc import Callable

import torch
from torch import Tensor

from . import processes
from .blocks import block_rows, equal_blocks
from .checks import check_batch, check_device, check_floats, check_products
from .errors import LabError
from .formulas import contrast_of_anchors
from .numerics import product, unit_rows, widen
from .options import Options
from .pairs import Roles, roles_by_view
from .reduction import reduced, reduced_by_blocks
from .streaming import BlockPass, Rule
from .symmetric import SymmetricPass, SymmetricRule, fits
from .temperature import Temperature, tempered_rows

Link = Callable[[Tensor], Tensor]
Formula = Callable[[Tensor, Roles], Tensor]


def stacked_views(view_a: Tensor, view_b: Tensor, normalize: bool) -> Tensor:
    """(B, D), (B, D) -> (2B, D) in at least float32."""
    check_floats("view_a", view_a, "B", "D")
    check_floats("view_b", view_b, "B", "D")
    if view_a.shape != view_b.shape:
        raise LabError("view_b", f"must have view_a's shape {tuple(view_a.shape)}", tuple(view_b.shape))
    check_device("view_b", view_b, "view_a", view_a)
    check_batch("pairs", len(view_a), 2, "An anchor needs a negative.")
    made = unit_rows if normalize else widen
    return torch.cat([made(view_a), made(view_b)])


def anchors_of(
    view_a: Tensor, view_b: Tensor, options: Options, temperature: Temperature = 1.0
) -> tuple[Tensor, Tensor]:
    """Anchors (2B, D) of all processes where they are joined, and the indices of this process's own.

    A learned temperature is divided into them.
    """
    z, _ = tempered_rows(stacked_views(view_a, view_b, options.normalize), temperature)
    if not options.distributed:
        return z, torch.arange(len(z), device=z.device)
    (a, b), own = processes.joined(z.chunk(2))
    return torch.cat([a, b]), torch.cat([own, own + len(a)])


def over_anchors(
    z: Tensor,
    own: Tensor,
    link: Link,
    rule: Rule,
    scale: float | Tensor,
    options: Options,
    temperature: Temperature = 1.0,
    formula: Formula = contrast_of_anchors,
    symmetric: SymmetricRule | None = None,
) -> Tensor:
    """The formula of the linked cosines of each of the 2B anchors: cross-entropy over the others, if no other is named.

    The temperature is the link's, where that has it: what torch.func has of it shows in the path. `symmetric`: what
    small batches take, where there is such a rule for these scores.
    """
    everyone = torch.ones_like(z[:, 0], dtype=torch.bool)
    if options.takes_plain_path(z, *(held for held in (temperature,) if isinstance(held, Tensor))):
        losses = formula(link(product(z, z.mT)), roles_by_view(len(z), z.device))
        value = reduced(losses, everyone, own, options)
    elif symmetric is not None and fits(z, own, options):
        value = reduced_by_blocks(z, SymmetricPass(symmetric, float(scale)), everyone, own, options)
    else:
        block_pass = BlockPass(rule, equal_blocks(own, block_rows(z, options.chunk_size)), scale)
        value = reduced_by_blocks(z, block_pass, everyone, own, options)
    return check_products("view_a and view_b", z, scale, value)
