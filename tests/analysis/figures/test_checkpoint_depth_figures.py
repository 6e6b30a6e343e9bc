"""The data behind the deeper pictures of a checkpoint: curves, confusion, classwise and tempered calibration, tails."""

import numpy as np
import pytest

from analysis.accuracy.class_curves import class_curves
from analysis.accuracy.confusion import confusion
from analysis.accuracy.probe import ALONE, class_probabilities
from analysis.calibration.of_classes import class_bins, classwise
from analysis.calibration.temperature import temperature_scaling
from analysis.calibration.top_label import null_band
from analysis.figures.accuracy.class_curves import class_curve_figure, hardest_classes
from analysis.figures.accuracy.confusion import confusion_matrix
from analysis.figures.calibration.of_classes import class_errors, class_reliability
from analysis.figures.calibration.temperature import temperature_diagram
from analysis.figures.geometry.spectrum import spectrum_figure, spread_figure
from analysis.figures.neighbours.vote import accuracy_by_k
from analysis.figures.tails.anchor_tails import anchor_shapes, cosine_histogram
from analysis.geometry.spectrum import spectrum
from analysis.geometry.sphere_spread import spread
from analysis.neighbours.nearest import nearest_similarity
from analysis.neighbours.vote import vote
from analysis.statistics.bootstrap import Estimate, Unavailable, median_estimate, proportion
from analysis.tails.excesses import fit_anchors
from analysis.tails.pairs import negative_cosines

NAMES = ("<b>zero</b>", "one", "two", "three")


@pytest.fixture
def outputs(clustered):
    return clustered(test=200, head=True, spread=1.0)


@pytest.fixture
def known(outputs):
    return class_probabilities(outputs)


def test_curves_are_those_of_the_chosen_classes(known):
    found = class_curves(known.probabilities, known.labels)
    exhibit = class_curve_figure(found, (2, 0), NAMES, known.source)
    assert [trace.name for trace in exhibit.plot.data if trace.showlegend is not False] == [
        "chance",
        "two",
        "&lt;b&gt;zero&lt;/b&gt;",
    ]
    roc = exhibit.plot.data[1]
    area = float(np.trapezoid(roc.y, roc.x))
    assert area == pytest.approx(found[2].auc.value, abs=0.01)
    assert exhibit.table["AUC"].tolist() == [each.auc.value for each in found]
    lowest = min(found, key=lambda each: each.average_precision.value)
    assert hardest_classes(found, 1) == (lowest.label,)
    assert "Intervals are 95 %" in exhibit.how_to_read


def test_absent_and_separated_classes_are_said(known):
    perfect = np.eye(3)[np.arange(30) % 2]
    exhibit = class_curve_figure(class_curves(perfect, np.arange(30) % 2), (0,), NAMES[:3], known.source)
    assert "told apart without a mistake" in exhibit.how_to_read
    assert "Not available for two: test has no item of this class" in exhibit.how_to_read
    assert exhibit.table["from"].isna().all()


def test_lines_of_few_of_many_classes_differ_in_colour():
    """Classes 3, 13, 23 have one colour on a map of a thousand; beside each other they do not."""
    rng = np.random.default_rng(0)
    labels = np.arange(160) % 40
    found = class_curves(rng.dirichlet(np.ones(40), size=160), labels)
    names = tuple(f"class {c}" for c in range(40))
    plot = class_curve_figure(found, (3, 13, 23, 33), names, "class head").plot
    lines = [trace.line.color for trace in plot.data if trace.name in names and trace.showlegend]
    assert len(lines) == len(set(lines)) == 4


def test_the_confusion_matrix_shows_shares_and_names_the_worst(outputs):
    predicted = vote(nearest_similarity(outputs).neighbours, outputs, 5).predicted
    found = confusion(outputs.test.labels, predicted, 4)
    exhibit = confusion_matrix(found, NAMES, "5 nearest")
    heat, written = exhibit.plot.data
    assert [int(count) for count in written.text] == found.counts.ravel().tolist()
    assert set(written.textfont.color) <= {"black", "white"}
    np.testing.assert_allclose(np.sum(heat.z, axis=1), 1)
    np.testing.assert_array_equal(heat.text, found.counts)
    assert "<b>zero" not in exhibit.plot.to_json().encode().decode("unicode_escape")
    assert exhibit.table["recall"].tolist() == [each.value for each in found.recall]


def test_hundreds_of_classes_leave_the_matrix_readable():
    labels = np.arange(600) % 300
    found = confusion(labels, np.where(labels < 10, 299, labels), 300)
    exhibit = confusion_matrix(found, tuple(f"c{c}" for c in range(300)), "5 nearest")
    assert exhibit.plot.data[0].z.shape == (200, 200)
    assert "100 are not" in exhibit.how_to_read
    assert len(exhibit.table) == 300
    assert len(exhibit.plot.layout.xaxis.ticktext) <= 40


