"""The confusion matrix against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_score, recall_score

from analysis.accuracy.confusion import confusion, most_confused, too_wide
from analysis.statistics.bootstrap import Unavailable
from losses.errors import LabError


def test_counts_and_shares_are_scikit_learns(rng):
    labels, predicted = rng.integers(4, size=(2, 300))
    found = confusion(labels, predicted, 4)
    np.testing.assert_array_equal(found.counts, confusion_matrix(labels, predicted))
    assert [each.value for each in found.recall] == pytest.approx(recall_score(labels, predicted, average=None))
    assert [each.value for each in found.precision] == pytest.approx(precision_score(labels, predicted, average=None))
    assert found.items == 300


def test_a_class_without_items_has_a_reason():
    found = confusion(np.array([0, 0, 0, 1]), np.array([0, 0, 2, 0]), 4)
    assert found.recall[1] == Unavailable("test has 1 item of this class")
    assert found.recall[3] == Unavailable("test has no item of this class")
    assert found.precision[3] == Unavailable("no item was read off as this class")
    assert most_confused(found) == [(0, 2, 1), (1, 0, 1)]
    assert most_confused(found, 1) == [(0, 2, 1)]


def test_more_classes_than_a_matrix_holds_are_refused():
    """A hundred thousand would ask for 80 GB; the page says why there is none."""
    assert too_wide(5_000) == ""
    assert too_wide(100_000) == "100,000 classes are more than 5,000"
    with pytest.raises(LabError, match="classes must number at most 5,000 for a matrix of them, but is 100,000"):
        confusion(np.zeros(2, int), np.ones(2, int), 100_000)
