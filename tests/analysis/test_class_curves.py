"""ROC and precision-recall against scikit-learn; the bootstrap against drawing items one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_auc_score

from analysis.accuracy.class_curves import ClassCurve, class_curve, class_curves
from analysis.statistics.bootstrap import Unavailable


@given(seed=st.integers(0, 10**6), items=st.integers(6, 80), digits=st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_both_areas_are_scikit_learns_ties_included(seed, items, digits):
    rng = np.random.default_rng(seed)
    score = np.round(rng.random(items), digits)
    positive = np.arange(items) % 3 == 0
    found = class_curve(score, positive, resamples=5)
    assert found.auc.value == pytest.approx(roc_auc_score(positive, score))
    assert found.average_precision.value == pytest.approx(average_precision_score(positive, score))
    assert auc(found.false_positive, found.true_positive) == pytest.approx(found.auc.value)


def test_the_corners_are_those_of_scikit_learn(rng):
    score, positive = rng.random(200), rng.random(200) < 0.3
    found = class_curve(score, positive)
    precision, recall, threshold = precision_recall_curve(positive, score)
    at = np.isin(threshold, score[positive])
    np.testing.assert_allclose(found.precision, precision[:-1][at][::-1])
    np.testing.assert_allclose(found.recall, recall[:-1][at][::-1])
    assert (found.false_positive[0], found.true_positive[0]) == (0, 0)
    assert (found.false_positive[-1], found.true_positive[-1]) == (1, 1)


def test_the_interval_is_that_of_items_drawn_one_by_one(rng):
    positive = np.arange(300) < 60
    score = np.round(rng.normal(size=300) + positive, 1)
    found = class_curve(score, positive, resamples=2000)
    drawn = []
    for _ in range(400):
        chosen = np.concatenate([rng.choice(np.flatnonzero(side), side.sum()) for side in (positive, ~positive)])
        drawn.append([f(positive[chosen], score[chosen]) for f in (roc_auc_score, average_precision_score)])
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    for estimate, place in ((found.auc, 0), (found.average_precision, 1)):
        assert (estimate.low, estimate.high) == pytest.approx((low[place], high[place]), abs=0.02)


def test_a_class_without_a_mistake_has_the_exact_bound():
    found = class_curve(np.array([0.9, 0.8, 0.7, 0.1, 0.2, 0.3, 0.2]), np.arange(7) < 3)
    assert found.separated
    assert found.auc.low == pytest.approx(0.025 ** (1 / 3))
    assert not class_curve(np.array([0.9, 0.8, 0.1, 0.8, 0.3]), np.arange(5) < 2).separated


def test_classes_that_are_absent_have_a_reason():
    probabilities = np.full((12, 4), 0.25)
    found = class_curves(probabilities, np.array([0] * 6 + [1] * 5 + [2]))
    assert [isinstance(each, ClassCurve) for each in found] == [True, True, False, False]
    assert found[2] == Unavailable("test has 1 item of this class")
    assert found[3] == Unavailable("test has no item of this class")
    assert found[0].auc.value == 0.5
    assert isinstance(class_curve(np.ones(4), np.ones(4, bool)), Unavailable)
