import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.accuracy.probe import linear_probe
from checkpoints.inspect import main
from checkpoints.inspection import inspect_outputs
from checkpoints.opening import open_outputs
from tests.checkpoints.hostile_data import bundle


def inspected(capsys, *words) -> dict:
    assert main([*map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_one_json_object_with_numbers_by_double_loop(capsys, native_file):
    path = native_file()
    numbers, outputs = inspected(capsys, path), open_outputs(path)
    targets, noises, hits = [], [], []
    for embedding, label in zip(outputs.test.embeddings, outputs.test.labels, strict=True):
        cosines = np.array([float(embedding @ other) for other in outputs.train.embeddings])
        same = outputs.train.labels == label
        targets.append(cosines[same].max())
        noises.append(cosines[~same].max())
        hits.append(same[cosines.argmax()])
    assert numbers["nearest_target_similarity"] == pytest.approx(np.median(targets), abs=1e-6)
    assert numbers["nearest_noise_similarity"] == pytest.approx(np.median(noises), abs=1e-6)
    assert numbers["margin"] == pytest.approx(np.median(targets) - np.median(noises), abs=1e-6)
    assert numbers["knn_accuracy"] == pytest.approx(np.mean(hits))
    assert numbers["margin_interval"][0] <= numbers["margin"] <= numbers["margin_interval"][1]
    assert (numbers["train_items"], numbers["test_items"], numbers["dimensions"], numbers["classes"]) == (64, 24, 6, 4)
    assert numbers["digest"] == outputs.digest


def test_a_model_without_a_class_head_is_judged_by_a_probe(capsys, native_file):
    path = native_file()
    numbers, probe = inspected(capsys, path), linear_probe(open_outputs(path))
    assert numbers["probabilities"] == "linear probe"
    assert numbers["class_head_accuracy"] is None
    no_head = ("class_head_accuracy", "class_head_top_5_accuracy")
    assert numbers["unavailable"] == dict.fromkeys(no_head, "the model has no class head")
    assert numbers["probe_accuracy"] == pytest.approx(np.mean(probe.predicted == probe.labels))
    truth = probe.probabilities[np.arange(24), probe.labels]
    assert numbers["nll"] == pytest.approx(-np.log(truth).mean())


def test_a_class_head_is_judged_by_its_own_probabilities(capsys, native_file):
    path = native_file("classes")
    numbers, outputs = inspected(capsys, path), open_outputs(path)
    weights = np.exp(outputs.test.logits.astype(np.float64))
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    onehot = np.eye(4)[outputs.test.labels]
    assert numbers["probabilities"] == "class head"
    assert numbers["class_head_accuracy"] == pytest.approx(np.mean(probabilities.argmax(1) == outputs.test.labels))
    assert numbers["brier"] == pytest.approx(((probabilities - onehot) ** 2).sum(1).mean())
    assert numbers["unavailable"] == {"class_head_top_5_accuracy": "there are 4 classes, so 5 guesses are all of them"}
    assert 0 <= numbers["ece"] <= numbers["mce"] <= 1


def test_the_table_has_every_number_of_the_object(capsys, native_file):
    path = native_file()
    names = [name.replace("_", " ") for name in inspected(capsys, path)]
    assert main([str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0].strip() for line in lines if not line.startswith("  ")] == names


def test_k_is_the_number_of_neighbours_that_vote(capsys, native_file):
    assert inspected(capsys, native_file(), "--k", "5")["knn_k"] == 5


@pytest.mark.parametrize("words", [["none.safetensors"], [], ["x", "--zzz"], ["x", "--k", "many"]])
def test_a_wrong_command_exits_with_2_and_one_sentence(capsys, words):
    try:
        code = main([*words, "--json"])
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.count("\n") == 1


def test_a_refused_file_exits_with_2_and_one_sentence(capsys, native_file, tmp_path):
    path = native_file()
    for words in ([path, "--k", 0], [path, "--k", 65], [path, "--data", tmp_path], [tmp_path]):
        assert main([*map(str, words), "--json"]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1
    path.write_bytes(path.read_bytes()[:-5])
    assert main([str(path), "--json"]) == 2
    assert "must be whole" in capsys.readouterr().err


def test_the_nll_of_logits_is_exact_where_their_softmax_is_0(native_file):
    outputs = open_outputs(native_file("classes"))
    logits = np.full((24, 4), -1e4, np.float32)
    logits[:, 0] = 0
    numbers = inspect_outputs(with_test(outputs, logits=logits)).numbers()
    wrong = int((outputs.test.labels != 0).sum())
    assert numbers["nll"] == pytest.approx(1e4 * wrong / 24, rel=1e-12)
    assert numbers["unavailable"] == {"class_head_top_5_accuracy": "there are 4 classes, so 5 guesses are all of them"}


def test_impossible_labels_make_no_number(native_file):
    outputs = open_outputs(native_file("classes"))
    logits = np.full((24, 4), -np.inf, np.float32)
    logits[:, 0] = 0
    numbers = inspect_outputs(with_test(outputs, logits=logits)).numbers()
    assert numbers["nll"] is None
    assert numbers["unavailable"]["nll"] == "infinite: 18 labels had probability 0"
    json.dumps(numbers, allow_nan=False)
    alone = inspect_outputs(with_test(outputs, logits=None, probabilities=np.exp(logits))).numbers()
    assert alone["probabilities"] == "class head, probabilities alone"
    assert alone["unavailable"]["nll"] == "infinite: 18 labels had probability 0, and the file has no logits"


def with_test(outputs, **changes):
    return replace(outputs, test=replace(outputs.test, **changes))


def test_a_name_that_is_not_utf8_is_no_reason_to_end(tmp_path, monkeypatch, capsys):
    """Neither as a table, which a terminal must take, nor as JSON, nor where the file is refused."""
    monkeypatch.chdir(tmp_path)
    name = os.fsdecode(b"caf\xe9.npz")
    Path(name).write_bytes(bundle())
    assert main([name]) == 0
    assert "caf\\udce9.npz" in capsys.readouterr().out
    assert main([name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == "caf\\udce9.npz"
    Path(name).write_bytes(b"")
    assert main([name]) == 2
    said = capsys.readouterr().err
    assert "caf\\udce9.npz is an empty file" in said or "caf\\udce9.npz must be" in said
    said.encode()
