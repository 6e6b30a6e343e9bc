"""Small networks, many at once: the parameters of M networks as the rows of one tensor."""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Generator, Tensor


@dataclass(frozen=True, slots=True)
class StackedMLP:
    """A multi-layer perceptron with tanh between layers of the given widths, for M sets of parameters.

    The first weights begin `first_gain` times as large as the others: where the inputs are short against a period of
    the truth, the first layer would else begin almost linear.
    """

    widths: tuple[int, ...]
    first_gain: float = 1.0

    @property
    def parameter_count(self) -> int:
        return sum(into * out + out for into, out in pairwise(self.widths))

    def initial(self, generator: Generator) -> Tensor:
        """Parameters of one network, (P,) float32: uniform with bound 1 / sqrt(inputs), as torch's own layers."""
        layers = []
        for depth, (into, out) in enumerate(pairwise(self.widths)):
            bound = 1 / math.sqrt(into)
            gain = self.first_gain if depth == 0 else 1.0
            weights, biases = (2 * torch.rand(n, generator=generator) - 1 for n in (into * out, out))
            layers += [gain * bound * weights, bound * biases]
        return torch.cat(layers)

    def __call__(self, parameters: Tensor, inputs: Tensor) -> Tensor:
        """parameters (M, P), inputs (M, N, D) -> outputs (M, N, K)."""
        return self.activations(parameters, inputs)[-1]

    def activations(self, parameters: Tensor, inputs: Tensor) -> list[Tensor]:
        """The inputs, each layer's values after its tanh, and last the outputs, which have none: (M, N, width) each."""
        values = [inputs]
        layers = self._layers(parameters)
        for weights, biases in layers:
            outputs = torch.baddbmm(biases[:, None, :], values[-1], weights)
            values.append(outputs if len(values) == len(layers) else outputs.tanh_())
        return values

    def gradient(self, parameters: Tensor, activations: list[Tensor], slope: Tensor) -> Tensor:
        """Back from slope (M, N, K), a derivative in the outputs, to the one in the parameters: (M, P)."""
        gradient = torch.empty_like(parameters)
        layers, into = self._layers(parameters), self._layers(gradient)
        for depth in reversed(range(len(layers))):
            weights, biases = into[depth]
            weights.copy_(activations[depth].mT @ slope)
            biases.copy_(slope.sum(dim=1))
            if depth:
                slope = torch.ops.aten.tanh_backward(slope @ layers[depth][0].mT, activations[depth])
        return gradient

    def _layers(self, parameters: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Weights (M, into, out) and biases (M, out) of each layer, as views."""
        shapes = list(pairwise(self.widths))
        pieces = parameters.split([n for into, out in shapes for n in (into * out, out)], dim=-1)
        return [(pieces[2 * i].unflatten(-1, shape), pieces[2 * i + 1]) for i, shape in enumerate(shapes)]
