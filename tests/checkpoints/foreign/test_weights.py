"""Weights arrive to the last bit, whatever wrapped them; what does not fit is named, all of it, in one sentence."""

import numpy as np
import pytest
import torch

from checkpoints.foreign.heads import linear
from checkpoints.foreign.opening import network_in
from checkpoints.foreign.plan import Plan, plan_of
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.foreign.weights import load, weights_in
from checkpoints.reading.torch_file.contents import torch_contents
from losses.errors import LabError
from tests.checkpoints.foreign.states import PLANS, resnet, state_of

PLAN = PLANS["supcon"]


def loaded(path, value):
    """The module of the file that `value` makes, weighed."""
    torch.save(value, path)
    contents = torch_contents(path)
    weights = weights_in(contents)
    model = plan_of(weights.layout.name, weights.shapes, name=path.name).build()
    load(model, weights, contents, path)
    return model


def under(prefix, state):
    return {prefix + name: value for name, value in state.items()}


def test_an_encoder_with_an_fc_is_supce_by_its_own_shortcuts_alone(tmp_path):
    """torchvision's ResNet under `encoder.` beside an `fc` is anybody's network, and gives the same numbers."""
    for naming, layout in (("shortcut", "supce"), ("downsample", "resnet")):
        plan = Plan("supce", resnet(naming=naming), "logits", "fc", linear(32, 3))
        state = state_of(plan)
        torch.save(state, tmp_path / "last.pth")
        contents = torch_contents(tmp_path / "last.pth")
        found = network_in(contents, ForeignSpec())[1]
        assert (found.layout, found.role, found.outputs) == (layout, "logits", 3)
        made, own = loaded(tmp_path / "last.pth", state), plan.build()
        own.load_state_dict(state, assign=True)
        images = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
        with torch.no_grad():
            for mine, theirs in zip(made(images), own.eval()(images), strict=True):
                torch.testing.assert_close(mine, theirs)


WRAPPED = {
    "bare": lambda state: state,
    "model": lambda state: {"model": state, "optimizer": {"state": {0: {"exp_avg": torch.zeros(2)}}}},
    "state_dict": lambda state: {"state_dict": state, "ema": state},
    "several GPUs in front": lambda state: {"model": {f"module.{name}": value for name, value in state.items()}},
    "several GPUs inside": lambda state: {
        "model": {name.replace("encoder.", "encoder.module."): value for name, value in state.items()}
    },
    "compiled": lambda state: {"model": {f"_orig_mod.{name}": value for name, value in state.items()}},
    "FSDP": lambda state: {"model": under("_fsdp_wrapped_module.", state)},
    "DeepSpeed": lambda state: {"model": under("_forward_module.", state)},
    "activation checkpoint": lambda state: {
        name.replace("layer1.", "layer1._checkpoint_wrapped_module."): value for name, value in state.items()
    },
    "Lightning": lambda state: {"state_dict": under("net.", state), "pytorch-lightning_version": "2.2"},
    "Lightning, compiled": lambda state: {"state_dict": under("model._orig_mod.", state)},
    "AveragedModel": lambda state: {"model": under("module.", state) | {"n_averaged": torch.tensor(3)}},
    "half": lambda state: {name: value.half() if value.is_floating_point() else value for name, value in state.items()},
    "without counters": lambda state: {name: value for name, value in state.items() if "num_batches" not in name},
}


@pytest.mark.parametrize("how", WRAPPED)
def test_weights_are_found_in_every_wrapping(tmp_path, how):
    state = state_of(PLAN)
    found = loaded(tmp_path / "last.pth", WRAPPED[how](state)).state_dict()
    for name, value in state.items():
        if value.is_floating_point():
            expected = value.half().float() if how == "half" else value
            np.testing.assert_array_equal(found[name].numpy(), expected.numpy())


def test_the_first_of_several_state_dicts_is_the_models(tmp_path):
    mine, average = state_of(PLAN, 1), state_of(PLAN, 2)
    found = loaded(tmp_path / "last.pth", {"average": average, "model": mine}).state_dict()
    np.testing.assert_array_equal(found["encoder.conv1.weight"].numpy(), mine["encoder.conv1.weight"].numpy())


def test_everything_that_does_not_fit_is_named(tmp_path):
    state = state_of(PLAN)
    del state["encoder.layer2.0.bn1.bias"]
    state["encoder.layer9.0.conv1.weight"] = torch.zeros(1)
    state["encoder.bn1.weight"] = torch.zeros(5)
    state["head.0.bias"] = torch.zeros(20, dtype=torch.int32)
    with pytest.raises(LabError) as refusal:
        loaded(tmp_path / "last.pth", state)
    said = str(refusal.value)
    assert "encoder.layer2.0.bn1.bias is missing" in said
    assert "encoder.layer9.0.conv1.weight is not one of them" in said
    assert "encoder.bn1.weight is (5,) where (4,) is needed" in said
    assert "head.0.bias has the dtype i4" in said


