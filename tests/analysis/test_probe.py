"""Class probabilities: softmax against torch, the probe against scikit-learn, and what cannot be probed."""

import dataclasses

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from analysis.accuracy.probe import ClassProbabilities, class_probabilities, in_words, linear_probe, softmax
from analysis.outputs import Outputs, Split
from analysis.statistics.bootstrap import Unavailable
from losses.errors import LabError


def test_class_head_is_a_softmax_at_the_models_temperature(clustered):
    outputs = clustered(head=True)
    found = class_probabilities(outputs)
    truth = torch.softmax(torch.from_numpy(outputs.test.logits.copy()).double() / 0.5, dim=1).numpy()
    np.testing.assert_allclose(found.probabilities, truth, rtol=1e-12)
    assert found.source == "class head"
    assert found.accuracy.value == np.mean(truth.argmax(axis=1) == outputs.test.labels)


@pytest.mark.parametrize("classes", [2, 4])
def test_without_a_head_a_linear_probe_speaks(clustered, classes):
    outputs = clustered(classes=classes)
    found = class_probabilities(outputs)
    sklearn = LogisticRegression(max_iter=5000).fit(outputs.train.embeddings.astype(float), outputs.train.labels)
    np.testing.assert_allclose(
        found.probabilities, sklearn.predict_proba(outputs.test.embeddings.astype(float)), rtol=1e-6
    )
    assert found.source == "linear probe"


def test_softmax_stands_extreme_logits():
    found = softmax(np.array([[1e30, 0, -np.inf], [-1e4, -1e4, -1e4]]), 1e-3)
    np.testing.assert_allclose(found, [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_rows_without_a_finite_maximum_are_refused(bad):
    with pytest.raises(LabError, match="row 1"):
        softmax(np.array([[0.0, 1.0], [bad, bad]]), 1.0)


def labelled(train_labels, test_labels):
    rng = np.random.default_rng(0)
    splits = [Split(rng.normal(size=(len(y), 3)).astype(np.float32), np.array(y)) for y in (train_labels, test_labels)]
    return Outputs(*splits, ("a", "b", "c"), 1.0, {"digest": "0"})


def test_items_of_a_class_that_train_does_not_have_are_left_out():
    found = linear_probe(labelled([0, 2] * 10, [0, 1, 2, 1]))
    assert found.items.tolist() == [0, 2]
    assert found.labels.tolist() == [0, 2]
    assert (found.probabilities[:, 1] == 0).all()


def test_what_cannot_be_probed_is_said():
    assert "one class only" in linear_probe(labelled([1] * 5, [1, 1])).reason
    assert "no test item" in linear_probe(labelled([0, 1] * 5, [2, 2])).reason


@pytest.mark.parametrize(("classes", "head"), [(2, False), (4, False), (4, True)])
def test_scores_are_log_probabilities_up_to_a_constant(clustered, classes, head):
    found = class_probabilities(clustered(classes=classes, head=head))
    np.testing.assert_allclose(softmax(found.scores, 1.0), found.probabilities, rtol=1e-12)
    np.testing.assert_allclose(
        found.scores - found.scores[:, :1], np.log(found.probabilities / found.probabilities[:, :1])
    )


def test_a_head_for_other_classes_has_no_probabilities(clustered):
    outputs = clustered(head=True)
    names = (*outputs.class_names, "a fifth")
    found = class_probabilities(Outputs(outputs.train, outputs.test, names, 1.0, {}))
    assert found.reason == "the class head has 4 outputs for 5 classes"


def test_the_probe_sees_the_encoders_features_where_there_are_some(clustered):
    """Features that tell the classes apart beside embeddings that do not: scikit-learn itself on each."""
    outputs, rng = clustered(), np.random.default_rng(0)
    blind = {
        name: dataclasses.replace(
            split, embeddings=rng.normal(size=split.embeddings.shape).astype(np.float32), features=split.embeddings
        )
        for name, split in (("train", outputs.train), ("test", outputs.test))
    }
    both = dataclasses.replace(outputs, **blind)
    seen, unseen = linear_probe(both), linear_probe(both, on="embeddings")
    for found, train, test in ((seen, both.train.features, both.test.features),
                               (unseen, both.train.embeddings, both.test.embeddings)):  # fmt: skip
        model = LogisticRegression(C=1.0, max_iter=5000).fit(train.astype(np.float64), both.train.labels)
        np.testing.assert_allclose(found.probabilities, model.predict_proba(test.astype(np.float64)), atol=1e-9)
    assert seen.accuracy.value > unseen.accuracy.value
    assert in_words(both) == "the encoder's features at unit length"
    assert in_words(outputs) == str(outputs.provenance.get("embeddings", "the embeddings"))


def test_classes_of_one_item_each_are_classes(monkeypatch):
    """No warning of scikit-learn's; and where items times classes would fill the memory, a reason."""
    rows = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    outputs = Outputs(
        Split(rows, np.arange(60)), Split(rows[:40] * -1, np.arange(40)), tuple(map(str, range(60))), 1.0, {}
    )
    found = linear_probe(outputs)
    assert isinstance(found, ClassProbabilities)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1)
    monkeypatch.setattr("analysis.accuracy.probe.MOST_LOG_ODDS", 60 * 60 - 1)
    found = linear_probe(outputs)
    assert isinstance(found, Unavailable)
    assert found.reason == "a probe of 60 classes on 60 items would take 0.0 GB for each step"


def test_more_numbers_than_the_memory_takes_are_no_probe(clustered, monkeypatch):
    outputs = clustered()
    numbers = outputs.train.embeddings.size
    monkeypatch.setattr("analysis.accuracy.probe.MOST_NUMBERS", numbers)
    assert isinstance(linear_probe(outputs), ClassProbabilities)
    monkeypatch.setattr("analysis.accuracy.probe.MOST_NUMBERS", numbers - 1)
    found = linear_probe(outputs)
    assert isinstance(found, Unavailable)
    assert found.reason.startswith(f"a probe learns from all items at once: {len(outputs.train):,} would take")
