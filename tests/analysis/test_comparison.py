"""The whole table: its numbers by hand, and its error rate where no model differs."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss

from analysis.accuracy.probe import linear_probe
from analysis.comparison.items import disagreed, moved, wrong
from analysis.comparison.measured import MEASURES, common_source, item_values, measure
from analysis.comparison.relevance import SMALLEST, in_words, shown_values, smallest_of_interest, verdict
from analysis.comparison.verdicts import Comparison, Difference, compare
from analysis.geometry.item_statistics import geometry
from analysis.neighbours.nearest import margin, nearest_similarity
from analysis.outputs import Outputs
from analysis.statistics import paired
from analysis.statistics.bootstrap import Estimate, Unavailable
from analysis.statistics.holm import holm
from losses.errors import LabError
from tests.analysis.simulated_models import Quality, models


def measured(name: str, outputs: Outputs, k: int = 1):
    return measure(name, outputs, nearest_similarity(outputs, k=5), linear_probe(outputs), geometry(outputs.test), k=k)


def told_apart(found: Comparison) -> set[str]:
    said = [row for row in found.rows if isinstance(row.found, Difference)]
    return {row.measure.key for row in said if row.found.told}


@pytest.fixture
def pair(clustered):
    first, second = clustered(spread=0.6, head=True), clustered(spread=1.2, head=True)
    return first, replace(second, test=replace(second.test, labels=first.test.labels))


def test_values_are_those_of_the_single_checkpoint(pair):
    found = compare([measured("a", pair[0]), measured("b", pair[1])], "class head")
    values = {row.measure.key: row.found for row in found.rows}
    assert list(values) == list(MEASURES)
    for outputs, of in zip(pair, ("reference", "value"), strict=True):
        own = margin(nearest_similarity(outputs))
        assert getattr(values["nearest_target"], of) == pytest.approx(own.target)
        assert getattr(values["nearest_noise"], of) == pytest.approx(own.noise)
        assert getattr(values["margin"], of) == pytest.approx(own.margin.value)
        head = measured("x", outputs).head
        assert getattr(values["nll"], of) == pytest.approx(log_loss(head.labels, head.probabilities))
        brier = brier_score_loss(head.labels, head.probabilities, scale_by_half=False)
        assert getattr(values["brier"], of) == pytest.approx(brier)
        assert getattr(values["class_head_accuracy"], of) == (head.predicted == head.labels).mean()
        assert getattr(values["effective_rank"], of) == pytest.approx(geometry(outputs.test).effective_rank.value)
    for each in values.values():
        assert each.difference.value == pytest.approx(each.value - each.reference)
    assert [each.adjusted for each in values.values()] == pytest.approx(
        holm(np.array([each.p for each in values.values()]))
    )


def test_the_interval_of_a_margin_is_paired(clustered):
    """A model and the same with every second target and noise 0.01 apart: resampled apart, 0 would be well inside."""
    first = measured("a", clustered(test=200))
    second = replace(first, name="b", target=first.target + 0.01)
    found = compare([first, second], "linear probe").of("margin")[0].found
    assert found.difference.value == pytest.approx(0.01, abs=1e-6)
    assert found.difference.low == pytest.approx(0.01, abs=1e-6)
    assert found.verdict == "better"


def test_no_family_has_a_false_verdict_in_more_than_five_of_a_hundred(monkeypatch):
    monkeypatch.setattr(paired, "FLIPS", 1999)  # Holm asks for p-values down to 0.05 / 22
    rng = np.random.default_rng(0)
    families = 120
    nothing = dict.fromkeys(MEASURES, 0.0)  # what significance alone allows
    tables = (compare(models(rng, 60, (Quality(),) * 3), "linear probe") for _ in range(families))
    false = sum(bool(told_apart(table.judged(nothing))) for table in tables)
    assert false / families <= 0.05 + 2 * (0.05 * 0.95 / families) ** 0.5


def test_real_differences_are_seen_and_only_they():
    rng = np.random.default_rng(0)
    found = compare(models(rng, 400, (Quality(), Quality(shift=0.2), Quality(skill=0.2, sharpness=3))), "linear probe")
    verdicts = {(row.measure.key, row.model): row.found.verdict for row in found.rows if told(row)}
    assert verdicts[("margin", "model 1")] == "better"
    assert verdicts[("nearest_target", "model 1")] == "different"
    assert verdicts[("nearest_noise", "model 1")] == "not distinguishable"
    for key in ("probe_accuracy", "knn_accuracy", "nll", "brier", "ece"):
        assert verdicts[(key, "model 2")] == "worse"
        assert verdicts[(key, "model 1")] == "not distinguishable"


def told(row) -> bool:
    return isinstance(row.found, Difference)


@pytest.mark.parametrize(
    ("key", "interval", "adjusted", "said"),
    [
        ("margin", (0.1, 0.2, 0.3), 0.01, "better"),
        ("margin", (-0.3, -0.2, -0.1), 0.01, "worse"),
        ("nll", (-0.3, -0.2, -0.1), 0.01, "better"),
        ("uniformity", (-0.3, -0.2, -0.1), 0.01, "different"),
        ("margin", (0.1, 0.2, 0.3), 0.06, "not distinguishable"),
        ("margin", (0.0, 0.2, 0.3), 0.01, "not distinguishable"),
    ],
)
def test_verdicts(key, interval, adjusted, said):
    low, value, high = interval
    assert verdict(MEASURES[key], Estimate(value, low, high), adjusted) == said


@pytest.mark.parametrize(
    ("interval", "adjusted", "smallest", "said"),
    [
        ((0.1, 0.2, 0.3), 0.01, 0.2, "better"),
        ((0.1, 0.2, 0.3), 0.01, 0.21, "too small"),
        ((0.1, 0.2, 0.3), 0.01, 0.3, "the same"),
        ((-0.1, 0.05, 0.3), 0.5, 0.2, "not distinguishable"),
        ((-0.1, 0.0, 0.1), 1.0, 0.1, "the same"),
        ((0.0, 0.0, 0.0), 1.0, 0.0, "the same"),
    ],
)
def test_a_verdict_needs_relevance_beside_significance(interval, adjusted, smallest, said):
    low, value, high = interval
    assert verdict(MEASURES["margin"], Estimate(value, low, high), adjusted, smallest) == said


def test_half_precision_copies_are_the_same(clustered):
    """The same embeddings, rounded to float16: far more than chance in 2,000 items, and nothing that matters."""
    first = clustered(test=2000, spread=1.0)
    halves = [replace(side, embeddings=rounded(side.embeddings)) for side in (first.train, first.test)]
    models_ = [measured("a", first), measured("b", replace(first, train=halves[0], test=halves[1]))]
    found = compare(models_, "linear probe")
    assert "not distinguishable" not in {row.found.verdict for row in found.rows if told(row)}
    assert told_apart(found) == set()
    assert told_apart(found.judged(dict.fromkeys(MEASURES, 0.0))) & {"alignment", "uniformity"}
    alignment = found.of("alignment")[0].found
    shown = shown_values(
        alignment.reference, alignment.value, alignment.difference, alignment.verdict, alignment.smallest
    )
    assert in_words(alignment.verdict, *shown, alignment.smallest) == "the same to the digits shown"


def rounded(embeddings: np.ndarray) -> np.ndarray:
    """Through float16 and back, pulled together by its last digit: a shift that no mean of rounding errors has."""
    near = embeddings.astype(np.float16).astype(np.float32) + np.float32(2e-4)
    return near / np.linalg.norm(near, axis=1, keepdims=True)


def test_smallest_differences_are_named_and_bounded():
    assert smallest_of_interest({"margin": 0.25}) == SMALLEST | {"margin": 0.25}
    for bad in ({"margins": 0.1}, {"margin": -1.0}, {"margin": float("nan")}):
        with pytest.raises(LabError, match="smallest"):
            smallest_of_interest(bad)


def test_every_line_is_over_the_items_that_all_models_have(clustered):
    """b's probe lacks item 0, c's the first 30: each line has one reference, over the items of all three."""
    whole = clustered(test=90)
    first, second, third = (measured(name, whole) for name in "abc")
    second = replace(second, probe=without(second.probe, 1))
    third = replace(third, probe=without(third.probe, 30))
    found = compare([first, second, third], "linear probe")
    for key in ("probe_accuracy", "nll", "brier", "ece"):
        rows = [row.found for row in found.of(key)]
        assert [row.items for row in rows] == [60, 60]
        assert rows[0].reference == pytest.approx(rows[0].value, abs=1e-12)
        assert rows[0].reference == pytest.approx(rows[1].reference, abs=1e-12)
    hits = first.probe.predicted[30:] == first.probe.labels[30:]
    assert found.of("probe_accuracy")[0].found.reference == pytest.approx(hits.mean())
    assert {row.found.items for row in found.of("knn_accuracy")} == {90}
    assert found.numbers()[0]["items"] == 90


def without(probe, first: int):
    rows = {name: getattr(probe, name)[first:] for name in ("probabilities", "labels", "items", "scores")}
    return replace(probe, **rows)


def test_what_cannot_be_compared_has_a_reason_and_takes_no_part_in_the_correction(clustered):
    first, second = clustered(head=True), clustered()
    found = compare([measured("a", first), measured("b", second)], common_source([measured("b", second)]))
    assert found.source == "linear probe"
    assert found.of("class_head_accuracy")[0].found == Unavailable("b has no class head")
    assert found.tests == len(MEASURES) - 1
    numbers = found.numbers()
    json.dumps(numbers, allow_nan=False)
    assert next(line for line in numbers if line["measure"] == "class_head_accuracy")["unavailable"]


def test_impossible_labels_and_few_items_are_reasons(pair, clustered):
    logits = np.full_like(pair[0].test.logits, -np.inf)
    logits[:, 0] = 0
    impossible = measured("b", replace(pair[0], test=replace(pair[0].test, logits=logits)))
    assert item_values(impossible, "nll", "class head") == Unavailable("infinite for b: 45 labels had probability 0")
    few = measured("few", clustered(test=12))
    found = compare([few, few], "linear probe")
    assert {row.measure.key for row in found.rows if not told(row)} == {
        "nearest_target", "nearest_noise", "margin", "target_noise_auc", "ece", "class_head_accuracy",
    }  # fmt: skip


def test_models_on_other_items_are_refused(clustered):
    with pytest.raises(LabError, match="two or more on the same test items"):
        compare([measured("a", clustered()), measured("b", clustered(test=40))], "linear probe")
    with pytest.raises(LabError, match="k must lie in 1 to 5"):
        measured("a", clustered(), k=6)


def test_items_worth_a_look(clustered):
    first = measured("a", clustered())
    second = replace(first, voted=(first.labels + 1) % 4, target=first.target + np.arange(60) / 100)
    right = np.flatnonzero(first.right)
    np.testing.assert_array_equal(disagreed([first, second]), right)
    np.testing.assert_array_equal(wrong([first, second]), np.setdiff1d(np.arange(60), right))
    np.testing.assert_array_equal(moved([first, second], most=3), [57, 58, 59])
