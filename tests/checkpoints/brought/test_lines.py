"""The lines of a refusal run as they stand, once model and loaders are filled in, and what they write opens."""

import runpy

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from checkpoints import open_outputs
from checkpoints.brought.lines import LOADERS, MODEL, npz_lines
from checkpoints.brought.sharded import contents_of
from checkpoints.inspect import main
from losses.errors import LabError
from tests.checkpoints.brought.conftest import CODE, made

LOADED = "train_loader, test_loader = [[(torch.rand(4, 3, 12, 12), torch.tensor([0, 1, 0, 1]))]] * 2"
TOY = "Toy = type('Toy', (Net,), {'forward': lambda self, x: Net.forward(self, x)[0]}); model = Toy()"


def filled(lines: str) -> str:
    assert lines.count(MODEL) == lines.count(LOADERS) == 1
    return CODE + lines.replace(MODEL, TOY).replace(LOADERS, LOADED)


def saved(folder, ending, wrapper="module."):
    state = {wrapper + name: tensor.clone() for name, tensor in made().state_dict().items()}
    path = folder / f"it's.mine{ending}"
    if ending == ".safetensors":
        save_file(state, path)
    else:
        torch.save({"epoch": 1, "net": {"weights": state}}, path)
    return path


@pytest.mark.parametrize("ending", [".pt", ".safetensors"])
@pytest.mark.parametrize("wrapper", ["", "module.", "_orig_mod.module."])
def test_they_run_and_what_they_write_opens(tmp_path, monkeypatch, ending, wrapper):
    path = saved(tmp_path, ending, wrapper)
    monkeypatch.chdir(tmp_path)
    lines = npz_lines(contents_of(path))
    assert len(lines.splitlines()) <= 11
    (tmp_path / "run.py").write_text(filled(lines))
    scope = runpy.run_path(str(tmp_path / "run.py"))
    loaded = scope["model"].state_dict()
    assert all(torch.equal(loaded[name], each) for name, each in made().state_dict().items())
    outputs = open_outputs("it's.npz")
    assert (outputs.train.embeddings.shape, outputs.test.labels.tolist()) == ((4, 16), [0, 1, 0, 1])


def test_a_refusal_carries_them_and_the_command_prints_them(tmp_path, image_zip, capsys):
    path = saved(tmp_path, ".pt")
    with pytest.raises(LabError) as refusal:
        open_outputs(path, image_zip)
    assert refusal.value.lines == npz_lines(contents_of(path))
    assert main([str(path), "--data", str(image_zip)]) == 2
    said = capsys.readouterr()
    assert (said.err.rstrip(), said.out.rstrip()) == (str(refusal.value), refusal.value.lines)


@pytest.mark.parametrize("name", ["a'); print('x').pt", 'a"\\', "a\u202eb", "\udce9", "x" * 500])
def test_names_stand_in_literals_alone(tmp_path, name):
    import ast
    from dataclasses import replace

    contents = contents_of(saved(tmp_path, ".pt"))
    tensors = {f"{name}/module.a": next(iter(contents.tensors.values()))}
    lines = npz_lines(replace(contents, name=name, tensors=tensors))
    assert lines.isascii()
    calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(lines)) if isinstance(node, ast.Call)}
    assert "print" not in calls


def test_a_whole_module_gets_lines_without_a_state_dict(tmp_path):
    torch.save(torch.nn.Linear(2, 2), tmp_path / "whole.pt")
    contents = contents_of(tmp_path / "whole.pt")
    assert "load_state_dict" not in npz_lines(contents) or contents.tensors
    assert isinstance(np.__version__, str)
