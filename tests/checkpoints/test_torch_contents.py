"""Torch files are read as data: what torch wrote is found to the last bit, and nothing that a file asks for happens."""

import argparse
import collections
import pathlib
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from checkpoints.foreign.plan import plan_of
from checkpoints.reading.file_contents import file_contents
from checkpoints.reading.safe_files import open_regular
from checkpoints.reading.torch_file.archive import TorchArchive
from checkpoints.reading.torch_file.contents import open_torch, torch_contents
from checkpoints.reading.torch_file.layouts import recognised
from losses.errors import LabError
from tests.checkpoints.foreign.states import LAYOUTS

ROOT = pathlib.Path(__file__).parents[2]


def network():
    layers = {"conv1": torch.nn.Conv2d(3, 4, 3), "bn1": torch.nn.BatchNorm2d(4)}
    head = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
    return torch.nn.ModuleDict({"encoder": torch.nn.ModuleDict(layers), "head": head})


def written(path, value, **how):
    torch.save(value, path, **how)
    return torch_contents(path)


def arrays(path, contents):
    with open_regular(path) as (file, size):
        archive = TorchArchive.of(file, name=path.name, size=size)
        return {name: tensor.array(archive) for name, tensor in contents.tensors.items()}


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_training_checkpoint_is_found_to_the_last_bit(tmp_path, protocol):
    model = network()
    optimiser = torch.optim.AdamW(model.parameters())
    for parameter in model.parameters():
        parameter.grad = torch.randn(parameter.shape)
    optimiser.step()
    options = argparse.Namespace(lr=0.1, dataset="cifar10", out=pathlib.PurePosixPath("a/b"), cosine=True)
    extra = collections.defaultdict(list, {"steps": [1, 2]})
    path = tmp_path / "last.pth"
    saved = {"opt": options, "model": model.state_dict(), "optimizer": optimiser.state_dict(), "epoch": 3, "x": extra}
    contents = written(path, saved, pickle_protocol=protocol)
    found = arrays(path, contents)
    for name, tensor in model.state_dict().items():
        np.testing.assert_array_equal(found[f"model/{name}"], tensor.numpy())
    assert sum(name.startswith("optimizer/state/") for name in found) == 3 * len(list(model.parameters()))
    assert contents.values["opt/lr"] == 0.1
    assert contents.values["opt/out"] == "a/b"
    assert (contents.values["epoch"], contents.values["x/steps/1"]) == (3, 2)
    assert contents.layout.name == "supcon"
    assert (contents.foreign, contents.refused) == ({}, {})


def test_views_dtypes_and_parameters(tmp_path):
    base = torch.arange(24, dtype=torch.float32).view(4, 6)
    saved = {
        "transposed": base.T,
        "row": base[2, 1:4],
        "half": base.half(),
        "brain": base.bfloat16(),
        "flags": base > 3,
        "bytes": base.byte(),
        "parameter": torch.nn.Parameter(base),
        "scalar": torch.tensor(7),
        "none": torch.empty(0, 3),
    }
    path = tmp_path / "views.pth"
    found = arrays(path, written(path, saved))
    for name, tensor in saved.items():
        expected = tensor.detach().float() if tensor.dtype is torch.bfloat16 else tensor.detach()
        np.testing.assert_array_equal(found[name], expected.numpy())
        assert found[name].flags.writeable


def test_what_is_not_plain_is_named(tmp_path):
    contents = written(tmp_path / "odd.pth", {"size": torch.Size([2]), "when": pathlib.Path("x"), "z": 1j})
    assert contents.foreign == {"size": "torch.Size", "z": "__builtin__.complex"}
    assert contents.values == {"when": "x"}


def test_no_torch_is_needed_to_look(tmp_path):
    path = tmp_path / "model.pth"
    torch.save(network().state_dict(), path)
    contents = "from checkpoints.reading.torch_file.contents import open_torch, torch_contents"
    code = f"import sys; {contents}; torch_contents({str(path)!r});"
    done = subprocess.run([sys.executable, "-c", code + "print('torch' in sys.modules)"], cwd=ROOT, capture_output=True)
    assert (done.stdout, done.stderr) == (b"False\n", b"")


