"""Calibration against a hand-worked case, a plain loop, scikit-learn, and its own promise under calibration."""

import math

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss

from analysis.calibration.scores import proper_scores
from analysis.calibration.top_label import bin_confidences, calibration, check_probabilities, null_band
from losses.errors import LabError


@pytest.fixture
def probabilities(rng):
    return rng.dirichlet([0.4, 0.7, 0.5], size=400)


@pytest.fixture
def labels(rng, probabilities):
    return np.array([rng.choice(3, p=row) for row in probabilities])


def test_hand_worked_with_confidences_of_exactly_zero_and_one():
    confidence = np.array([0.0, 0.2, 0.2, 0.6, 1.0, 1.0])
    correct = np.array([False, True, False, True, True, False])
    found = bin_confidences(confidence, correct, bins=5)
    # [0, .2] has 0, .2, .2: mean .4/3, 1 of 3 right. (.4, .6] has .6, right. (.8, 1] has 1, 1: half right.
    assert found.count.tolist() == [3, 0, 1, 0, 2]
    np.testing.assert_allclose(found.confidence, [0.4 / 3, np.nan, 0.6, np.nan, 1.0])
    np.testing.assert_allclose(found.accuracy, [1 / 3, np.nan, 1.0, np.nan, 0.5])
    assert found.ece == pytest.approx((3 * 0.2 + 1 * 0.4 + 2 * 0.5) / 6)
    assert found.mce == pytest.approx(0.5)


def test_every_edge_belongs_to_the_bin_below_it():
    edges = np.linspace(0, 1, 16)
    found = bin_confidences(edges, np.ones(16, bool))
    assert found.count.tolist() == [2] + [1] * 14


def test_counts_and_means_are_scikit_learns(probabilities, labels):
    confidence, correct = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    found = bin_confidences(confidence, correct)
    accuracy, mean = calibration_curve(correct, confidence, n_bins=15)
    filled = found.count > 0
    np.testing.assert_allclose(found.accuracy[filled], accuracy)
    np.testing.assert_allclose(found.confidence[filled], mean)
    counts, _ = np.histogram(confidence, bins=np.linspace(0, 1, 16))
    np.testing.assert_array_equal(found.count, counts)


def test_ece_is_the_plain_loop(probabilities, labels):
    total = 0.0
    for b in range(15):
        inside = [i for i, p in enumerate(probabilities) if b / 15 < max(p) <= (b + 1) / 15]
        if inside:
            gap = np.mean([max(probabilities[i]) - (np.argmax(probabilities[i]) == labels[i]) for i in inside])
            total += len(inside) / len(labels) * abs(gap)
    assert calibration(probabilities, labels).bins.ece == pytest.approx(total)


def test_equal_mass_bins_hold_distinct_values_in_equal_numbers(rng):
    confidence = rng.random(1500)
    assert set(bin_confidences(confidence, confidence > 0.5, scheme="equal mass").count) == {100}
    rounded = np.round(confidence, 1)
    found = bin_confidences(rounded, confidence > 0.5, scheme="equal mass")
    # 0.0 to 1.0 in tenths: eleven values, each wholly inside one bin.
    values, sizes = np.unique(rounded, return_counts=True)
    inside = (values[:, None] > found.lower) & (values[:, None] <= found.upper)
    inside[0, 0] |= values[0] == 0
    np.testing.assert_array_equal(sizes @ inside, found.count)
    assert len(found.count) <= 11
    assert (found.lower[0], found.upper[-1]) == (0.0, 1.0)


def test_equal_mass_of_one_value_is_one_bin():
    found = bin_confidences(np.ones(10), np.arange(10) < 7, scheme="equal mass")
    assert found.count.tolist() == [10]
    assert found.ece == pytest.approx(0.3)


def test_scores_are_scikit_learns(probabilities, labels):
    found = calibration(probabilities, labels)
    onehot = np.eye(3)[labels]
    assert found.nll == pytest.approx(log_loss(labels, probabilities))
    assert found.brier == pytest.approx(np.mean(((probabilities - onehot) ** 2).sum(axis=1)))


def test_an_impossible_label_makes_the_nll_infinite_and_is_counted():
    found = calibration(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([1, 0]))
    assert math.isinf(found.nll)
    assert found.impossible == 1


