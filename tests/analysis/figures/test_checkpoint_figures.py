"""The data behind the pictures of a checkpoint: what is drawn is what was measured, and nothing else."""

import dataclasses
import re

import numpy as np
import pytest

from analysis.accuracy.probe import class_probabilities
from analysis.calibration.top_label import bin_confidences, calibration
from analysis.figures.calibration.top_label import largest_gap_in_words, reliability_diagram
from analysis.figures.maps.projection import embedding_map
from analysis.figures.neighbours.nearest import class_medians, nearest_histograms
from analysis.figures.neighbours.vote import accuracies
from analysis.figures.theme import NOISE, TARGET
from analysis.maps.projection import pca
from analysis.maps.quality import map_quality
from analysis.neighbours.graph import Neighbours
from analysis.neighbours.nearest import Nearest, margin, nearest_similarity
from analysis.neighbours.separation import separation
from analysis.outputs import Outputs, Split
from analysis.statistics.bootstrap import Estimate, Unavailable
from checkpoints.array_sides import nothing_of


@pytest.fixture
def outputs(clustered):
    return clustered(head=True)


def titles(exhibit):
    axes = [axis for name, axis in exhibit.plot.layout.to_plotly_json().items() if name.startswith(("xaxis", "yaxis"))]
    return [axis["title"]["text"] for axis in axes]


def drawn_map(outputs, **options):
    projection = pca(outputs.test.embeddings)
    quality = map_quality(outputs.test.embeddings, projection.coordinates)
    everything = np.arange(len(outputs.test))
    return embedding_map(projection, quality, outputs.test, everything, outputs.class_names, **options), projection


def test_every_item_is_one_point_that_knows_its_index(outputs):
    exhibit, projection = drawn_map(outputs)
    places = {
        int(item): (x, y)
        for trace in exhibit.plot.data
        for item, x, y in zip(trace.customdata, trace.x, trace.y, strict=True)
    }
    assert sorted(places) == list(range(60))
    np.testing.assert_array_equal([places[item] for item in range(60)], projection.coordinates)
    assert len(exhibit.table) == 60


def test_the_map_warns_and_says_what_it_keeps(outputs):
    exhibit, _ = drawn_map(outputs)
    assert "mean nothing" in exhibit.how_to_read
    assert "Trustworthiness 0." in exhibit.how_to_read
    assert "of variance" in exhibit.plot.layout.xaxis.title.text


def test_the_chosen_item_is_ringed(outputs):
    exhibit, projection = drawn_map(outputs, chosen=17)
    ring = exhibit.plot.data[-1]
    assert (ring.x[0], ring.y[0]) == tuple(projection.coordinates[17])
    assert len(exhibit.plot.data) == len(drawn_map(outputs)[0].plot.data) + 1


def test_names_from_a_file_are_text_and_no_markup(outputs):
    names = ("<a href='http://x'>a</a>", "b\u202e", *outputs.class_names[2:])
    hostile = Outputs(outputs.train, outputs.test, names, 1.0, {"digest": "0"})
    shown = drawn_map(hostile)[0].plot.to_json() + class_medians(nearest_similarity(hostile), names).plot.to_json()
    assert "<a" not in shown.encode().decode("unicode_escape")
    assert "\\u202e" not in shown


def test_histograms_are_proportions_with_their_medians(outputs):
    nearest = nearest_similarity(outputs)
    found = margin(nearest)
    exhibit = nearest_histograms(nearest, found)
    target, noise = exhibit.plot.data
    assert sum(target.y[:-1]) == pytest.approx(1)
    assert sum(noise.y[:-1]) == pytest.approx(1)
    assert [shape.x0 for shape in exhibit.plot.layout.shapes] == [found.target, found.noise]
    assert f"{found.margin.value:.3f} (95 % {found.margin.low:.3f} to {found.margin.high:.3f})" in exhibit.title
    low, high = exhibit.plot.layout.xaxis.range
    assert low < nearest.noise.min()
    assert high > nearest.target.max()