def test_a_large_file_is_looked_into_at_once(tmp_path):
    path = tmp_path / "large.pth"
    torch.save({f"layer{i}": torch.zeros(500, 1000) for i in range(50)}, path)  # 100 MB
    began = time.process_time()
    assert len(torch_contents(path).tensors) == 50
    assert time.process_time() - began < 1.0


def test_every_global_that_a_pickle_mentions_is_listed(tmp_path):
    contents = written(tmp_path / "options.pth", {"opt": argparse.Namespace(size=torch.Size([2])), "w": torch.ones(1)})
    expected = ("argparse.Namespace", "collections.OrderedDict", "torch.FloatStorage", "torch.Size")
    assert contents.mentions == (*expected, "torch._utils._rebuild_tensor_v2")


def test_the_form_before_torch_1_6_is_read_to_the_last_bit(tmp_path):
    rows = torch.arange(12, dtype=torch.float32).view(3, 4)
    value = {
        "state_dict": {"w": rows, "t": rows.T, "p": torch.nn.Parameter(rows[1:]), "b": rows.bfloat16()},
        "c": torch.zeros(2, dtype=torch.complex64),
        "opt": argparse.Namespace(temp=0.1),
    }  # fmt: skip
    torch.save(value, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    with open_torch(tmp_path / "old.pth") as (contents, opened):
        for name, expected in value["state_dict"].items():
            found = contents.tensors[f"state_dict/{name}"].array(opened)
            np.testing.assert_array_equal(found, expected.detach().float().numpy())
    assert contents.refused == {"c": "a tensor of complex numbers"}
    assert contents.values["opt/temp"] == 0.1
    assert "torch.BFloat16Storage" in contents.mentions


def test_a_storage_is_checked_once_and_then_read_in_parts(tmp_path):
    whole = torch.arange(1000, dtype=torch.int16)
    path = tmp_path / "slices.pth"
    contents = written(path, list(whole.split(10)))
    for place, found in arrays(path, contents).items():
        np.testing.assert_array_equal(found, whole[int(place) * 10 :][:10].numpy())


def test_a_file_that_changes_between_two_looks_is_refused(tmp_path):
    path = tmp_path / "changing.pth"
    contents = written(path, torch.ones(100))
    torch.save(torch.ones(10), path)
    with pytest.raises(LabError, match="must not change while it is read"):
        arrays(path, contents)


def test_bools_are_zero_or_one(tmp_path):
    path = tmp_path / "bools.pth"
    contents = written(path, torch.tensor([7, 0, 255], dtype=torch.uint8).view(torch.bool))
    np.testing.assert_array_equal(arrays(path, contents)[""].view(np.uint8), [1, 0, 1])


def test_layouts_by_their_names():
    assert recognised(["encoder.conv1.weight", "projector.0.weight"]).name == "simclr"
    own = ["encoder.conv1.weight", "fc.weight", "encoder.layer2.0.shortcut.0.weight"]
    assert recognised([f"model/module.{name}" for name in own]).name == "supce"
    assert recognised(["model/patch_embed.proj.weight", "model/pos_embed"]).name == "vit"
    assert recognised(["a", "b"]).name == "unknown"


def test_parameters_buffers_and_the_rest_are_counted_apart(tmp_path):
    """ResNet-18 with SupContrast's head has 11,497,152 parameters, as torch counts them."""
    shapes = LAYOUTS["SupConResNet/resnet18"]
    state = {name: torch.zeros(shape) for name, shape in shapes.items()}
    moments = {number: {"exp_avg": torch.zeros(5), "step": torch.tensor(1.0)} for number in range(3)}
    torch.save({"model": state, "optimizer": {"state": moments}}, tmp_path / "last.pth")
    counts = file_contents(tmp_path / "last.pth").counts
    model = plan_of("supcon", shapes, name="last.pth").build()
    assert counts["parameters"] == sum(each.numel() for each in model.parameters()) == 11_497_152
    assert counts["buffers"] == sum(each.numel() for each in model.buffers())
    assert counts["other_numbers"] == 3 * (5 + 1)
