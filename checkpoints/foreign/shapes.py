"""Shapes of a file's tensors by name, each asked for with its number of dimensions and its bounds."""

from collections.abc import Mapping
from dataclasses import dataclass

from losses.errors import LabError

Shapes = Mapping[str, tuple[int, ...]]
_MOST_BLOCKS, _MOST_SIZE = 64, 65_536


@dataclass(frozen=True, slots=True)
class Sizes:
    """Shapes by name; `file` is what a refusal names."""

    shapes: Shapes
    file: str

    def of(self, name: str, dimensions: int) -> tuple[int, ...]:
        """The shape of a tensor that must be there."""
        shape = self.shapes.get(name)
        if shape is None:
            raise LabError(self.file, f"must have the tensor {name}", but="has none of that name")
        if len(shape) != dimensions or not all(1 <= size <= _MOST_SIZE for size in shape):
            rule = f"must have {dimensions} dimensions of 1 to {_MOST_SIZE:,}"
            raise LabError(f"{self.file}: tensor {name}", rule, f"of shape {shape}")
        return shape

    def count(self, stem: str, ending: str) -> int:
        """One more than the largest number between `stem` and `ending`."""
        middles = (n[len(stem) :].split(".", 1)[0] for n in self.shapes if n.startswith(stem) and n.endswith(ending))
        found = [int(middle) for middle in middles if middle.isdecimal() and len(middle) < 5]
        if not found or max(found) >= _MOST_BLOCKS:
            raise LabError(self.file, f"must have 1 to {_MOST_BLOCKS} of the tensors {stem}0{ending}, ...", len(found))
        return max(found) + 1

    def has(self, part: str) -> bool:
        """Whether a tensor's name has that part."""
        return any(part in name for name in self.shapes)
