"""The band of many classes' curves: each curve read at a rate, against scikit-learn's and by brute force."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve, roc_curve

from analysis.accuracy.class_curves import class_curve, class_curves
from analysis.accuracy.curve_band import FEWEST, curve_band, precision_at, true_positive_at
from analysis.figures.accuracy.class_curves import class_curve_figure
from analysis.statistics.bootstrap import Unavailable


@pytest.fixture
def curves(rng):
    labels = np.arange(400) % 24
    return class_curves(0.6 * np.eye(25)[labels] + rng.random((400, 25)), labels, resamples=5)


def test_a_curve_is_read_as_it_is_drawn(rng):
    score, positive = np.round(rng.random(60), 1), rng.random(60) < 0.4  # most are tied
    curve = class_curve(score, positive, resamples=5)
    x, y, _ = roc_curve(positive, score, drop_intermediate=False)
    inside = rng.random(50)
    np.testing.assert_allclose(true_positive_at(curve, inside), np.interp(inside, x, y))
    for rate in (0.0, 1.0, x[len(x) // 2]):  # the upper end of what is vertical
        assert true_positive_at(curve, np.array([rate]))[0] == pytest.approx(y[x == rate].max())


def test_precision_is_that_of_the_highest_threshold_with_the_recall(rng):
    score, positive = rng.random(60), rng.random(60) < 0.4
    curve = class_curve(score, positive, resamples=5)
    precision, recall, _ = precision_recall_curve(positive, score)
    for asked in (0.0, 0.31, 0.5, 1.0):
        reached = np.flatnonzero(recall[:-1] >= max(asked, 1 / positive.sum()) - 1e-12)
        least = recall[reached].min()
        assert precision_at(curve, np.array([asked]))[0] == pytest.approx(precision[:-1][recall[:-1] == least].max())


def test_nine_of_ten_curves_lie_within(curves):
    band = curve_band(curves)
    known = [curve for curve in curves if not isinstance(curve, Unavailable)]
    assert band.classes == len(known) == 24
    for low, high, read in ((*band.true_positive, true_positive_at), (*band.precision, precision_at)):
        values = np.array([read(curve, band.at) for curve in known])
        inside = (values >= low - 1e-12) & (values <= high + 1e-12)
        assert (inside.mean(axis=0) >= 0.83).all()  # the two outermost of 24 on each side may be out
        assert not (values < low).mean(axis=0).max() > 0.1
    assert curve_band(curves[: FEWEST - 1]) is None


def test_chosen_classes_are_drawn_on_the_band_of_all(curves):
    names = tuple(f"c{c}" for c in range(25))
    exhibit = class_curve_figure(curves, (3,), names, "class head")
    shown = [trace.name for trace in exhibit.plot.data if trace.showlegend is not False]
    assert shown == ["chance", "90% of 24 classes", "c3"]
    assert "middle 90% of the curves of all 24 classes" in exhibit.how_to_read
    few = class_curve_figure(curves[:10], (3,), names[:10], "class head")
    assert not any("classes" in trace.name for trace in few.plot.data)
    assert "grey band" not in few.how_to_read
