"""Every command: Ctrl-C ends it with one sentence and 130, a mistake with one sentence and 2, never a traceback."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from checkpoints import compare, inspect, train
from checkpoints.zoo import remake
from claims import __main__ as claims
from toy_models import __main__ as toy_models

ROOT = Path(__file__).parents[1]
COMMANDS: dict[str, tuple[object, str, Callable[[list[str]], int], list[str]]] = {
    "inspect": (inspect, "_inspect", inspect.main, ["a.npz"]),
    "compare": (compare, "_compare", compare.main, ["a.npz", "b.npz"]),
    "train": (train, "_train", train.main, ["--loss", "supcon", "--out", "a.safetensors"]),
    "remake": (remake, "_remake", remake.main, ["supcon"]),
    "claims": (claims, "_answer", claims.main, ["two_coordinates"]),
    "toy_models": (toy_models, "run", toy_models.main, ["simplex", "--out", "a.npz"]),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_is_one_sentence_and_130(name, monkeypatch, capsys):
    module, body, main, words = COMMANDS[name]

    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, body, interrupted)
    assert main(words) == 130
    said = capsys.readouterr().err.strip()
    assert said.startswith("Stopped")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("toy_models simplex --steps x --out a.npz", "--steps must be a whole number, but is 'x'."),
        ("toy_models two_views --batch-size 999 --out a.npz", "--batch-size must be a whole number from 3 to"),
        ("toy_models noise_floor --seed -1 --out a.npz", "--seed must be a whole number from 0 to 2147483647,"),
        ("toy_models nowhere", "WORLD must be one of simplex, repulsion, noise_floor, two_views, but is 'nowhere'."),
        ("checkpoints.inspect", "path must be given. Try --help."),
        ("checkpoints.train --loss supcon --batch-size 7 --out a.safetensors", "--batch-size must be an integer"),
    ],
)  # fmt: skip
def test_a_mistake_names_the_option(words, sentence, tmp_path):
    command = [sys.executable, "-m", *words.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.strip().splitlines()) == 1
