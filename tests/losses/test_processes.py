"""Joined batches under torchrun: equal to one process on the whole batch, and no hang when a rank dies."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import losses
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]


def torchrun(processes: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    script = str(ROOT / "tests/losses/joined_worker.py")
    return subprocess.run(
        [*launch, script, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=2 * PATIENCE
    )


@pytest.mark.parametrize("processes", [2, 4])
def test_joined_batches_equal_one_process(processes):
    done = torchrun(processes)
    assert done.returncode == 0, done.stderr[-3000:]


def test_a_rank_that_dies_ends_the_others():
    assert torchrun(2, "--die").returncode != 0  # `torchrun` raises where they hang


def test_ranks_whose_rows_differ_all_say_so():
    done = torchrun(2, "--unlike")
    assert done.returncode == 0, done.stderr[-3000:]
    said = "must have rows of one size and dtype on all processes, but has 8 numbers of 32 bits on process 0"
    assert done.stdout.count(f"{said}, 9 of 32 on process 1.") == 2
    assert done.stdout.count(f"{said}, 8 of 64 on process 1.") == 2


def test_without_a_process_group_it_is_refused():
    with pytest.raises(losses.LabError, match="needs an initialised process group"):
        losses.supcon(torch.eye(4), torch.tensor([0, 0, 1, 1]), distributed=True)