def test_every_class_has_its_error_and_its_band(known):
    found = classwise(known.probabilities, known.labels)
    exhibit = class_errors(found, NAMES)
    points = exhibit.plot.data[1]
    np.testing.assert_allclose(points.x, found.by_class)
    assert f"{found.null[0]:.4f} to {found.null[1]:.4f}" in exhibit.title
    many = np.random.default_rng(0).dirichlet(np.ones(50), size=80)
    wide = class_errors(classwise(many, np.arange(80) % 50), tuple(f"c{c}" for c in range(50)))
    assert len(wide.plot.data[1].x) == 30
    assert "20 are in the table only" in wide.how_to_read


def test_the_diagram_of_one_class(known):
    bins = class_bins(known.probabilities, known.labels, 0, bins=8)
    exhibit = class_reliability(bins, null_band(known.probabilities[:, 0], bins), NAMES[0], known.source)
    assert exhibit.title.startswith("Can the probability of class <b>zero</b> be trusted? ECE ")
    assert len(exhibit.table) == (bins.count > 0).sum()
    assert exhibit.table["items"].sum() == 200


def test_before_and_after_a_temperature(known):
    found = temperature_scaling(known.scores * 4, known.labels)
    exhibit = temperature_diagram(found)
    before, after = exhibit.plot.data[1:]
    assert (before.name, after.name) == ("before", "after")
    assert sum(before.customdata) == sum(after.customdata) == 100
    assert exhibit.table["NLL (nats)"].tolist() == [found.before.nll, found.after.nll]
    assert f"T = {found.fitted.value:.3f} (95 %" in exhibit.title


def test_spectrum_and_spread_say_their_numbers(outputs):
    found = spectrum(outputs.test.embeddings)
    exhibit = spectrum_figure(found, "test")
    assert f"Effective rank {found.effective_rank.value:.2f} (95 %" in exhibit.title
    assert exhibit.table["cumulative"].iloc[-1] == pytest.approx(1)
    lie = spread(outputs.test.embeddings, outputs.test.labels)
    drawn = spread_figure(lie, 8, "test")
    assert (drawn.plot.data[-1].x[0], drawn.plot.data[-1].y[0]) == (lie.uniformity.value, lie.alignment.value)
    alone = spread_figure(spread(outputs.test.embeddings[:5], np.arange(5)), 8, "test")
    assert "Alignment not available, no class has two items" in alone.how_to_read
    assert len(alone.plot.data) == 2


def test_accuracy_by_k_leaves_out_what_is_not_known():
    exhibit = accuracy_by_k({1: Estimate(0.9, 0.8, 1.0), 5: Unavailable("too few")}, 10)
    assert exhibit.plot.data[0].x == (1,)
    assert exhibit.table["not available"].tolist()[1] == "too few"


def test_single_anchors_and_plain_cosines(rng):
    drawn = rng.normal(size=(700, 6)).astype(np.float32)
    rows = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    cosines = negative_cosines(rows, np.arange(700) % 3, anchors=40)
    tails = fit_anchors(cosines, quantile=0.85)
    exhibit = anchor_shapes(tails, median_estimate(tails.xi), proportion(tails.xi < 0), 0.85)
    assert sum(exhibit.plot.data[0].y) == 40 == len(exhibit.table)
    assert f"{np.median(tails.xi):.3f} (95 %" in exhibit.title
    plain = cosine_histogram(cosines, "Different-class pairs")
    assert plain.table["pairs"].sum() == np.isfinite(cosines).sum()


@pytest.mark.parametrize(
    ("turn", "said"), [(0, "every item of the half is right"), (1, "say nothing about the labels")]
)
def test_no_temperature_is_named_where_none_is_the_best(turn, said):
    labels = np.arange(120) % 3
    found = temperature_scaling(3.0 * np.eye(3)[(labels + turn) % 3], labels)
    exhibit = temperature_diagram(found, ALONE)
    assert exhibit.title.startswith("Does one temperature mend it? None is best: ")
    assert said in exhibit.title
    assert "logarithms of the probabilities" in exhibit.how_to_read


def test_a_small_temperature_keeps_its_figures():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, 2000)
    found = temperature_scaling(0.001 * (np.eye(5)[labels] + rng.normal(size=(2000, 5))), labels)
    title = temperature_diagram(found).title
    assert f"T = {found.fitted.value:.4g} (95 % {found.fitted.low:.4g} to {found.fitted.high:.4g})" in title
    assert found.fitted.value < 0.0015
