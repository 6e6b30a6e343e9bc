"""Cosines to class means: by hand, by brute force, and where there are none."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from analysis.neighbours.class_means import ClassMeans, class_means
from analysis.outputs import Outputs, Split
from analysis.statistics.bootstrap import Unavailable


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def outputs(train: np.ndarray, labels: list[int], test: np.ndarray, test_labels: list[int]) -> Outputs:
    sides = (Split(unit(rows), np.array(each)) for rows, each in ((train, labels), (test, test_labels)))
    return Outputs(*sides, ("a", "b", "c"), 1.0, {"digest": "x"})


def test_by_hand():
    train = np.array([[1.0, 0], [0, 1], [-1, 0]])
    found = class_means(outputs(train, [0, 1, 2], np.array([[1.0, 0], [1, 1]]), [0, 1]))
    assert isinstance(found, ClassMeans)
    assert found.own.tolist() == pytest.approx([1, np.sqrt(0.5)])
    assert found.other.tolist() == pytest.approx([0, np.sqrt(0.5)])
    assert found.margin.value == pytest.approx((1 + np.sqrt(0.5)) / 2 - np.sqrt(0.5) / 2)
    assert found.auc.value == pytest.approx(3.5 / 4)  # of four pairs one is tied
    assert found.train_apart == 1.0


def test_by_brute_force():
    generator = np.random.default_rng(0)
    train, test = generator.standard_normal((60, 5)), generator.standard_normal((30, 5))
    labels, judged = np.arange(60) % 3, np.arange(30) % 3
    made = outputs(train, labels.tolist(), test, judged.tolist())
    found = class_means(made)
    for row in range(30):
        means = [made.train.embeddings[labels == label].mean(axis=0) for label in range(3)]
        cosines = [float(made.test.embeddings[row] @ mean / np.linalg.norm(mean)) for mean in means]
        assert found.own[row] == pytest.approx(cosines.pop(judged[row]), abs=1e-6)
        assert found.other[row] == pytest.approx(max(cosines), abs=1e-6)
    area = roc_auc_score(np.repeat([1, 0], 30), np.concatenate([found.own, found.other]))
    assert found.auc.value == pytest.approx(area)
    assert found.auc.low < area < found.auc.high


def test_items_of_a_class_that_train_lacks_are_left_out():
    found = class_means(outputs(np.eye(2), [0, 2], np.array([[1.0, 0], [1, 1], [0, 1]]), [0, 1, 2]))
    assert found.own.tolist() == [1, 1]


def test_where_there_are_no_means_the_reason_is_said():
    assert isinstance(class_means(outputs(np.eye(2), [0, 0], np.eye(2), [0, 0])), Unavailable)
    opposite = np.array([[1.0, 0], [-1, 0], [0, 1]])
    assert isinstance(class_means(outputs(opposite, [0, 0, 1], np.eye(2), [0, 1])), Unavailable)
    nothing, test = Split(np.empty((0, 2), np.float32), np.empty(0, int)), Split(unit(np.eye(2)), np.array([0, 1]))
    assert class_means(Outputs(nothing, test, ("a", "b"), 1.0, {"digest": "x"})) == Unavailable(
        "there are no train items"
    )
