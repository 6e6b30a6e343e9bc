"""The stacked networks against torch's own layers, one at a time."""

import torch
from torch import Generator, nn

from toy_models.network import StackedMLP


def test_each_row_is_a_network_of_its_own(one_network):
    widths = (2, 5, 4, 3)
    network = StackedMLP(widths)
    parameters = torch.stack([network.initial(Generator().manual_seed(seed)) for seed in range(3)]).requires_grad_()
    inputs = torch.randn(3, 7, 2, generator=Generator().manual_seed(9))
    outputs = network(parameters, inputs)
    (gradient,) = torch.autograd.grad(outputs.square().sum(), parameters)
    for row in range(3):
        alone = one_network(parameters[row].detach(), widths)
        expected = alone(inputs[row])
        torch.testing.assert_close(outputs[row], expected)
        expected.square().sum().backward()
        flat = [piece for m in alone if isinstance(m, nn.Linear) for piece in (m.weight.grad.T.flatten(), m.bias.grad)]
        torch.testing.assert_close(gradient[row], torch.cat(flat))


def test_the_start_is_bounded_as_said_and_the_seed_s_alone():
    network = StackedMLP((1, 50, 3), first_gain=3.0)
    start = network.initial(Generator().manual_seed(0))
    assert start.shape == (network.parameter_count,)
    assert 1.5 < start[:50].abs().max() <= 3
    assert 0.5 < start[50:100].abs().max() <= 1
    assert 0.1 < start[100:].abs().max() <= 50**-0.5
    assert torch.equal(start, network.initial(Generator().manual_seed(0)))
    assert not torch.equal(start, network.initial(Generator().manual_seed(1)))


def test_the_gradient_by_hand_is_the_tape_s():
    network = StackedMLP((2, 5, 4, 3))
    generator = Generator().manual_seed(1)
    parameters = torch.randn(4, network.parameter_count, generator=generator, dtype=torch.float64).requires_grad_()
    inputs, slope = (torch.randn(4, 7, k, generator=generator, dtype=torch.float64) for k in (2, 3))
    (expected,) = torch.autograd.grad(network(parameters, inputs), parameters, slope)
    with torch.no_grad():
        found = network.gradient(parameters, network.activations(parameters, inputs), slope)
    torch.testing.assert_close(found, expected)
