"""The command as a user runs it: exit codes, sentences, a kill in the middle."""

import signal
import subprocess
import sys
from pathlib import Path

import checkpoints
from checkpoints.train import main
from tests.waiting import until

ROOT = Path(checkpoints.__file__).parents[1]


def refused(capsys, *words) -> str:
    try:
        code = main(list(words))
    except SystemExit as stop:  # argparse's own refusals
        code = stop.code
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


def test_a_wrong_command_is_refused_in_one_sentence(capsys, tmp_path, bars_data):
    out = ("--out", str(tmp_path / "x.safetensors"))
    assert "loss must be one of nll, " in refused(capsys, "--loss", "triplet", *out)
    assert "data must be one of digits" in refused(capsys, "--loss", "nll", "--data", "mnist", *out)
    assert "epochs must be an integer from 1" in refused(capsys, "--loss", "nll", "--epochs", "0", *out)
    assert "--epochs must be a whole number, but is '1.5'" in refused(capsys, "--loss", "nll", "--epochs", "1.5", *out)
    assert "temperature must be a finite number" in refused(capsys, "--loss", "nll", "--temperature", "nan", *out)
    assert "--epsilon must be left out for supcon" in refused(capsys, "--loss", "supcon", "--epsilon", "1", *out)
    assert "must end in .safetensors" in refused(capsys, "--loss", "nll", "--out", str(tmp_path / "x.pth"))
    assert "an existing folder" in refused(capsys, "--loss", "nll", "--out", str(tmp_path / "none" / "x.safetensors"))
    assert "printable" in refused(capsys, "--loss", "nll", "--out", str(tmp_path / "a\nb.safetensors"))
    assert "--out" in refused(capsys, "--loss", "nll")
    assert "--los x is not known here" in refused(capsys, "--loss", "nll", "--los", "x", *out)
    assert list(tmp_path.iterdir()) == []


def test_it_trains_and_says_so(capsys, tmp_path, bars_data):
    out = tmp_path / "x.safetensors"
    words = ["--loss", "nll", "--data", "bars", "--epochs", "2", "--batch-size", "32", "--out", str(out)]
    assert main(words) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"{out}: loss ")
    assert "100%" in said.err
    assert checkpoints.peek(out).metadata.recipe.batch_size == 32


def test_an_interrupt_says_how_to_go_on(capsys, tmp_path, bars_data, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("checkpoints.training.run.train", interrupt)
    assert main(["--loss", "nll", "--data", "bars", "--out", str(tmp_path / "x.safetensors")]) == 130
    assert "the same command continues" in capsys.readouterr().err


def test_a_killed_run_continues_to_the_same_bytes(tmp_path):
    out = tmp_path / "x.safetensors"
    words = ["--loss", "nll", "--epochs", "3", "--seed", "5", "--out", str(out)]
    running = subprocess.Popen(
        [sys.executable, "-m", "checkpoints.train", *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    until(out.with_name("x.safetensors.resume").exists, every=0.01)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert not out.exists()
    assert main(words) == 0
    continued = out.read_bytes()
    out.unlink()
    assert main(words) == 0
    assert out.read_bytes() == continued
