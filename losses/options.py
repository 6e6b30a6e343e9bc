"""The settings that all embedding losses share.

`normalize` makes unit rows first. `reduction`: "mean" over the anchors that take part, or "none", each anchor's loss,
which is 0 for one that takes no part, so that the mean of these is less than "mean" where some do not. `chunk_size`
rows of similarities are in memory at a time, a few hundred where it is None. `plain` takes the formula through autograd
with all similarities in memory, for second derivatives; torch.func and torch.compile take that path by themselves,
with its memory, and see no values there: a label or a temperature that would be refused gives NaN, or what the formula
makes of it. `distributed` joins the batches of all processes; see `processes` for the gradient's convention.
"""

from dataclasses import dataclass

from torch import Tensor

from .checks import check_chunk_size, check_reduction, has_values
from .errors import LabError


@dataclass(frozen=True, slots=True)
class Options:
    """normalize rows; "mean" or "none"; rows a block; plain autograd; join the batches of all processes."""

    normalize: bool
    reduction: str
    chunk_size: int | None
    plain: bool
    distributed: bool

    def __post_init__(self) -> None:
        check_reduction(self.reduction)
        check_chunk_size(self.chunk_size)

    def takes_plain_path(self, *tensors: Tensor) -> bool:
        """Whether autograd goes through the formula: where asked for, inside torch.func and torch.compile."""
        plain = self.plain or not has_values(*tensors)
        if plain and self.chunk_size is not None:
            raise LabError(
                "chunk_size",
                "must be None on the plain path (plain=True, torch.func, torch.compile), which takes all rows at once",
                self.chunk_size,
            )
        return plain
