"""Recall at k, the sharp vote, top five, areas and losses against brute force, scikit-learn and the textbook forms."""

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
    top_k_accuracy_score,
)

from analysis.accuracy.class_curves import ClassCurve
from analysis.accuracy.probe import ClassProbabilities, class_probabilities
from analysis.accuracy.top_k import places, top_accuracy
from analysis.neighbours.nearest import nearest_similarity
from analysis.neighbours.retrieval import KS, recall_at
from analysis.neighbours.separation import pairs_in_order, separation, separation_curves
from analysis.neighbours.vote import vote
from analysis.objectives.of_outputs import objectives
from analysis.outputs import Outputs, Split
from analysis.statistics.bootstrap import Estimate, Unavailable


@pytest.fixture
def outputs(rng):
    """Four overlapping classes; a head of seven columns; its two sides."""

    def split(items, logits=True):
        labels = np.arange(items) % 4
        rows = np.eye(5)[labels] + 0.7 * rng.normal(size=(items, 5))
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        scores = (np.eye(7)[labels] + rng.normal(size=(items, 7))).astype(np.float32)
        return Split(rows.astype(np.float32), labels, scores if logits else None)

    names = tuple(f"class {c}" for c in range(7))
    return Outputs(
        split(120), split(80), names, 1.0, {"digest": "0", "loss": "sincere", "parameters": {"temperature": 0.2}}
    )


def within(outputs):
    return dataclasses.replace(outputs, train=Split(outputs.train.embeddings[:0], outputs.train.labels[:0]))


@pytest.mark.parametrize("alone", [False, True])
def test_recall_is_that_of_a_full_sort(outputs, alone):
    outputs = within(outputs) if alone else outputs
    cosines = outputs.test.embeddings @ outputs.searched.embeddings.T
    if alone:
        np.fill_diagonal(cosines, -np.inf)
    found = recall_at(nearest_similarity(outputs, k=50).neighbours, outputs)
    alike = outputs.searched.labels[np.argsort(-cosines, axis=1)] == outputs.test.labels[:, None]
    for k in KS:
        assert found.rates[k].value == pytest.approx(alike[:, :k].any(axis=1).mean())
    one = vote(nearest_similarity(outputs, k=1).neighbours, outputs, 1)
    assert found.rates[1] == one.accuracy


def test_recall_beyond_the_items_is_not_a_number(outputs):
    few = dataclasses.replace(outputs, train=Split(outputs.train.embeddings[:8], outputs.train.labels[:8]))
    found = recall_at(nearest_similarity(few, k=50).neighbours, few)
    assert isinstance(found.rates[5], Estimate)
    assert found.rates[10] == Unavailable("there are 8 neighbours only")


def test_the_sharp_vote_is_a_sum_of_exponentials(outputs):
    neighbours = nearest_similarity(outputs, k=30).neighbours
    found = vote(neighbours, outputs, 30, temperature=0.1)
    votes = np.zeros((len(outputs.test), 4))
    for item, (near, cosines) in enumerate(zip(neighbours.indices, neighbours.similarities, strict=True)):
        np.add.at(votes[item], outputs.train.labels[near], np.exp(cosines.astype(np.float64) / 0.1))
    np.testing.assert_array_equal(found.predicted, votes.argmax(axis=1))
    assert (found.predicted != vote(neighbours, outputs, 30).predicted).any()
    assert np.isfinite(vote(neighbours, outputs, 30, temperature=1e-4).predicted).all()


def test_top_five_is_scikit_learns(outputs):
    known = class_probabilities(outputs)
    assert isinstance(known, ClassProbabilities)
    expected = top_k_accuracy_score(known.labels, known.scores, k=5, labels=range(7))
    assert top_accuracy(known).value == pytest.approx(expected)
    assert top_accuracy(known, 1).value == known.accuracy.value
    assert top_accuracy(known, 7) == Unavailable("there are 7 classes, so 7 guesses are all of them")


def test_equal_scores_stand_in_the_order_of_classes():
    np.testing.assert_array_equal(places(np.zeros((3, 4)), np.array([0, 2, 3])), [0, 2, 3])


@pytest.mark.parametrize("decimals", [8, 1])  # with one decimal most are tied
def test_areas_are_scikit_learns(rng, decimals):
    target, noise = (rng.normal(mean, size=60).round(decimals) for mean in (0.8, 0))
    truth, score = np.repeat([1, 0], 60), np.concatenate([target, noise])
    value, influence = pairs_in_order(target, noise)
    assert value == pytest.approx(roc_auc_score(truth, score))
    assert influence.mean() == pytest.approx(0, abs=1e-12)
    # The derivative in an item's weight, by doubling it.
    for item in (0, 17):
        weights = np.tile(1 + 1e-6 * (np.arange(60) == item), 2)
        moved = roc_auc_score(truth, score, sample_weight=weights)
        assert (moved - value) / 1e-6 * 60 == pytest.approx(influence[item], abs=1e-3)


