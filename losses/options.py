"""The settings that all embedding losses share."""

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
