"""Weights in several files: the same numbers as in one; an index that leads elsewhere is refused."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from checkpoints import open_outputs
from checkpoints.brought.sharded import contents_of, weights_at
from checkpoints.inspect import main
from losses.errors import LabError
from tests.checkpoints.foreign.states import PLANS, state_of

INDEX = "model.safetensors.index.json"


def split(folder, state, ending="safetensors"):
    """Two files and their index."""
    names, places = list(state), {}
    for number, part in enumerate((names[::2], names[1::2]), 1):
        file = f"model-0000{number}-of-00002.{ending}"
        tensors = {name: state[name].clone() for name in part}
        save_file(tensors, folder / file) if ending == "safetensors" else torch.save(tensors, folder / file)
        places |= dict.fromkeys(part, file)
    index = folder / (INDEX if ending == "safetensors" else "pytorch_model.bin.index.json")
    index.write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": places}))
    return index


def test_folder_and_index_give_what_one_file_gives(tmp_path, image_zip):
    state = state_of(PLANS["supcon"])
    torch.save(state, tmp_path / "whole.pt")
    whole = open_outputs(tmp_path / "whole.pt", image_zip)
    for ending in ("safetensors", "bin"):
        folder = tmp_path / ending
        folder.mkdir()
        index = split(folder, state, ending)
        for given in (folder, index):
            outputs = open_outputs(given, image_zip)
            np.testing.assert_array_equal(outputs.test.embeddings, whole.test.embeddings)
            assert outputs.provenance["file"] == index.name
    assert outputs.provenance["bytes"] == sum(path.stat().st_size for path in folder.glob("*.bin"))


def test_one_of_the_files_alone_says_what_to_give(tmp_path, image_zip, capsys):
    split(tmp_path, state_of(PLANS["supcon"]))
    path = tmp_path / "model-00001-of-00002.safetensors"
    assert main([str(path), "--data", str(image_zip)]) == 2
    assert "Give the index.json beside it, or the folder." in capsys.readouterr().err


def test_a_folder_of_one_file_is_that_file(tmp_path):
    save_file({"a": torch.zeros(2)}, tmp_path / "model.safetensors")
    assert weights_at(tmp_path) == tmp_path / "model.safetensors"
    assert weights_at(tmp_path / "model.safetensors") is None


HOSTILE = {
    "outside": {"a": "../secret.safetensors"},
    "absolute": {"a": "/etc/passwd"},
    "backslash": {"a": "..\\secret"},
    "itself": {"a": INDEX},
    "dots": {"a": ".."},
    "nul": {"a": "a\\u0000b"},
    "no file": {"a": "gone.safetensors"},
    "not texts": {"a": 3},
    "a list": [1],
    "empty": {},
    "many files": {str(number): f"{number}.safetensors" for number in range(300)},
    "other tensors": {"b": "real.safetensors"},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_index_reads_only_files_beside_it(tmp_path, name):
    folder = tmp_path / "given"
    folder.mkdir()
    save_file({"a": torch.zeros(2)}, tmp_path / "secret.safetensors")
    save_file({"a": torch.zeros(2)}, folder / "real.safetensors")
    (folder / INDEX).write_text(json.dumps({"weight_map": HOSTILE[name]}))
    with pytest.raises(LabError) as refusal:
        contents_of(folder / INDEX)
    assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.parametrize("text", ["{", "[]", '{"weight_map": {"a": "x", "a": "y"}}', "{" * 3000, "\udcff"])
def test_what_is_no_index_is_refused(tmp_path, text):
    (tmp_path / INDEX).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(LabError):
        contents_of(tmp_path / INDEX)


def test_a_link_beside_the_index_is_not_followed(tmp_path):
    save_file({"a": torch.zeros(2)}, tmp_path / "secret.safetensors")
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "a.safetensors").symlink_to(tmp_path / "secret.safetensors")
    (folder / INDEX).write_text(json.dumps({"weight_map": {"a": "a.safetensors"}}))
    with pytest.raises(LabError, match="symbolic link"):
        contents_of(folder / INDEX)


@pytest.mark.filterwarnings("ignore:torch.distributed is disabled", "ignore:TypedStorage is deprecated")
def test_a_folder_of_torch_distributed_is_refused_with_the_line_that_converts_it(tmp_path, capsys):
    """And the line converts it."""
    import torch.distributed.checkpoint as dcp

    folder = tmp_path / "step_3"
    dcp.save({"a": torch.arange(3)}, checkpoint_id=folder, no_dist=True)
    assert main([str(folder), "--data", "x.zip"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("step_3 must be in one file, but is a folder of torch.distributed.checkpoint. Convert it:")
    from torch.distributed.checkpoint.format_utils import dcp_to_torch_save

    assert "dcp_to_torch_save('step_3', 'whole.pth')" in said
    dcp_to_torch_save(folder, tmp_path / "whole.pth")
    assert list(contents_of(tmp_path / "whole.pth").tensors) == ["a"]
