"""Torch files are read as data: what torch wrote is found to the last bit, and nothing that a file asks for happens."""

import argparse
import collections
import json
import pathlib
import pickle
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from checkpoints.inspect import main
from checkpoints.layouts import recognised
from checkpoints.safe_files import open_regular
from checkpoints.torch_archive import TorchArchive
from checkpoints.torch_contents import torch_contents
from losses.errors import LabError
from tests.checkpoints import hostile

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
    code = f"import sys; from checkpoints.torch_contents import torch_contents; torch_contents({str(path)!r});"
    done = subprocess.run([sys.executable, "-c", code + "print('torch' in sys.modules)"], cwd=ROOT, capture_output=True)
    assert (done.stdout, done.stderr) == (b"False\n", b"")


def test_a_large_file_is_looked_into_at_once(tmp_path):
    path = tmp_path / "large.pth"
    torch.save({f"layer{i}": torch.zeros(500, 1000) for i in range(50)}, path)  # 100 MB
    began = time.perf_counter()
    assert len(torch_contents(path).tensors) == 50
    assert time.perf_counter() - began < 1.0


@pytest.mark.parametrize("number", range(19))
def test_nothing_in_a_file_is_ever_called(tmp_path, number, capsys):
    marker = tmp_path / "marker"
    case = hostile.exploits(marker)[number]
    path = tmp_path / case.name
    path.write_bytes(case.data)
    status = main([str(path), "--json"])
    captured = capsys.readouterr()
    assert not marker.exists()
    if case.sentence:
        assert (status, case.sentence in captured.err) == (2, True), captured.err
        assert len(captured.err.strip().splitlines()) == 1
    else:
        seen = json.loads(captured.out)
        assert status == 0
        assert {**seen["other_objects"], **seen["refused"]}


def test_the_exploits_are_all_tried(tmp_path):
    assert len(hostile.exploits(tmp_path)) == 19
    marker = tmp_path / "marker"
    pickle.loads(pickle.dumps(hostile.Runs(exec, f"open({str(marker)!r}, 'w').close()")))
    assert marker.exists(), "the corpus would not notice a call"


@pytest.mark.parametrize("case", hostile.tensors(), ids=lambda case: case.name)
def test_a_tensor_that_does_not_fit_is_refused_in_its_place(tmp_path, case):
    path = tmp_path / "tensor.pth"
    path.write_bytes(case.data)
    contents = torch_contents(path)
    assert contents.tensors == {}
    assert contents.refused[""].startswith("a tensor ")


@pytest.mark.parametrize("case", hostile.broken(), ids=lambda case: case.name)
def test_a_broken_file_is_one_sentence(tmp_path, case):
    path = tmp_path / f"{case.name}.pth"
    path.write_bytes(case.data)
    began = time.perf_counter()
    with pytest.raises(LabError, match=case.sentence) as refusal:
        torch_contents(path)
    assert str(refusal.value).startswith(f"{case.name}.pth ")
    assert time.perf_counter() - began < 5


def test_layouts_by_their_names():
    assert recognised(["encoder.conv1.weight", "projector.0.weight"]).name == "simclr"
    assert recognised(["model/module.encoder.conv1.weight", "model/module.fc.weight"]).name == "supce"
    assert recognised(["model/patch_embed.proj.weight", "model/pos_embed"]).name == "vit"
    assert recognised(["a", "b"]).name == "unknown"
