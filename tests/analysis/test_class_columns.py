"""One sweep in class order against plain loops: class maxima and nearest items, whatever the classes' sizes."""

import numpy as np
import pytest

from analysis.neighbours import nearest as similarity
from analysis.neighbours.class_columns import ClassColumns
from analysis.outputs import Outputs, Split

LABELS = {
    "one class": np.zeros(500, np.int64),
    "each its own": np.random.default_rng(1).permutation(400),
    "a large and many small": np.concatenate([np.zeros(700, np.int64), 1 + np.arange(300) // 3]),
    "with gaps": np.random.default_rng(2).integers(0, 9, 900) * 7 + 2,
    "one item": np.array([5]),
}


def test_every_item_has_a_column_and_no_group_two_classes():
    for labels in LABELS.values():
        columns = ClassColumns.of(labels, 5)
        np.testing.assert_array_equal(np.sort(columns.items[~columns.pads]), np.arange(len(labels)))
        groups = labels[columns.items].reshape(columns.strands, -1)
        assert (groups == groups[0]).all()
        np.testing.assert_array_equal(groups[0][columns.first], columns.classes)
        # A pad is an item of its own group: its maximum is that of its items alone.
        for group, pads in zip(
            columns.items.reshape(columns.strands, -1).T, columns.pads.reshape(columns.strands, -1).T, strict=True
        ):
            assert set(group) == set(group[~pads])


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("k", [1, 7, 50])
@pytest.mark.parametrize("levels", [None, 4])
def test_a_look_is_a_full_sort(labels, k, levels):
    rng = np.random.default_rng(k)
    plain = rng.normal(size=(30, len(labels))).astype(np.float32)
    if levels:  # many ties
        plain = np.round(plain * levels) / np.float32(levels)
    k, columns = min(k, len(labels)), ClassColumns.of(labels, k)
    maxima, items, values = columns.look(plain[:, columns.items], k)
    order = np.lexsort((np.broadcast_to(np.arange(len(labels)), plain.shape), -plain), axis=1)[:, :k]
    np.testing.assert_array_equal(items, order)
    np.testing.assert_array_equal(values, np.take_along_axis(plain, order, axis=1))
    expected = np.stack([plain[:, labels == each].max(axis=1) for each in columns.classes], axis=1)
    np.testing.assert_array_equal(maxima, expected)


def test_a_large_table_is_not_copied_and_gives_the_same(unit_rows, monkeypatch):
    splits = [Split(unit_rows(items, 6), np.arange(items) % 4) for items in (900, 60)]
    outputs = Outputs(*splits, tuple("abcd"), 1.0, {"digest": "0"})
    copied = similarity.nearest_similarity(outputs, k=9)
    monkeypatch.setattr(similarity, "_COPIED", 0)
    found = similarity.nearest_similarity(outputs, k=9)
    np.testing.assert_array_equal(found.neighbours.indices, copied.neighbours.indices)
    np.testing.assert_allclose(found.class_maxima, copied.class_maxima, atol=1e-6)
