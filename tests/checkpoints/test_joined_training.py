"""One training by several processes: the curve of one, and a sentence where one dies."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import checkpoints
from checkpoints.train import main
from checkpoints.training.images import place as places
from checkpoints.training.images.joined import shares
from checkpoints.training.images.place import Place, ProcessLost, beside_the_first, place
from losses.errors import LabError
from tests.waiting import PATIENCE

ROOT = Path(checkpoints.__file__).parents[1]


def torchrun(processes: int, *words: str) -> subprocess.CompletedProcess[str]:
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}", "-m"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}  # torchrun asks for names of hosts
    return subprocess.run(
        [*launch, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=2 * PATIENCE
    )


def test_two_processes_have_the_curve_of_one_by_every_loss_and_over_fifty_steps():
    done = torchrun(2, "tests.checkpoints.joined_training")
    assert done.returncode == 0, done.stderr[-3000:]


def test_a_process_that_dies_ends_the_training_with_a_sentence():
    done = torchrun(2, "tests.checkpoints.joined_training", "--die")
    assert done.returncode != 0
    # By the connection that breaks, or by torchrun's signal, whichever comes first.
    assert "a training must have all its processes to its end, but " in done.stderr
    assert "Start it again: the same command continues" in done.stderr


@pytest.mark.parametrize(("size", "count"), [(16, 1), (16, 4), (17, 4), (9, 2), (6, 3)])
def test_shares_are_the_batch_and_each_has_its_partners(size, count):
    found = shares(size, count)
    assert sorted(np.concatenate(found).tolist()) == list(range(size))
    for each in found:
        assert each.tolist() == sorted(each)
        assert (size - 1 - each)[::-1].tolist() == each.tolist()
        assert len(each) >= 2
    assert max(map(len, found)) - min(map(len, found)) <= 3


def test_where_this_process_stands_is_what_torchrun_says(monkeypatch):
    assert place() == Place(0, 1, 0)
    for name, value in (("RANK", "3"), ("WORLD_SIZE", "4"), ("LOCAL_RANK", "1")):
        monkeypatch.setenv(name, value)
    assert place() == Place(3, 4, 1)


def test_what_is_wrong_everywhere_is_said_by_the_first_alone(capsys, monkeypatch, tmp_path):
    waited = []
    monkeypatch.setattr(places.time, "sleep", waited.append)
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("LOCAL_RANK", "0")
    for rank, said in (("0", "encoder must be one of resnet8"), ("1", "")):
        monkeypatch.setenv("RANK", rank)
        words = ["--loss", "nll", "--data", "x", "--encoder", "vgg", "--out", str(tmp_path / "a.pth")]
        assert main(words) == 2
        assert said in capsys.readouterr().err
    assert waited == [5.0]


def test_digits_are_trained_by_one_process(capsys, monkeypatch, tmp_path):
    for name, value in (("RANK", "0"), ("WORLD_SIZE", "2"), ("LOCAL_RANK", "0")):
        monkeypatch.setenv(name, value)
    assert main(["--loss", "nll", "--out", str(tmp_path / "a.safetensors")]) == 2
    assert capsys.readouterr().err == "--nproc-per-node must be 1 without --encoder, but is 2.\n"


def test_beside_the_first_only_a_lost_process_is_spoken_of():
    def lost() -> int:
        print("an epoch")
        raise ProcessLost("a training", "must go on", but="one has ended")

    said = io.StringIO()
    with redirect_stderr(said):
        assert beside_the_first(lost) == 2
    assert said.getvalue() == "a training must go on, but one has ended.\n"
    with pytest.raises(ZeroDivisionError):
        beside_the_first(lambda: 1 // 0)


def test_a_batch_that_does_not_reach_all_is_refused(monkeypatch):
    from checkpoints.training.images import joined
    from tests.checkpoints.joined_training import curve, recipe

    monkeypatch.setattr(joined, "count", lambda: 9)
    with pytest.raises(LabError, match="batch size must be at least 2 for each of 9 processes, but is 16"):
        curve(recipe())


def test_a_joined_norm_alone_is_the_plain_one():
    from checkpoints.training.images.joined_norms import joined_norms

    plain, maps = nn.BatchNorm2d(3), torch.rand(4, 3, 5, 5)
    swapped = joined_norms(nn.Sequential(nn.BatchNorm2d(3)))
    assert type(swapped[0]).__name__ == "JoinedBatchNorm"
    assert list(swapped[0].state_dict()) == list(plain.state_dict())
    assert torch.equal(swapped(maps), plain(maps))


def test_torchrun_takes_no_option_of_ours_for_its_own():
    """It reads the words behind the module's name too, and takes the beginning of an option for the option."""
    from torch.distributed.run import get_args_parser

    from checkpoints.train import _parser

    own = [each for action in _parser()._actions for each in action.option_strings if each not in ("-h", "--help")]
    theirs = [each for action in get_args_parser()._actions for each in action.option_strings]
    assert [each for each in own if any(option.startswith(each) for option in theirs)] == []