def test_many_misfits_are_counted(tmp_path):
    state = {name: value for name, value in state_of(PLAN).items() if ".bn" not in name}
    with pytest.raises(LabError, match=r"is missing and \d+ more"):
        loaded(tmp_path / "last.pth", state)


@pytest.mark.parametrize("value", [torch.nan, torch.inf, 1e300])
def test_weights_that_are_no_numbers_are_refused(tmp_path, value):
    state = {name: tensor.double() for name, tensor in state_of(PLAN).items()}
    state["encoder.conv1.weight"][0, 0, 0, 0] = value
    with pytest.raises(LabError, match=r"tensor encoder\.conv1\.weight must be finite float32 numbers"):
        loaded(tmp_path / "last.pth", state)


def test_one_tensor_under_two_names_is_refused(tmp_path):
    state = state_of(PLAN)
    state["module.encoder.conv1.weight"] = state["encoder.conv1.weight"]
    with pytest.raises(LabError, match=r"names encoder\.conv1\.weight twice"):
        loaded(tmp_path / "last.pth", state)


def test_many_tensors_in_one_storage_are_not_read_again_and_again(tmp_path):
    flat = torch.zeros(100_000)
    state = {name: flat[: like.numel()].view(like.shape) for name, like in state_of(PLAN).items()}
    with pytest.raises(LabError, match="must have a storage for each tensor, but has many tensors in one"):
        loaded(tmp_path / "last.pth", state)


def test_a_file_that_changed_since_it_was_looked_at_is_refused(tmp_path):
    path = tmp_path / "last.pth"
    torch.save(state_of(PLAN), path)
    contents = torch_contents(path)
    torch.save(state_of(PLAN, 1), path)
    with pytest.raises(LabError, match=r"last\.pth must not change while it is read"):
        load(PLAN.build(), weights_in(contents), contents, path)


def test_of_several_sets_the_one_that_is_asked_for_is_taken(tmp_path):
    both = under("encoder_k.", state_of(PLAN, 1)) | under("encoder_q.", state_of(PLAN)) | {"queue": torch.zeros(2, 3)}
    torch.save({"state_dict": both}, tmp_path / "moco.pth")
    contents = torch_contents(tmp_path / "moco.pth")
    assert [each.name for each in contents.networks] == ["state_dict/encoder_q", "state_dict/encoder_k"]
    for asked, seed in (("", 0), ("encoder_k", 1), ("state_dict/encoder_q", 0)):
        weights, plan = network_in(contents, ForeignSpec(weights=asked))
        load(model := plan.build(), weights, contents, tmp_path / "moco.pth")
        assert torch.equal(model.encoder.conv1.weight, state_of(PLAN, seed)["encoder.conv1.weight"])
    for asked in ("state_dict", "teacher"):
        with pytest.raises(LabError) as refusal:
            network_in(contents, ForeignSpec(weights=asked))
        assert "must name one of the sets in moco.pth (state_dict/encoder_q, state_dict/encoder_k)" in str(
            refusal.value
        )


class Tagged(torch.Tensor):
    """A tensor of a class of its own."""


KINDS = {
    "a tensor of the class tests.checkpoints.foreign.test_weights.Tagged": lambda t: t.clone().as_subclass(Tagged),
    "a tensor of torch.float8_e4m3fn, which is not read here": lambda t: t.to(torch.float8_e4m3fn),
    "a tensor of complex numbers": lambda t: t.to(torch.complex64),
    "a sparse tensor": lambda t: t.to_sparse(),
    "a tensor of the meta device, which has a shape and no numbers": lambda t: t.to("meta"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_tensor_of_another_kind_is_named_with_the_reason(tmp_path, kind):
    state = state_of(PLAN)
    state["head.2.weight"] = KINDS[kind](state["head.2.weight"])
    with pytest.raises(LabError) as refusal:
        loaded(tmp_path / "last.pth", {"model": state})
    assert str(refusal.value).startswith(f"last.pth: tensor model/head.2.weight must be plain numbers, but is {kind}")


def test_attributes_of_a_tensor_are_told_from_it(tmp_path):
    state = state_of(PLAN)
    state["head.2.weight"].group = "decay"
    found = loaded(tmp_path / "last.pth", state).state_dict()
    np.testing.assert_array_equal(found["head.2.weight"].numpy(), state["head.2.weight"].numpy())
    assert torch_contents(tmp_path / "last.pth").values == {"head.2.weight/attributes/group": "decay"}


def test_a_whole_module_is_told_to_be_one(tmp_path):
    torch.save(torch.nn.Linear(2, 2), tmp_path / "net.pth")
    with pytest.raises(LabError, match=r"an object that only torch\.nn\.modules\.linear\.Linear can make\. Save model"):
        network_in(torch_contents(tmp_path / "net.pth"))