@pytest.mark.parametrize(
    ("medians", "sides"),
    [
        ((0.64, 0.36), ("left", "right")),
        ((0.36, 0.64), ("right", "left")),
        ((0.97, 0.93), ("right", "right")),
        ((0.08, 0.03), ("left", "left")),
    ],
)
def test_a_medians_number_stands_away_from_the_other_ones_line(outputs, medians, sides):
    cosines = np.tile(np.float32(medians), (len(outputs.test), 1))
    cosines[:2] = [[0], [1]]  # the range of the picture
    found = dataclasses.replace(
        nearest_similarity(outputs), class_maxima=cosines, labels=np.zeros(len(cosines), dtype=int)
    )
    notes = nearest_histograms(found, margin(found)).plot.layout.annotations
    assert tuple(note.xanchor for note in notes) == sides
    for note, colour in zip(notes, (TARGET, NOISE), strict=True):
        square = f'<span style="color:{colour}">■</span>'  # beside its line
        assert note.text.endswith(square) if note.xanchor == "right" else note.text.startswith(square)


def test_left_out_items_are_counted_in_words(outputs):
    nearest = nearest_similarity(Outputs(outputs.train, outputs.train, outputs.class_names, 1.0, {"digest": "0"}))
    some = dataclasses.replace(nearest, copies=np.arange(120) < 7)
    assert "Left out: 7 that have the embedding" in nearest_histograms(some, margin(some)).how_to_read


def test_a_class_without_a_margin_is_named_with_the_reason(outputs):
    names = (*outputs.class_names, "never seen")
    nearest = nearest_similarity(Outputs(outputs.train, outputs.test, names, 1.0, {"digest": "0"}))
    exhibit = class_medians(nearest, names)
    assert "Not available for never seen: a median" in exhibit.how_to_read
    assert "never seen" not in exhibit.plot.data[-1].y
    assert exhibit.table["margin"].isna().tolist() == [False] * 4 + [True]


def test_a_reason_that_many_classes_share_is_said_once(outputs):
    names = (*outputs.class_names, *(f"never seen {number}" for number in range(39)))
    nearest = nearest_similarity(Outputs(outputs.train, outputs.test, names, 1.0, {"digest": "0"}))
    said = class_medians(nearest, names).how_to_read.partition("Not available ")[2]
    assert said.startswith("for never seen 0, never seen 1 and 37 more: a median with an interval needs")
    assert said.count("a median with") == 1
    assert len(said) < 160


