"""Several processes of torchrun give what one gives; one speaks; one that is lost ends the run with a sentence."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from checkpoints.foreign.seen import nothing_seen
from checkpoints.ranks import Ranks
from tests.checkpoints.foreign.conftest import image_zip, pixels  # noqa: F401 (fixtures)
from tests.checkpoints.foreign.states import PLANS, saved

ROOT = Path(__file__).parents[2]
INSPECT = ("-m", "checkpoints.inspect")
LEAVES = ("-c", "import os; from checkpoints.ranks import joined\nwith joined(): os._exit(1)")


def begin(rank, size, port, words, cache):
    said = {"RANK": rank, "WORLD_SIZE": size, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "OMP_NUM_THREADS": 1}
    environment = os.environ | {name: str(value) for name, value in said.items()} | {"XDG_CACHE_HOME": str(cache)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, *words], cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)


def together(commands, cache):
    """(exit code, stdout, stderr) of each."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    processes = [begin(rank, len(commands), port, words, cache) for rank, words in enumerate(commands)]
    said = [process.communicate(timeout=300) for process in processes]
    return [(process.returncode, *texts) for process, texts in zip(processes, said, strict=True)]


@pytest.fixture
def words(tmp_path, image_zip):  # noqa: F811
    path = saved(tmp_path / "last.pth", PLANS["supcon"])
    return (*INSPECT, str(path), "--data", str(image_zip), "--json")


def numbers(text):
    found = json.loads(text)
    return {name: value for name, value in found.items() if name != "cache"}


def close(one, other):
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(close, one, other))
    return one == (pytest.approx(other, abs=1e-6) if isinstance(other, float) else other)


def test_two_processes_give_what_one_gives_and_one_speaks(words, tmp_path):
    first, second = together([words, words], tmp_path / "cache")
    assert first[0] == 0, first[2]
    assert second == (0, "", "")
    (alone,) = together([words], tmp_path / "other")
    assert json.loads(first[1])["notes"] == json.loads(alone[1])["notes"]  # a refused image among them
    assert close(numbers(first[1]), numbers(alone[1]))
    again = together([words, words], tmp_path / "cache")  # from what is kept
    assert "read from disk" in json.loads(again[0][1])["cache"]
    assert numbers(again[0][1]) == numbers(first[1])


def test_a_process_that_is_lost_ends_the_run_with_a_sentence(words, tmp_path):
    first, _ = together([words, LEAVES], tmp_path / "cache")
    assert first[:2] == (2, "")
    assert (
        first[2].splitlines()[-1].startswith("torchrun must keep all of its processes until the end, but has lost one.")
    )


def test_shares_have_everything_once():
    batches = [nothing_seen(at, at + 1, ()) for at in range(7)]
    shares = [Ranks(rank, 3).share(batches) for rank in range(3)]
    assert [each.start for share in shares for each in share] == list(range(7))
    assert {len(share) for share in shares} == {2, 3}
    assert [Ranks(rank, 4).share([1, 2]) for rank in range(4)] == [[], [1], [], [2]]
