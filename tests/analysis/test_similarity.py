"""Nearest target and noise similarity against a double loop; what cannot be known is said, not numbered."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.neighbours import nearest as similarity
from analysis.neighbours.nearest import margin, nearest_similarity
from analysis.outputs import Outputs, Split
from analysis.statistics.bootstrap import Unavailable
from losses.errors import LabError


def double_loop(outputs):
    """Target and noise of every test item, pair by pair in float64."""
    target, noise = np.full((2, len(outputs.test)), -np.inf)
    for i, (row, label) in enumerate(zip(outputs.test.embeddings, outputs.test.labels, strict=True)):
        for other, other_label in zip(outputs.train.embeddings, outputs.train.labels, strict=True):
            cosine = float(np.clip(row.astype(np.float64) @ other.astype(np.float64), -1, 1))
            side = target if label == other_label else noise
            side[i] = max(side[i], cosine)
    return target, noise


def outputs_of(train, train_labels, test, test_labels, classes=3):
    names = tuple(f"class {c}" for c in range(classes))
    splits = [
        Split(np.float32(rows) / np.linalg.norm(rows, axis=1, keepdims=True).astype(np.float32), np.array(labels))
        for rows, labels in ((train, train_labels), (test, test_labels))
    ]
    return Outputs(*splits, names, 1.0, {"digest": "0"})


@given(seed=st.integers(0, 10**6), classes=st.integers(2, 6), rows=st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_one_pass_is_the_double_loop(seed, classes, rows):
    rng = np.random.default_rng(seed)
    outputs = outputs_of(
        rng.normal(size=(30, 4)),
        rng.integers(classes, size=30),
        rng.normal(size=(17, 4)),
        rng.integers(classes, size=17),
        6,
    )
    nearest = nearest_similarity(outputs, k=5, rows=rows)
    target, noise = double_loop(outputs)
    np.testing.assert_allclose(nearest.target, target, atol=1e-6)
    np.testing.assert_allclose(nearest.noise, noise, atol=1e-6)


@pytest.mark.parametrize("rows", [2, 64, None])
def test_a_train_too_large_to_copy_gives_the_same(monkeypatch, clustered, rows):
    """Then parts of the similarities are put in order, a few rows at a time."""
    outputs = clustered()
    expected = nearest_similarity(outputs, k=7)
    monkeypatch.setattr(similarity, "_COPIED", 0)
    monkeypatch.setattr(similarity, "_ORDERED", 3)
    found = nearest_similarity(outputs, k=7, rows=rows)
    np.testing.assert_allclose(found.class_maxima, expected.class_maxima, atol=1e-6)
    np.testing.assert_array_equal(found.neighbours.indices, expected.neighbours.indices)


@pytest.mark.parametrize("copied", [1 << 20, 0])
@pytest.mark.parametrize("items", [30, 700])
def test_without_train_items_each_item_is_left_out_of_its_own_search(rng, monkeypatch, items, copied):
    """Classes of unlike size, so that some items stand in several columns; one class of a single item."""
    monkeypatch.setattr(similarity, "_COPIED", copied)
    labels = np.minimum(rng.geometric(0.3, size=items) - 1, 6)
    labels[0] = 7
    alone = outputs_of(np.empty((0, 5)), [], rng.normal(size=(items, 5)), labels, classes=8)
    found, rows = nearest_similarity(alone, k=7, rows=64), alone.test.embeddings
    cosines = rows.astype(np.float64) @ rows.T.astype(np.float64)
    np.fill_diagonal(cosines, -np.inf)
    alike = labels[:, None] == labels
    np.testing.assert_allclose(found.target, np.where(alike, cosines, -np.inf).max(axis=1), rtol=1e-6)
    np.testing.assert_allclose(found.noise, np.where(alike, -np.inf, cosines).max(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(found.neighbours.indices, np.argsort(-cosines, axis=1)[:, :7])
    assert found.within
    assert not found.comparable[0]
    assert margin(found, 7) == Unavailable("a median with an interval needs at least 2 test items, here 1")


def test_within_the_items_a_copy_of_another_one_judges_nothing(rng):
    rows = rng.normal(size=(40, 4))
    rows[7] = rows[3]
    found = nearest_similarity(outputs_of(np.empty((0, 4)), [], rows, np.arange(40) % 2, classes=2))
    assert np.flatnonzero(found.copies).tolist() == [3, 7]
    assert margin(found).items == 38
    one = nearest_similarity(outputs_of(np.empty((0, 4)), [], rows, np.zeros(40, int), classes=1))
    assert margin(one) == Unavailable("there is no other class, so nothing is noise")


def test_neighbours_come_from_the_same_pass(clustered):
    outputs = clustered()
    nearest = nearest_similarity(outputs, k=7)
    cosines = outputs.test.embeddings.astype(np.float64) @ outputs.train.embeddings.T.astype(np.float64)
    np.testing.assert_array_equal(nearest.neighbours.indices, np.argsort(-cosines, axis=1)[:, :7])


def test_equally_near_items_stand_by_lowest_train_index():
    outputs = outputs_of([[1, 0]] * 6, [2, 1, 0, 2, 1, 0], [[1, 0], [0, 1]], [0, 1])
    assert nearest_similarity(outputs, k=6).neighbours.indices[0].tolist() == [0, 1, 2, 3, 4, 5]


def test_margin_is_signed(rng):
    def sides(first, second):
        return np.vstack([rng.normal(loc=loc, scale=0.1, size=(40, 2)) for loc in ([first, 0], [second, 0])])

    labels = [0] * 40 + [1] * 40
    found = margin(nearest_similarity(outputs_of(sides(1, -1), labels, sides(-1, 1), labels)))
    assert found.margin.high < -1
    assert found.margin.value == pytest.approx(found.target - found.noise, abs=1e-6)


def test_cosines_never_leave_their_range(unit_rows):
    rows = unit_rows(500, 64)
    nearest = nearest_similarity(outputs_of(rows, np.arange(500) % 3, rows, np.arange(500) % 3))
    assert nearest.class_maxima.max() <= 1
    assert nearest.neighbours.similarities.max() <= 1


def test_per_class_margin_reads_that_class_alone(clustered):
    outputs = clustered()
    target, noise = double_loop(outputs)
    chosen = outputs.test.labels == 2
    found = margin(nearest_similarity(outputs), 2)
    assert found.items == chosen.sum()
    assert found.target == pytest.approx(np.median(target[chosen]), abs=1e-6)
    assert found.noise == pytest.approx(np.median(noise[chosen]), abs=1e-6)


def test_a_class_absent_from_train_has_no_number(rng):
    outputs = outputs_of(rng.normal(size=(20, 3)), [0, 2] * 10, rng.normal(size=(9, 3)), [0, 1, 2] * 3)
    nearest = nearest_similarity(outputs)
    np.testing.assert_allclose([nearest.target, nearest.noise], double_loop(outputs), atol=1e-6)
    assert "no item of this class" in margin(nearest, 1).reason
    assert margin(nearest).items == 6


def test_a_single_class_has_no_noise(rng):
    outputs = outputs_of(rng.normal(size=(20, 3)), [0] * 20, rng.normal(size=(9, 3)), [0] * 9)
    assert "no other class" in margin(nearest_similarity(outputs)).reason


def test_one_test_item_has_no_interval(rng):
    outputs = outputs_of(rng.normal(size=(20, 3)), [0, 1] * 10, rng.normal(size=(1, 3)), [0])
    assert "at least 2 test items" in margin(nearest_similarity(outputs)).reason


def test_test_items_that_are_train_items_are_counted_and_left_out(rng):
    train = rng.normal(size=(40, 3))
    outputs = outputs_of(train, [0, 1] * 20, np.vstack([train[:4], rng.normal(size=(6, 3))]), [0, 1] * 5)
    nearest = nearest_similarity(outputs)
    assert nearest.copies.tolist() == [True] * 4 + [False] * 6
    assert margin(nearest).items == 6


def test_all_rows_equal_have_no_number():
    outputs = outputs_of([[1, 2]] * 8, [0, 1] * 4, [[1, 2]] * 6, [0, 1] * 3)
    found = margin(nearest_similarity(outputs))
    assert found == Unavailable("all train embeddings are the same")


def test_zero_neighbours_are_refused(clustered):
    with pytest.raises(LabError, match="at least 1"):
        nearest_similarity(clustered(), k=0)


def test_a_result_cannot_be_changed(clustered):
    nearest = nearest_similarity(clustered())
    with pytest.raises(ValueError, match="read-only"):
        nearest.class_maxima[0, 0] = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        nearest.labels = None
