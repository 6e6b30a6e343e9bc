from itertools import pairwise

import pytest
from torch import nn


@pytest.fixture
def one_network():
    """One of the stacked networks as torch's own layers."""

    def one_network(parameters, widths):
        """The same network from `nn.Linear`, with the parameters in the order of the stack."""
        layers, at = [], 0
        for into, out in pairwise(widths):
            linear = nn.Linear(into, out)
            linear.weight.data = parameters[at : at + into * out].view(into, out).T.clone()
            linear.bias.data = parameters[at + into * out : at + into * out + out].clone()
            at += into * out + out
            layers += [linear, nn.Tanh()]
        assert at == len(parameters)
        return nn.Sequential(*layers[:-1])

    return one_network
