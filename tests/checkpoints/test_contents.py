"""Contents of tables, Parquet, MATLAB and folders: which arrays there are, and that nothing in them can run."""

import numpy as np
import pandas as pd
import pytest
from scipy.io import savemat

from checkpoints.contents import contents_at
from checkpoints.inspect import inspect_file, main
from tests.what_opens.weights import WEIGHTS

FRAME = pd.DataFrame({"e0": [0.5, 1.5, 2.5], "e1": [1.5, 0.5, 3.5], "label": [0, 1, 0]})


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.csv", lambda path: FRAME.to_csv(path, index=False)),
        ("a.parquet", FRAME.to_parquet),
        ("a.feather", FRAME.to_feather),
        ("a.mat", lambda path: savemat(path, {"e0-e1": FRAME[["e0", "e1"]], "label": FRAME["label"]})),
    ],
)
def test_plain_forms_are_listed_and_cannot_run(tmp_path, name, write):
    path = tmp_path / name
    write(path)
    found = contents_at(path)
    assert found.verdict.level == "yes"
    assert "nothing in it can run" in found.verdict.answer
    assert (found.size, found.counts["numbers"]) == (path.stat().st_size, 9)
    assert len(found.digest) == 64


def test_a_folder_is_as_safe_as_the_worst_of_its_files(tmp_path):
    np.save(tmp_path / "embeddings.npy", np.eye(3))
    assert contents_at(tmp_path).verdict.level == "yes"
    WEIGHTS["own_whole.pt"][1](tmp_path / "other.pt")
    assert contents_at(tmp_path).verdict.level == "yes"  # weights are no arrays: they are not read with the folder
    array = np.array([0, 1, 0], object)
    array[0] = pd.Timestamp(0)
    np.save(tmp_path / "labels.npy", array)
    found = contents_at(tmp_path)
    assert found.verdict.level == "trust"
    assert [entry.place for entry in found.entries] == ["embeddings", "labels"]


def made(tmp_path, name):
    WEIGHTS[name][1](tmp_path / name)
    return tmp_path / name


def test_weights_without_images_say_the_network_and_the_next_step(tmp_path):
    said = inspect_file(str(made(tmp_path, "moco.pth.tar")))
    assert said["network"] == "ResNet-18, first width 4, linear fc to 16 dimensions"
    assert "--weights takes state_dict/encoder_k." in str(said["next"])
    assert "lines" not in said


def test_weights_of_no_network_here_come_with_lines_to_copy(tmp_path, capsys):
    path = made(tmp_path, "own_net.pt")
    lines = inspect_file(str(path))["lines"]
    assert main([str(path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[-len(lines) :] == lines
    compile("\n".join(lines), "lines", "exec")


def test_a_program_is_refused_with_lines_that_its_maker_can_run(tmp_path, capsys):
    assert main([str(made(tmp_path, "scripted.pt"))]) == 2
    said = capsys.readouterr()
    assert "TorchScript" in said.err
    assert "torch.jit.load('scripted.pt', map_location=\"cpu\")" in said.out
    compile(said.out, "lines", "exec")