def test_a_calibrated_model_falls_in_its_band():
    inside = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        confidence = rng.uniform(0.3, 1, size=300)
        found = bin_confidences(confidence, rng.random(300) < confidence)
        low, high = null_band(confidence, found, resamples=300, seed=seed).ece
        inside += low <= found.ece <= high
    assert 88 <= inside <= 100


def test_an_overconfident_model_falls_out_of_it(rng):
    confidence = rng.uniform(0.6, 1, size=500)
    found = bin_confidences(confidence, rng.random(500) < confidence - 0.2)
    band = null_band(confidence, found)
    assert found.ece > band.ece[1] > band.ece[0] > 0
    assert (found.accuracy < band.lower)[found.count > 60].all()


def test_the_band_is_drawn_in_blocks(rng, monkeypatch):
    confidence = rng.uniform(0.3, 1, size=300)
    found = bin_confidences(confidence, rng.random(300) < confidence)
    whole = null_band(confidence, found)
    monkeypatch.setattr("analysis.calibration.top_label._CELLS", 7 * 300)
    assert null_band(confidence, found).ece == whole.ece


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ([1.2, -0.2], r"lie in \[0, 1\]"),
        ([float("nan"), 1.0], r"lie in \[0, 1\]"),
        ([0.5, 0.498], "sum to 1"),
        ([3.0, 5.0], "Logits"),
    ],
)
def test_what_is_no_probability_is_refused(row, rule):
    with pytest.raises(LabError, match=rule):
        check_probabilities(np.array([[0.5, 0.5], row]))


def test_rows_within_a_thousandth_are_taken():
    assert check_probabilities(np.array([[0.5, 0.4995]])).dtype == np.float64


@pytest.mark.parametrize("labels", [[0], [0, 2], [-1, 0]])
def test_labels_must_fit(labels):
    with pytest.raises(LabError, match="2 integers in 0 to 1"):
        calibration(np.full((2, 2), 0.5), np.array(labels))


@pytest.mark.parametrize("bins", [0, 10**9])
def test_bins_have_bounds(bins):
    with pytest.raises(LabError, match="1 to 1000"):
        bin_confidences(np.array([0.5]), np.array([True]), bins=bins)


def test_the_band_covers_calibrated_samples():
    """ECE and debiased squared error of models that are calibrated by construction: 95 % of samples, 600 times."""
    rng = np.random.default_rng(7)
    confidence = rng.uniform(0.3, 1, size=200)
    band = null_band(confidence, bin_confidences(confidence, np.ones(200, bool)), resamples=2000, seed=1)
    samples = [bin_confidences(confidence, rng.random(200) < confidence) for _ in range(600)]
    for name, (low, high) in (("ece", band.ece), ("squared", band.squared)):
        inside = [low <= getattr(found, name) <= high for found in samples]
        assert 0.93 <= np.mean(inside) <= 0.97


def test_the_squared_error_is_debiased_and_signed():
    """Its mean over calibrated samples is 0, where that of the plain squared gap is not; by hand for two bins."""
    rng = np.random.default_rng(3)
    confidence = np.repeat([0.35, 0.75], 100)
    found = [bin_confidences(confidence, rng.random(200) < confidence) for _ in range(2000)]
    debiased = np.array([each.squared for each in found])
    plain = np.array([(each.gap**2) @ each.count / 200 for each in found])
    assert abs(debiased.mean()) < 3 * debiased.std() / len(debiased) ** 0.5
    assert plain.mean() > 10 * abs(debiased.mean())
    assert (debiased < 0).any()
    by_hand = bin_confidences(np.array([0.1, 0.1, 0.9]), np.array([True, False, True]), bins=2)
    assert by_hand.squared == pytest.approx(0.4**2 - 0.5 * 0.5 / 1)  # the bin of one item is left out


def test_scores_have_intervals_or_a_reason(probabilities, labels):
    found = proper_scores(probabilities, labels)
    assert found.nll.value == pytest.approx(log_loss(labels, probabilities))
    assert found.nll.low < found.nll.value < found.nll.high
    assert found.brier.value == pytest.approx(calibration(probabilities, labels).brier)
    impossible = proper_scores(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([1, 0]))
    assert impossible.nll.reason == "it is infinite, since 1 labels had probability 0"
