"""Target against noise class by class: against scikit-learn on cosines of a double loop, as JSON and as a table."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from analysis.neighbours.graph import Neighbours
from analysis.neighbours.nearest import Nearest, nearest_similarity
from checkpoints.by_class import MOST_LISTED, by_class, rows
from checkpoints.inspect import main
from checkpoints.opening import open_outputs


def made(target, noise, labels, classes):
    """Nearest similarities with these targets and noises, the noise of the class after the own."""
    maxima = np.full((len(labels), classes), -1, np.float32)
    items = np.arange(len(labels))
    maxima[items, labels], maxima[items, (labels + 1) % classes] = target, noise
    none = Neighbours(np.empty((len(labels), 0), np.int64), np.empty((len(labels), 0), np.float32))
    return Nearest(maxima, none, labels, np.zeros(len(labels), bool))


def test_each_class_is_scikit_learns_on_cosines_of_a_double_loop(native_file, capsys):
    path = native_file()
    assert main([str(path), "--json"]) == 0
    found, outputs = json.loads(capsys.readouterr().out)["nearest_by_class"], open_outputs(path)
    assert [each["class"] for each in found] == list(outputs.class_names)
    for label, each in enumerate(found):
        cosines = outputs.test.embeddings[outputs.test.labels == label] @ outputs.train.embeddings.T
        same = outputs.train.labels == label
        sides = cosines[:, same].max(axis=1), cosines[:, ~same].max(axis=1)
        score, truth = np.concatenate(sides), np.repeat([1, 0], len(cosines))
        assert each["items"] == len(cosines) == 6
        assert each["auc"] == pytest.approx(roc_auc_score(truth, score))
        assert each["average_precision"] == pytest.approx(average_precision_score(truth, score))
        assert each["margin"] == pytest.approx(np.median(sides[0]) - np.median(sides[1]), abs=1e-6)
        for name in ("margin", "auc"):
            assert each[f"{name}_interval"][0] <= each[name] <= each[f"{name}_interval"][1]


def test_a_class_without_a_number_has_its_reason_and_a_parted_one_no_interval_of_precision():
    labels = np.array([0] * 5 + [1] * 5 + [2])
    target = np.where(labels == 0, 0.9, 0.3).astype(np.float32) + 0.01 * np.arange(11, dtype=np.float32)
    found = by_class(made(target, np.full(11, 0.365, np.float32), labels, 3), ("a", "b", "c"))
    assert (found[0]["auc"], found[0]["average_precision_interval"]) == (1.0, None)
    assert found[1]["average_precision_interval"][0] < found[1]["average_precision"]
    assert "at least 2 test items" in found[2]["not_available"]
    lines = rows(found)
    assert [name for name, _ in lines] == ["  a", "  b", "  c"]
    assert lines[0][1].startswith("5 items: target 0.920, noise 0.365, margin 0.555 [")
    assert "AUC 1.000 [" in lines[0][1]
    assert lines[2][1].startswith("- (")


def test_of_many_classes_those_of_smallest_area_are_listed():
    rng = np.random.default_rng(0)
    labels = np.arange(600) % 60
    target, noise = rng.normal(0.5, 0.1, 600).astype(np.float32), rng.normal(0.4, 0.1, 600).astype(np.float32)
    found = by_class(made(target, noise, labels, 60), tuple(f"c{c}" for c in range(60)))
    lines = rows(found)
    assert len(lines) == MOST_LISTED + 1
    assert lines[-1] == ("  ...", "20 more, of larger AUC or not available: see --json")
    hardest = min(found, key=lambda each: each["auc"])
    assert lines[0][0] == f"  {hardest['class']}"


def test_more_classes_than_are_measured_one_by_one_have_a_reason(native_file, capsys, monkeypatch):
    monkeypatch.setattr("checkpoints.by_class.MOST_CLASSES", 3)
    assert main([str(native_file()), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["nearest_by_class"] is None
    said = "there are 4 classes, and single ones are measured of at most 3"
    assert found["unavailable"]["nearest_by_class"] == said


def test_names_that_classes_share_keep_their_lines(clustered_names):
    nearest, names = clustered_names
    assert [each["class"] for each in by_class(nearest, names)] == list(names)


@pytest.fixture
def clustered_names(native_file):
    outputs = open_outputs(native_file())
    return nearest_similarity(replace(outputs, class_names=("one", "one", "two", "two"))), ("one", "one", "two", "two")
