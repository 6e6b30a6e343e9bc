"""The command that compares, and what it refuses."""

import json
import re

import numpy as np
import pytest

from checkpoints import opening
from checkpoints.compare import main
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.inspect import inspect_file


def bundle(path, seed: int, items: int = 60, spread: float = 0.7, **changes):
    """An .npz of noisy clusters whose labels depend on nothing but the number of items."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for side, count in (("train", 2 * items), ("test", items)):
        labels = np.arange(count) % 3
        arrays[f"{side}_embeds"] = np.eye(3, 6)[labels] + spread * rng.normal(size=(count, 6))
        arrays[f"{side}_labels"] = labels
    np.savez(path, **(arrays | changes))
    return str(path)


@pytest.fixture
def files(tmp_path):
    return [bundle(tmp_path / f"{name}.npz", seed) for seed, name in enumerate(("a", "b", "c"))]


def test_the_json_object_has_the_numbers_that_inspect_gives(capsys, files):
    assert main([*files, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["reference"], found["models"], found["test_items"]) == ("a.npz", ["a.npz", "b.npz", "c.npz"], 60)
    assert found["tests"] == sum(row["p"] is not None for row in found["rows"]) == 26
    first, second = (inspect_file(path) for path in files[:2])
    rows = {(row["measure"], row["model"]): row for row in found["rows"]}
    for key, name in (("margin", "margin"), ("knn_accuracy", "knn_accuracy"), ("probe_accuracy", "probe_accuracy"),
                      ("ece", "ece"), ("nll", "nll"), ("brier", "brier")):  # fmt: skip
        row = rows[(key, "b.npz")]
        assert row["reference"] == pytest.approx(first[name])
        assert row["value"] == pytest.approx(second[name])
        assert row["low"] <= row["difference"] <= row["high"]


def test_the_table_says_a_verdict_for_every_difference(capsys, files):
    assert main(files[:2]) == 0
    said = capsys.readouterr().out
    rows = [line for line in said.splitlines() if line.startswith("  ") and " -> " in line]
    assert len(rows) == 13
    endings = (
        "better",
        "worse",
        "different",
        "not distinguishable",
        "below 0.",
        "the digits shown",
        "the same within ±",
    )
    assert all(any(ending in row.rsplit("   ", 1)[1] for ending in endings) for row in rows)
    assert "b.npz                              not available: a.npz: the file has no logits and no" in said


def test_a_checkpoint_beside_itself_does_not_differ(capsys, files):
    assert main([files[0], files[0], "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["models"] == ["a.npz", "a.npz (2)"]
    assert {row["verdict"] for row in found["rows"] if row["low"] == row["high"] == 0} == {"the same"}
    assert {row["verdict"] for row in found["rows"]} <= {"the same", "not distinguishable", None}
    assert all(row["difference"] == 0 for row in found["rows"] if row["p"] is not None)


def test_small_differences_have_readable_digits_and_their_own_limit(capsys, tmp_path):
    """Cosines around .999: all differences are far below 0.0001, and none is shown as 0.0000."""
    common = np.full(6, 30.0)
    files = []
    for name, scale in (("a", 1.0), ("b", 1.4)):
        rng = np.random.default_rng(3)
        arrays = {}
        for side, count in (("train", 240), ("test", 240)):
            labels = np.arange(count) % 3
            arrays[f"{side}_embeds"] = common + scale * (np.eye(3, 6)[labels] + 0.7 * rng.normal(size=(count, 6)))
            arrays[f"{side}_labels"] = labels
        files.append(str(tmp_path / f"{name}.npz"))
        np.savez(files[-1], **arrays)
    assert main(files) == 0
    said = capsys.readouterr().out
    margin = said.split("Margin")[1].split("\n")[1]
    assert "differences below 0.005 do not matter" in said
    assert "the same to the digits shown" in margin
    difference, low, high = re.search(r"   (\S+) \[(\S+), (\S+)\]", margin).groups()
    assert len({difference, low, high}) == 3
    assert float(low) <= float(difference) <= float(high)
    assert float(high) > float(low)
    assert main([*files, "--smallest", "margin=0", "--smallest", "nearest-noise=1e-6", "--json"]) == 0
    rows = {row["measure"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert rows["margin"]["smallest_of_interest"] == 0
    assert rows["nearest_noise"]["verdict"] == "different"
    assert float(difference) == pytest.approx(rows["margin"]["difference"], rel=0.1)


@pytest.mark.parametrize("wrong", ["margin", "margin=much", "margins=0.1", "margin=-1", "margin=nan"])
def test_a_wrong_smallest_difference_is_one_sentence(capsys, files, wrong):
    assert main([*files[:2], "--smallest", wrong]) == 2
    said = capsys.readouterr().err
    assert said.startswith(("--smallest", "smallest margin"))
    assert said.count("\n") == 1


def test_a_model_that_learned_nothing_is_worse(capsys, tmp_path):
    good, noise = (bundle(tmp_path / f"{spread}.npz", 5, items=200, spread=spread) for spread in (0.4, 5.0))
    assert main([good, noise, "--json"]) == 0
    verdicts = {row["measure"]: row["verdict"] for row in json.loads(capsys.readouterr().out)["rows"]}
    assert [verdicts[key] for key in ("margin", "knn_accuracy", "probe_accuracy", "nll", "brier")] == ["worse"] * 5
    assert verdicts["alignment"] == "different"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"items": 59}, "test items of other.npz must be those of a.npz, but 1 is missing, first '59'."),
        ({"test_labels": np.arange(60) % 3 + 1}, "class names of other.npz must be those of a.npz"),
        ({"test_labels": np.roll(np.arange(60) % 3, 1)}, "test items of other.npz must be those of a.npz, but 60"),
        ({"train_labels": np.append(np.arange(119) % 3, 0)}, "train items of other.npz must be those of a.npz, but"),
    ],
)  # fmt: skip
def test_other_data_are_refused_with_one_sentence(capsys, files, tmp_path, changes, sentence):
    assert main([files[0], bundle(tmp_path / "other.npz", 3, **changes), "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith(sentence)


def test_how_images_go_through_reaches_each_file(monkeypatch, files):
    asked = []
    open_outputs = opening.open_outputs

    def noted(path, data, *, spec, arrays):
        asked.append(spec)
        return open_outputs(path, data, spec=spec, arrays=arrays)

    monkeypatch.setattr(opening, "open_outputs", noted)
    options = ["--limit", "50", "--side", "64", "--mean", "0.5,0.5,0.5", "--std", "0.2,0.2,0.2"]
    assert main([*files[:2], *options, "--space", "encoder", "--device", "cpu"]) == 0
    assert asked == [ForeignSpec(50, "cpu", "encoder", 64, (0.5,) * 3, (0.2,) * 3)] * 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["0"], "checkpoints must number 2 to 6"),
        (["0"] * 7, "checkpoints must number 2 to 6"),
        (["0", "none.npz"], "none.npz"),
        (["0", "1", "--k", "0"], "k must be at least 1"),
        (["0", "1", "--k", "500"], "k must lie in 1 to 120"),
        (["0", "1", "--bins", "0"], "bins must lie in 1 to 1000"),
        (["0", "1", "--data", "x"], "data must be left out"),
        (["0", "1", "--side", "3"], "--side must be 8 to 512 pixels, but is 3"),
        (["0", "1", "--mean", "0.5"], "--mean must be three numbers with commas between"),
    ],
)
def test_a_wrong_command_exits_with_2_and_one_sentence(capsys, files, words, sentence):
    assert main([files[int(word)] if word.isdigit() and at < 7 and "--" not in "".join(words[:at]) else word
                 for at, word in enumerate(words)]) == 2  # fmt: skip
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert sentence in said.err


def test_each_file_is_read_by_the_mapping_whose_arrays_it_has(capsys, tmp_path):
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    rows = np.eye(3, 6)[labels] + 0.5 * rng.normal(size=(60, 6))
    np.savez(tmp_path / "a.npz", A=rows, B=labels)
    np.savez(tmp_path / "c.npz", C=rows + 0.1 * rng.normal(size=(60, 6)), D=labels)
    paths = [str(tmp_path / name) for name in ("a.npz", "c.npz")]
    assert main([*paths, "--map", "embeddings=A,labels=B", "--map", "embeddings=C,labels=D"]) == 0
    assert "60 test items" in capsys.readouterr().out
    assert main([*paths, "--map", "embeddings=A,labels=B"]) == 2
    assert "--map embeddings=C,labels=D" in capsys.readouterr().err
    assert main([*paths, "--map", "embeddings=A,labels=B", "--map", "embeddings=E"]) == 2
    assert "E" in capsys.readouterr().err
