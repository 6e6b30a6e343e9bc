"""Data about which a number would say nothing: a reason or a count each, in every reading."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.accuracy.probe import class_probabilities, linear_probe
from analysis.comparison.measured import item_values, measure
from analysis.comparison.verdicts import compare
from analysis.degenerate import copies, judged, same_point, warnings
from analysis.geometry.item_statistics import geometry
from analysis.geometry.spectrum import spectrum
from analysis.neighbours.nearest import margin, nearest_similarity
from analysis.neighbours.vote import vote
from analysis.outputs import Split
from analysis.statistics.bootstrap import Estimate, Unavailable


def split(source: Split, **changes) -> Split:
    return replace(source, **changes)


def one_class(found):
    train, test = (split(side, labels=0 * side.labels) for side in (found.train, found.test))
    return replace(found, train=train, test=test)


def one_point(found):
    rows = np.tile(found.train.embeddings[:1], (len(found.train), 1))
    return replace(found, train=split(found.train, embeddings=rows), test=split(found.test, embeddings=rows[:60]))


def one_point_but_for_rounding(found):
    """A collapsed encoder's rows of several lengths, each normalised on its own: other bits, one direction."""
    lengths = np.linspace(1, 3, len(found.train), dtype=np.float32)[:, None]
    rows = found.train.embeddings[:1] * lengths
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert len(np.unique(rows, axis=0)) > 1
    turned = found.test.embeddings
    return replace(found, train=split(found.train, embeddings=rows), test=split(found.test, embeddings=turned))


def all_copies(found):
    return replace(found, test=split(found.test, embeddings=found.train.embeddings[:60]))


def no_class_of_train(found):
    return replace(found, test=split(found.test, labels=found.test.labels % 2 + 2), train=halved(found.train))


def one_item(found):
    return replace(found, test=Split(found.test.embeddings[:1], found.test.labels[:1], found.test.logits[:1]))


def halved(train: Split) -> Split:
    return split(train, labels=train.labels % 2)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (one_class, "train has one class only"),
        (one_point, "all train embeddings are the same"),
        (one_point_but_for_rounding, "all train embeddings are the same to the digits of a float32 cosine: without"),
        (all_copies, "of 60 test items 60 have the embedding of a train item"),
        (no_class_of_train, "no test item has a class that train has"),
        (one_item, "an interval needs at least 2 items, here 1"),
    ],
)
def test_no_reading_of_the_embeddings_has_a_number(clustered, spoil, reason):
    outputs = spoil(clustered(head=True))
    nearest = nearest_similarity(outputs, k=5)
    assert isinstance(margin(nearest), Unavailable)
    for found in (vote(nearest.neighbours, outputs, 5).accuracy, linear_probe(outputs)):
        assert isinstance(found, Unavailable)
        assert reason in found.reason
    model = measure("m", outputs, nearest, linear_probe(outputs), geometry(outputs.test), k=5)
    assert isinstance(item_values(model, "knn_accuracy", "linear probe"), Unavailable)
    assert warnings(outputs)


@pytest.mark.parametrize("spoil", [all_copies, one_item])
def test_a_head_has_no_number_where_no_items_are_left(clustered, spoil):
    assert isinstance(class_probabilities(spoil(clustered(head=True))), Unavailable)


def test_a_head_of_one_class_has_no_number(clustered):
    found = one_class(clustered(head=True))
    test = split(found.test, logits=found.test.logits[:, :1])
    assert "one class only" in class_probabilities(replace(found, test=test, class_names=("a",))).reason


def test_one_point_has_no_shape(clustered):
    outputs = one_point_but_for_rounding(clustered())
    found = geometry(outputs.train)
    for part in (found.alignment, found.uniformity, found.effective_rank, spectrum(outputs.train.embeddings)):
        assert isinstance(part, Unavailable)


def test_close_rows_are_not_one_point(clustered):
    """Cosines of .999999, as of an early checkpoint, are still told apart."""
    rows = clustered(spread=0.0).train.embeddings[:1] + 1e-3 * clustered().train.embeddings
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert (rows @ rows[0]).min() > 0.999995
    assert not same_point(rows)


def test_copies_are_those_of_a_double_loop(rng):
    train, test = rng.integers(-1, 2, size=(300, 5)).astype(np.float32), rng.integers(-1, 2, size=(200, 5))
    test = test.astype(np.float32)
    test[test == 0] *= -1  # -0 is 0
    expected = [any((row == other).all() for other in train) for row in test]
    assert 0 < sum(expected) < 200
    sides = (Split(rows, np.zeros(len(rows), np.int64)) for rows in (test, train))
    assert copies(*sides).tolist() == expected


def test_some_items_are_left_out_counted_and_said(clustered):
    """Four copies, and every item of one class: the rest is judged as if they had never been there."""
    outputs = clustered()
    rows = outputs.test.embeddings.copy()
    rows[:4] = outputs.train.embeddings[:4]
    train = Split(*(array[outputs.train.labels != 3] for array in (outputs.train.embeddings, outputs.train.labels)))
    outputs = replace(outputs, train=train, test=split(outputs.test, embeddings=rows))
    kept = judged(outputs)
    assert kept.sum() == 60 - 15 - 3
    rest = replace(outputs, test=Split(rows[kept], outputs.test.labels[kept]))
    for each in (outputs, rest):
        assert (
            vote(nearest_similarity(each).neighbours, each, 5).accuracy
            == vote(nearest_similarity(rest).neighbours, rest, 5).accuracy
        )
        assert linear_probe(each).accuracy == linear_probe(rest).accuracy
    assert isinstance(linear_probe(outputs).accuracy, Estimate)
    assert "15 of 60 test items are of a class that train does not have" in warnings(outputs)[0]
    assert "3 of 60 test items have the embedding of a train item" in warnings(outputs)[1]
    assert warnings(rest) == ()


def test_one_item_alone_is_said_in_the_singular(clustered):
    found = clustered()
    train = Split(found.train.embeddings[:0], found.train.labels[:0])
    test = Split(found.test.embeddings[:5], np.array([0, 0, 1, 1, 2]))
    said = " ".join(warnings(replace(found, train=train, test=test)))
    assert "1 of 5 items is alone in its class: it has no target, and" in said
    assert "probe are not judged on it." in said


def test_models_with_other_copies_are_compared_on_the_items_they_share(clustered):
    first = clustered()
    rows = first.test.embeddings.copy()
    rows[:7] = first.train.embeddings[:7]
    models = [
        measure(name, each, nearest_similarity(each), linear_probe(each), geometry(each.test))
        for name, each in (("a", first), ("b", replace(first, test=split(first.test, embeddings=rows))))
    ]
    found = compare(models, "linear probe")
    for key in ("ece", "nll", "knn_accuracy", "probe_accuracy", "margin"):
        assert found.of(key)[0].found.items == 53
