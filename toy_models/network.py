"""Small networks, many at once: the parameters of M networks as the rows of one tensor."""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Generator, Tensor

FIRST_WEIGHT_GAIN = 3.0


@dataclass(frozen=True, slots=True)
class StackedMLP:
    """A multi-layer perceptron with tanh between layers of the given widths, for M sets of parameters."""

    widths: tuple[int, ...]

    @property
    def parameter_count(self) -> int:
        return sum(into * out + out for into, out in pairwise(self.widths))

    def initial(self, generator: Generator) -> Tensor:
        """Parameters of one network, (P,) float32: uniform with bound 1 / sqrt(inputs), as torch's own layers.

        The weights on the input are larger by `FIRST_WEIGHT_GAIN`: x in [-1, 1] is short against a period of the
        truth, and the first layer would else begin almost linear.
        """
        layers = []
        for depth, (into, out) in enumerate(pairwise(self.widths)):
            bound = 1 / math.sqrt(into)
            gain = FIRST_WEIGHT_GAIN if depth == 0 else 1.0
            weights, biases = (2 * torch.rand(n, generator=generator) - 1 for n in (into * out, out))
            layers += [gain * bound * weights, bound * biases]
        return torch.cat(layers)

    def __call__(self, parameters: Tensor, inputs: Tensor) -> Tensor:
        """parameters (M, P), inputs (M, N, D) -> outputs (M, N, K)."""
        shapes = list(pairwise(self.widths))
        pieces = parameters.split([n for into, out in shapes for n in (into * out, out)], dim=-1)
        hidden = inputs
        for depth, (into, out) in enumerate(shapes):
            weights, biases = pieces[2 * depth].unflatten(-1, (into, out)), pieces[2 * depth + 1]
            hidden = torch.baddbmm(biases[:, None, :], hidden if depth == 0 else hidden.tanh(), weights)
        return hidden
