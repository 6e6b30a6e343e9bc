"""Gradients of world 1 against autograd, and a training that looking does not disturb."""

import numpy as np
import pytest
import torch

from toy_models.device import resolve
from toy_models.simplex import SimplexSpec, reference
from toy_models.simplex import gradients as module
from toy_models.simplex.gradients import gradient_trace
from toy_models.simplex.program import Program

SPEC = SimplexSpec(losses=("soft_target_cross_entropy", "soft_target_infonce"), steps=30, seeds=2, side=12)


@pytest.fixture(scope="module")
def trace():
    return gradient_trace(SPEC)


def test_looking_leaves_the_training_as_it_was():
    watched, plain, answer = Program(SPEC, resolve("cpu")), Program(SPEC, resolve("cpu")), reference(SPEC)
    list(module._looks(watched, torch.from_numpy(answer.optima), torch.from_numpy(answer.weights)))
    for step in range(SPEC.steps + 1):
        if step:
            plain.update(step - 1)
        plain.gradients()
    assert torch.equal(watched.parameters, plain.parameters)


def test_the_direction_is_the_derivative_by_autograd():
    program, answer = Program(SPEC, resolve("cpu")), reference(SPEC)
    weights, optima = torch.from_numpy(answer.weights), torch.from_numpy(answer.optima)
    program.gradients()
    gradient, parameters = program.parameters.grad.double(), program.parameters.double()
    inputs = program.looked_at[: len(weights)].double().expand(len(parameters), -1, -1)
    plain = program.network(parameters, inputs)

    def by_hand(p):
        values, layers = inputs, program.network._layers(p)
        for depth, (weight, bias) in enumerate(layers):
            values = values @ weight + bias[:, None]
            values = values if depth == len(layers) - 1 else torch.tanh(values)
        return values

    logits, moved = torch.autograd.functional.jvp(by_hand, parameters, -gradient)
    torch.testing.assert_close(logits, plain)
    found = module._toward(program, gradient, optima, weights)
    for network in range(4):
        way = optima[network // 2] - logits[network]
        centred = [each - each.mean(-1, keepdim=True) for each in (moved[network], way)]
        one, other = (each * weights[:, None] ** 0.5 for each in centred)
        expected = (one * other).sum() / (one.norm() * other.norm())
        assert found[network].item() == pytest.approx(expected.item(), abs=1e-6)


def test_the_first_gradient_is_all_signal_and_points_home(trace):
    assert (trace.signal_to_noise[0] > 1).all()
    assert (trace.toward_optimum[0] > 0.3).all()
    assert (np.abs(trace.toward_optimum) <= 1).all()
    assert (trace.loss[-1] < trace.loss[0]).all()


def test_looks_are_few_and_end_with_the_run(trace):
    assert trace.steps[0] == 0
    assert trace.steps[-1] == SPEC.steps
    assert len(trace.steps) <= module.LOOKS
    assert trace.loss.shape == (len(trace.steps), 2, 2)


def test_the_same_spec_gives_the_same_numbers(trace):
    np.testing.assert_array_equal(gradient_trace(SPEC).signal_to_noise, trace.signal_to_noise)


def test_signal_to_noise_is_freed_of_its_bias(monkeypatch):
    """Gradients that are noise alone have a ratio about 0: below 0 as often as above."""
    spec = SimplexSpec(losses=("nll",), steps=10, seeds=8, batch_size=32, side=12)
    generator = torch.Generator().manual_seed(0)

    def noise(program):
        program.parameters.grad = torch.randn(program.parameters.shape, generator=generator)
        return torch.zeros(program.shape)

    monkeypatch.setattr(Program, "gradients", noise)
    monkeypatch.setattr(Program, "update", lambda program, step: None)
    ratios = gradient_trace(spec).signal_to_noise
    assert abs(ratios.mean()) < 3 * ratios.std() / ratios.size**0.5