def test_each_class_has_its_curve_and_a_bootstrap_agrees_with_its_interval(outputs, rng):
    nearest = nearest_similarity(outputs)
    curves = separation_curves(nearest, 7)
    for label in range(4):
        curve, chosen = curves[label], nearest.labels == label
        assert isinstance(curve, ClassCurve)
        score = np.concatenate([nearest.target[chosen], nearest.noise[chosen]])
        truth = np.repeat([1, 0], chosen.sum())
        assert curve.auc == separation(nearest, label).auc
        assert curve.auc.value == pytest.approx(roc_auc_score(truth, score))
        assert curve.average_precision.value == pytest.approx(average_precision_score(truth, score))
        # Every corner of theirs lies on ours.
        x, y, _ = roc_curve(truth, score)
        ours = set(zip(curve.false_positive.round(9), curve.true_positive.round(9), strict=True))
        assert set(zip(x.round(9), y.round(9), strict=True)) <= ours
        precision, recall, threshold = precision_recall_curve(truth, score)
        at = np.isin(threshold, nearest.target[chosen])
        np.testing.assert_allclose(curve.precision, precision[:-1][at][::-1])
        np.testing.assert_allclose(curve.recall, recall[:-1][at][::-1])
    assert isinstance(curves[5], Unavailable)
    items = len(nearest.labels)
    draws = [pairs_in_order(nearest.target[i], nearest.noise[i])[0] for i in rng.integers(items, size=(800, items))]
    found = separation(nearest).auc
    np.testing.assert_allclose([found.low, found.high], np.quantile(draws, [0.025, 0.975]), atol=0.02)


def test_what_is_parted_without_a_mistake_has_the_exact_bound(outputs):
    nearest = nearest_similarity(outputs)
    parted = dataclasses.replace(nearest, class_maxima=np.where(np.arange(7) == nearest.labels[:, None], 0.9, 0.1))
    found = separation(parted).auc
    assert (found.value, found.low, found.high) == (1.0, pytest.approx(0.025 ** (1 / 80)), 1.0)


def test_losses_are_the_textbook_forms(outputs):
    found = {each.name: each for each in objectives(outputs)}
    rows, labels = outputs.test.embeddings.astype(np.float64), outputs.test.labels
    scores = rows @ rows.T / 0.2
    alike, other = labels[:, None] == labels, ~np.eye(80, dtype=bool)
    noise = np.where(alike, 0, np.exp(scores)).sum(axis=1, keepdims=True)
    terms = np.log(np.exp(scores) + noise) - scores
    expected = np.where(alike & other, terms, 0).sum(axis=1) / (alike & other).sum(axis=1)
    sincere = found["sincere"]
    assert sincere.own
    assert sincere.parameters == {"temperature": 0.2}
    assert sincere.loss.value == pytest.approx(expected.mean(), rel=1e-5)
    assert sincere.chance == pytest.approx(np.log(1 + 60))
    logits = outputs.test.logits.astype(np.float64)
    nll = (np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(80), labels]).mean()
    assert found["nll"].loss.value == pytest.approx(nll, rel=1e-5)
    assert found["nll"].chance == pytest.approx(np.log(7))
    assert not found["nll"].own
    assert found["nt_xent"].loss == Unavailable("it needs two views of each item, and there is one")
    assert "soft targets" in found["soft_target_infonce"].loss.reason


def test_anchors_without_a_positive_take_no_part_in_a_loss(outputs):
    labels = outputs.test.labels.copy()
    labels[0] = 6
    alone = dataclasses.replace(outputs, test=dataclasses.replace(outputs.test, labels=labels))
    supcon = next(each for each in objectives(alone) if each.name == "supcon")
    assert supcon.items == 79
    assert supcon.loss.low > 1


def test_losses_of_what_is_not_there_have_reasons(outputs):
    def reasons(split):
        return {
            each.name: each.loss.reason
            for each in objectives(dataclasses.replace(outputs, test=split))
            if not isinstance(each.loss, Estimate)
        }

    test = outputs.test
    unlabelled = dataclasses.replace(test, labels=np.zeros(80, int), labelled=False)
    assert set(reasons(unlabelled).values()) == {"the items have no labels"}
    assert "nll" not in reasons(test)
    assert reasons(dataclasses.replace(test, logits=None))["nll"] == "the model has no class head"
