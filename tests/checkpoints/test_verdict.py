"""May I open this file? Answered by the names in its pickle, and by who puts such names there."""

import argparse
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from checkpoints import open_outputs
from checkpoints.brought.sharded import contents_of
from checkpoints.inspect import main
from checkpoints.reading.file_contents import file_contents, of_torch, report
from checkpoints.reading.verdict import COMMAND, LAYER, OWN, PLAIN, TORCH, named_by
from losses.errors import LabError


class Runs:
    """An object that a pickle makes by calling a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


class Own:
    """A class that only this file has."""


def saved(path, value):
    torch.save(value, path)
    return file_contents(path)


WEIGHTS = {"encoder.conv1.weight": torch.ones(2, 3)}


# Of protocol 2, which torch.save writes: names are Python 2's, and Python 3 takes them for its own.
@pytest.mark.parametrize(
    ("beside", "level", "says"),
    [
        ({}, "yes", "Yes: its pickle names no code that is not torch's, Python's or numpy's own."),
        ({"opt": argparse.Namespace(a=1)}, "yes", "Yes: its pickle names no code"),
        ({"own": Own()}, "trust", f"it would import and call {Own.__module__}.Own."),
        ({"x": Runs(os.system, "true")}, "no", "it could call posix.system, which no checkpoint needs."),
        ({"x": [{"deep": Runs(eval, "1")}]}, "no", "it could call __builtin__.eval, which no checkpoint needs."),
        ({"own": Own(), "x": Runs(subprocess.Popen, "true")}, "no", "it could call commands.Popen"),
    ],
)
def test_the_answer_for_a_torch_file(tmp_path, beside, level, says):
    verdict = saved(tmp_path / "last.pth", {"model": WEIGHTS, **beside}).verdict
    assert verdict.level == level
    assert says in verdict.answer
    assert verdict.read_here.startswith("1 tensor as numbers")


def test_a_yes_is_what_torchs_own_careful_loader_takes(tmp_path):
    """Independent truth: torch.load(weights_only=True) opens just those without objects, and a yes runs nothing."""
    path = tmp_path / "last.pth"
    plain = saved(
        path, {"model": WEIGHTS, "half": torch.ones(2).half(), "parameter": torch.nn.Parameter(torch.ones(1))}
    )
    torch.load(path, weights_only=True)
    assert (
        plain.verdict.would_run == "No code of its own: with pickle or torch.load(weights_only=False) it makes tensors."
    )
    options = saved(path, {"model": WEIGHTS, "opt": argparse.Namespace(a=1)})
    with pytest.raises(pickle.UnpicklingError, match=r"argparse\.Namespace"):
        torch.load(path, weights_only=True)
    assert "may refuse it for those objects" in options.verdict.would_run
    assert "objects of argparse.Namespace" in options.verdict.would_run


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("torch._utils._rebuild_tensor_v2", TORCH),
        ("torch.FloatStorage", TORCH),
        ("collections.OrderedDict", TORCH),
        ("torch.nn.modules.conv.Conv2d", LAYER),
        ("argparse.Namespace", PLAIN),
        ("numpy._core.multiarray.scalar", PLAIN),
        ("__main__.Net", OWN),
        ("torch._utils._rebuild_tensor_v2.__globals__", OWN),
        ("torch.nn.modules.conv.Conv2d.__init__", OWN),
        ("argparse.Namespace.__init__.__globals__", OWN),
        ("torch.hub.load", COMMAND),
        ("torch.load", COMMAND),
        ("posix.system", COMMAND),
        ("builtins.getattr", COMMAND),
        ("os.path.join", COMMAND),
    ],
)
def test_who_puts_a_name_into_a_pickle(name, by):
    assert named_by(name) == by


def test_a_thousand_harmless_names_hide_no_command(tmp_path):
    many = [type(f"A{number:05}", (), {"__module__": __name__}) for number in range(1500)]
    for each in many:
        setattr(sys.modules[__name__], each.__name__, each)
        each.__qualname__ = each.__name__
    found = saved(tmp_path / "many.pth", [*(each() for each in many), Runs(os.system, "true")])
    assert found.verdict.level == "no"


def test_arrays_and_tensor_files(tmp_path):
    np.savez(tmp_path / "plain.npz", a=np.ones((2, 3)), names=np.array(["x"]))
    np.save(tmp_path / "one.npy", np.ones(4, np.float32))
    save_file({"a": torch.ones(2, 3)}, tmp_path / "a.safetensors")
    for name, counted in (("plain.npz", 7), ("one.npy", 4), ("a.safetensors", 6)):
        found = file_contents(tmp_path / name)
        assert (found.verdict.level, found.verdict.would_run) == ("yes", "Nothing.")
        assert found.counts == {"numbers": counted}


def test_arrays_of_objects_are_a_pickle(tmp_path):
    np.savez(tmp_path / "texts.npz", labels=np.array(["a", "bc"], dtype=object))
    found = file_contents(tmp_path / "texts.npz")
    assert found.verdict.level == "yes"
    assert "numpy.load(allow_pickle=True)" in found.verdict.would_run
    assert found.foreign == {"labels": "Python objects in a pickle, which is not opened"}
    np.save(tmp_path / "bad.npy", np.array([Runs(os.system, "true")], dtype=object))
    assert "it could call posix.system" in file_contents(tmp_path / "bad.npy").verdict.answer


def test_the_command_answers_first(tmp_path, capsys):
    torch.save({"model": WEIGHTS, "x": Runs(os.system, "true")}, tmp_path / "last.pth")
    assert main([str(tmp_path / "last.pth")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("may i open it")
    assert "No: with pickle" in lines[1]
    np.savez(tmp_path / "plain.npz", anything=np.ones(3))
    assert main([str(tmp_path / "plain.npz"), "--contents"]) == 0
    assert "Yes: its arrays are plain numbers" in capsys.readouterr().out
    (tmp_path / "index.json").write_text('{"weight_map": {}}')
    assert main([str(tmp_path / "index.json"), "--contents"]) == 2
    assert "is a JSON text. Give the weights of an index or a config" in capsys.readouterr().err


def test_a_part_of_a_checkpoint_is_called_one(tmp_path):
    path = tmp_path / "model-00001-of-00002.safetensors"
    save_file(WEIGHTS, path)
    assert report(file_contents(path))["layout"] == "Part 1 of 2 of a checkpoint"
    with pytest.raises(LabError, match="must be a whole checkpoint, but is part 1 of 2"):
        open_outputs(path, tmp_path)


def test_weights_in_safetensors_have_no_pickle_to_speak_of(tmp_path):
    """Looked at as weights, by the page that asks for their images, as by itself."""
    save_file(WEIGHTS, tmp_path / "model.safetensors")
    for found in (of_torch(contents_of(tmp_path / "model.safetensors")), file_contents(tmp_path / "model.safetensors")):
        assert found.verdict.answer.startswith("Yes: a safetensors file is a header in JSON and numbers")
        assert found.verdict.would_run == "Nothing."
    torch.save(WEIGHTS, tmp_path / "model.pt")
    assert of_torch(contents_of(tmp_path / "model.pt")).verdict.answer.startswith("Yes: its pickle names no code")
