"""What a run records of its gradient, against autograd and against loops."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from analysis.forces.dynamics import tangent_gradient
from checkpoints.native import file as native
from checkpoints.native.epochs import COLUMNS, Dynamics, Epoch
from checkpoints.native.objectives import OBJECTIVES
from checkpoints.opening import open_outputs
from checkpoints.training.run import train
from checkpoints.training.steps import STEPS, TrainingBatch
from checkpoints.training.watching import PAIRS_EVERY, TO_CLASS_SIMPLEX, Gradients, first_batch, outputs_of
from losses.contrasts import forces_of
from losses.errors import LabError

EMBEDDED = [loss for loss, objective in OBJECTIVES.items() if objective.head == "projection"]


@pytest.fixture
def backward(recipe_for, model_for, bars_data):
    """Recipe, model, its outputs after a backward pass on 32 bars, and their labels."""
    from checkpoints.native.encoders import SmallConvSpec
    from checkpoints.native.forward import as_tensor

    def run(loss):
        recipe = recipe_for(loss)
        model = model_for(SmallConvSpec(OBJECTIVES[loss].head, 4, features=16, width=4))
        images, labels = as_tensor(bars_data.train.images[:32]), torch.tensor(bars_data.train.labels[:32])
        batch, generator = TrainingBatch(images, labels, torch.full((4,), 0.25)), torch.Generator().manual_seed(1)
        with outputs_of(model) as seen:
            value = STEPS[loss](model, batch, recipe.parameters, generator)
        value.backward()
        return recipe, model, seen[0], labels

    return run


@pytest.mark.parametrize("loss", EMBEDDED)
def test_the_forces_of_pairs_add_up_to_the_gradient_of_the_step(backward, loss):
    recipe, _, outputs, labels = backward(loss)
    z = outputs.detach()
    forces = forces_of(loss, z, labels.repeat(2), recipe.parameters)
    expected = outputs.grad * len(z)
    expected = expected - (expected * z).sum(1, keepdim=True) * z
    torch.testing.assert_close(tangent_gradient(z, forces), expected, rtol=1e-3, atol=2e-5)
    recorded = first_batch(recipe, outputs, labels, pairs=True)
    assert recorded.outputs == pytest.approx(expected.square().sum(1).mean().sqrt().item(), rel=1e-3)


@pytest.mark.parametrize("loss", ["sincere", "supcon", "nt_xent"])
def test_groups_and_repelling_pairs_by_loops(backward, loss):
    recipe, _, outputs, labels = backward(loss)
    recorded, z = first_batch(recipe, outputs, labels, pairs=True), outputs.detach().double()
    forces = forces_of(loss, z, labels.repeat(2), recipe.parameters)
    sums = {name: torch.zeros_like(z) for name in ("other_view", "same_class", "noise")}
    same = []
    for i in range(64):
        for j in range(64):
            if i == j:
                continue
            group = "noise" if labels[i % 32] != labels[j % 32] else "other_view" if i % 32 == j % 32 else "same_class"
            sums[group][i] += forces[i, j] * z[j]
            sums[group][j] += forces[i, j] * z[i]
            if group != "noise":
                same.append(forces[i, j].item())
    for name, vectors in sums.items():
        tangent = vectors - (vectors * z).sum(1, keepdim=True) * z
        assert getattr(recorded, name) == pytest.approx(tangent.square().sum(1).mean().sqrt().item(), rel=1e-3)
    forces_of_class = np.array(same)
    assert recorded.repelling_share == pytest.approx(np.mean(forces_of_class > 0), rel=1e-3)
    ratio = forces_of_class[forces_of_class > 0].sum() / -forces_of_class[forces_of_class < 0].sum()
    assert recorded.push_to_pull == pytest.approx(ratio, rel=1e-3)
    assert (recorded.toward_optimum is not None) == (loss in TO_CLASS_SIMPLEX)


def test_of_a_class_head_the_gradient_on_logits_is_recorded(backward):
    recipe, _, outputs, labels = backward("nll")
    expected = (outputs.detach().softmax(1) - torch.nn.functional.one_hot(labels, 4)).square().sum(1).mean().sqrt()
    assert first_batch(recipe, outputs, labels, pairs=True) == Dynamics(
        outputs=pytest.approx(expected.item(), rel=1e-3)
    )


def test_layers_and_signal_to_noise_against_numpy(backward):
    _, model, _, _ = backward("supcon")
    gradients, rng, taken = Gradients(model), np.random.default_rng(0), []
    for _ in range(4):
        for parameter in model.parameters():
            noise = rng.standard_normal(parameter.shape).astype(np.float32)
            parameter.grad = torch.from_numpy(noise + 0.5)
        taken.append({name: parameter.grad.numpy().ravel() for name, parameter in model.named_parameters()})
        norm = gradients.add()
    flat = np.array([np.concatenate(list(each.values())) for each in taken], dtype=np.float64)
    assert norm == pytest.approx(np.linalg.norm(flat[-1]))
    variance = flat.var(axis=0, ddof=1).sum()
    signal = (flat.mean(axis=0) ** 2).sum() - variance / 4
    assert gradients.signal_to_noise() == pytest.approx(signal / variance, rel=1e-3)
    assert signal / variance == pytest.approx(0.25, abs=0.05)  # |0.5|^2 over variance 1
    layers = dict(gradients.of_layers())
    assert list(layers) == ["convolution 1", "convolution 2", "convolution 3", "linear 1", "head 1", "head 2"]
    first = ("encoder.0.weight", "encoder.1.weight", "encoder.1.bias")
    norms = [np.linalg.norm(np.concatenate([each[name] for name in first])) for each in taken]
    assert layers["convolution 1"] == pytest.approx(np.mean(norms), rel=1e-3)


def test_one_batch_has_no_signal_to_noise(recipe_for, tmp_path):
    log = train(recipe_for("nll", batch_size=64, epochs=1), tmp_path / "x.safetensors").log
    assert log[0].dynamics.signal_to_noise is None
    assert native.peek(tmp_path / "x.safetensors").metadata.log == log


@pytest.mark.parametrize("loss", ["nll", "supcon", "nt_xent"])
def test_every_epoch_is_recorded_and_pairs_now_and_then(recipe_for, tmp_path, loss):
    log = train(recipe_for(loss, epochs=PAIRS_EVERY + 2), tmp_path / "x.safetensors").log
    assert all(epoch.dynamics.outputs > 0 and epoch.dynamics.layers for epoch in log)
    known = [epoch.dynamics.repelling_share is not None for epoch in log]
    assert known == [loss != "nll" and epoch % PAIRS_EVERY == 0 for epoch in range(PAIRS_EVERY + 2)]
    for epoch in log:  # a gradient is no longer than its layers put together
        assert np.linalg.norm([norm for _, norm in epoch.dynamics.layers]) <= epoch.gradient_norm * 1.001


def test_watching_changes_no_weight(recipe_for, tmp_path, monkeypatch):
    path = tmp_path / "x.safetensors"
    train(recipe_for("sincere"), path)
    watched = native.read(path).arrays
    path.unlink()
    monkeypatch.setattr("checkpoints.training.run.first_batch", lambda *_, **__: Dynamics())
    train(recipe_for("sincere"), path)
    for name, array in native.read(path).arrays.items():
        np.testing.assert_array_equal(array, watched[name])


def test_a_file_of_old_has_no_dynamics_and_opens(native_file):
    about = native.peek(native_file()).metadata
    assert about.log == (Epoch(1.5, 0.1, 0.9, None),)
    assert "dynamics" not in json.loads(about.to_json())
    assert len(open_outputs(native_file()).test) == 24


def with_dynamics(changes):
    columns = {"outputs": [1.0], "layers": [{"name": "head 1", "norm": [2.0]}]}
    return lambda about: about | {"dynamics": columns | changes}


def test_dynamics_are_read_back(native_file, rewrite_metadata):
    path = rewrite_metadata(native_file(), with_dynamics({"toward_optimum": [None]}))
    (epoch,) = native.peek(path).metadata.log
    assert epoch.dynamics == Dynamics(outputs=1.0, layers=(("head 1", 2.0),))
    assert {field.name for field in dataclasses.fields(Dynamics)} == {*COLUMNS, "layers"}


WRONG = {
    "column too long": ({"outputs": [1.0, 2.0]}, "outputs must have one number an epoch, 1 in all, but has 2"),
    "text": ({"noise": ["<b>"]}, "noise must be finite numbers or null"),
    "bool": ({"noise": [True]}, "noise must be finite numbers or null"),
    "no list": ({"noise": 1.0}, r"dynamics\.noise must be a list"),
    "unknown column": ({"hook": [1.0]}, "unknown field, but is 'hook'"),
    "layer without a number": ({"layers": [{"name": "a", "norm": [None]}]}, "a norm for every epoch"),
    "layer that is a list": ({"layers": [[1.0]]}, "dynamics of a layer must be a JSON object"),
    "too many layers": ({"layers": [{"name": "a", "norm": [1.0]}] * 65}, "must be a list of at most 64 items"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_dynamics_are_refused_by_name(native_file, rewrite_metadata, case):
    changes, rule = WRONG[case]
    with pytest.raises(LabError, match=rule):
        native.peek(rewrite_metadata(native_file(), with_dynamics(changes)))