@pytest.mark.parametrize("classes", [3, 6])
def test_embeddings_that_know_nothing_of_classes_have_the_area_that_the_figure_says(classes):
    rows = np.random.default_rng(0).standard_normal((1_200, 32)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    items = Split(rows, np.arange(len(rows)) % classes)
    names = tuple(f"class {each}" for each in range(classes))
    nearest = nearest_similarity(Outputs(nothing_of(items), items, names, 1.0, {"digest": "0"}))
    found, overall = separation(nearest), margin(nearest)
    assert found.auc.low < 1 / classes < found.auc.high < 0.5
    assert "about 1/K by chance for K classes of a size" in nearest_histograms(nearest, overall).how_to_read


def test_the_diagram_shows_filled_bins_and_greys_small_ones(outputs):
    found = class_probabilities(outputs)
    measured = calibration(found.probabilities, found.labels, bins=5)
    exhibit = reliability_diagram(measured, found.source)
    traces = {trace.name: trace for trace in exhibit.plot.data}
    large, small = traces["bin of 20 items or more"], traces["bin of fewer than 20"]
    assert len(large.x) + len(small.x) == (measured.bins.count > 0).sum() == len(exhibit.table)
    assert (np.array(large.customdata) >= 20).all()
    assert (np.array(small.customdata) < 20).all()
    assert f"a calibrated model with these confidences gives {measured.null.ece[0]:.3f}" in exhibit.title
    assert "class head" in exhibit.how_to_read
    assert not exhibit.table.isna().any(axis=None)


def test_a_probe_whose_error_is_its_penaltys_says_so_in_the_title():
    right = np.arange(400) % 400 < 396
    scores = np.full((400, 100), 0.8 / 99)
    scores[:, 0] = 0.2
    sure = 0.999 - 0.3 * (np.arange(400) % 2)
    both = np.column_stack([sure, 1 - sure])
    labels = np.where(right, 0, 1)
    cautious, bold = calibration(scores, labels), calibration(1 - both, labels)
    assert reliability_diagram(cautious, "linear probe").title.endswith(
        "Nearly all of it is under-confidence, to which the probe's penalty adds"
    )
    assert "penalty" not in reliability_diagram(cautious, "class head").title
    assert "penalty" not in reliability_diagram(bold, "linear probe").title


def test_a_temperature_is_said_where_the_file_names_one(outputs):
    found = class_probabilities(outputs)
    measured = calibration(found.probabilities, found.labels)
    assert "class head, softmax(logits)." in reliability_diagram(measured, found.source).how_to_read
    scaled = reliability_diagram(measured, found.source, temperature=0.07)
    assert "class head, softmax(logits / 0.07)." in scaled.how_to_read


def test_a_largest_gap_of_few_items_says_so():
    confidence = np.concatenate([np.full(40, 0.95), np.full(30, 0.65), [0.25, 0.25]])
    right = np.concatenate([np.ones(40), np.arange(30) < 18, [1, 1]]).astype(bool)
    said = largest_gap_in_words(bin_confidences(confidence, right, bins=10))
    assert said == (
        "largest gap of a bin (MCE) 0.750, of a bin of 2 items, which is mostly chance; 0.0500 among bins of 20 or more"
    )
    assert largest_gap_in_words(bin_confidences(confidence[:70], right[:70], bins=10)).endswith("(MCE) 0.0500")


def test_every_accuracy_has_its_interval_or_its_reason():
    readings = {"1 nearest": Estimate(0.9, 0.85, 0.94), "linear probe": Unavailable("train has one class only")}
    exhibit = accuracies(readings, 60, 4)
    (points,) = exhibit.plot.data
    assert points.x == (0.9,)
    assert points.error_x.array[0] == pytest.approx(0.04)
    assert points.error_x.arrayminus[0] == pytest.approx(0.05)
    assert "linear probe: train has one class only" in exhibit.how_to_read
    assert "25.0%" in exhibit.how_to_read


def test_a_reading_over_fewer_items_says_so():
    readings = {"1 nearest": Estimate(0.9, 0.85, 0.94), "linear probe": Estimate(0.99985, 0.9995, 1.0)}
    exhibit = accuracies(readings, 60, 4, {"linear probe": 48})
    assert exhibit.plot.data[0].text == ("90.0%", "99.985% of 48")
    assert "60 test items that are right (48 for the linear probe: the others are of a class" in exhibit.how_to_read
    assert exhibit.table["items"].tolist() == [60, 48]
    assert "for the" not in accuracies(readings, 60, 4, {"linear probe": 60}).how_to_read


@pytest.mark.parametrize("centre", [0.9993, -0.4])
def test_cosines_close_together_have_readable_numbers_bins_and_ticks(rng, centre):
    """All cosines within 0.001, as of an early checkpoint: many bins, a margin with two figures, ticks apart."""
    noise = centre + 3e-4 * rng.normal(size=400)
    target = noise - 1.4e-4 + 2e-4 * rng.normal(size=400)
    maxima = np.stack([target, noise], axis=1).astype(np.float32)
    neighbours = Neighbours(np.zeros((400, 1), np.int64), noise[:, None].astype(np.float32))
    nearest = Nearest(maxima, neighbours, np.zeros(400, np.int64), np.zeros(400, bool))
    found = margin(nearest)
    exhibit = nearest_histograms(nearest, found)
    for trace in exhibit.plot.data:
        assert (np.asarray(trace.y) > 0).sum() > 15
        assert sum(trace.y[:-1]) == pytest.approx(1)
    low, high = exhibit.plot.layout.xaxis.range
    assert high - low < 0.01
    assert exhibit.plot.layout.xaxis.tickformat is None  # plotly's own ticks are apart at any zoom
    value, below, above = (float(part) for part in re.findall(r"-0\.000\d+", exhibit.title))
    assert (value, below, above) == pytest.approx((found.margin.value, found.margin.low, found.margin.high), abs=5e-7)
    assert below < value < above
    medians = [note.text for note in exhibit.plot.layout.annotations]
    assert len(set(medians)) == 2
    assert len(set(exhibit.table["from"])) == len(exhibit.table)


def test_axes_are_named_and_units_given(outputs):
    nearest = nearest_similarity(outputs)
    assert titles(nearest_histograms(nearest, margin(nearest))) == [
        "cosine to the nearest train item",
        "share of test items",
    ]
    assert titles(class_medians(nearest, outputs.class_names))[0] == "median cosine to the nearest train item"
