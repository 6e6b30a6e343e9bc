"""The three statistics by double loop, and their influences by taking items out one at a time."""

import itertools

import numpy as np
import pytest

from analysis.geometry import item_statistics
from analysis.geometry.item_statistics import geometry
from analysis.geometry.spectrum import spectrum
from analysis.geometry.sphere_spread import spread
from analysis.outputs import Split
from analysis.statistics.bootstrap import Unavailable


def alignment(split: Split):
    return item_statistics.alignment(split.embeddings, split.labels)


def uniformity(split: Split):
    return item_statistics.uniformity(split.embeddings)


def effective_rank(split: Split):
    return item_statistics.effective_rank(split.embeddings)


@pytest.fixture
def split(rng, unit_rows) -> Split:
    return Split(unit_rows(40, 5), np.append(rng.integers(0, 3, 39), 3))  # the last is alone in its class


def pairs(split: Split):
    rows = split.embeddings.astype(np.float64)
    for i, j in itertools.combinations(range(len(split)), 2):
        yield float(((rows[i] - rows[j]) ** 2).sum()), split.labels[i] == split.labels[j]


def test_alignment_and_uniformity_by_double_loop(split):
    assert alignment(split).value == pytest.approx(np.mean([away for away, same in pairs(split) if same]), abs=1e-6)
    assert uniformity(split).value == pytest.approx(
        np.log(np.mean([np.exp(-2 * a) for a, _ in pairs(split)])), abs=1e-6
    )


def test_effective_rank_by_the_covariance(split):
    variance = np.linalg.eigvalsh(np.cov(split.embeddings.T.astype(np.float64)))
    share = variance / variance.sum()
    assert effective_rank(split).value == pytest.approx(np.exp(-(share * np.log(share)).sum()), rel=1e-5)


@pytest.mark.parametrize("statistic", [alignment, uniformity, effective_rank])
def test_the_mean_of_the_values_is_the_value(split, statistic):
    found = statistic(split)
    assert found.values.mean() == pytest.approx(found.value, abs=1e-9)


@pytest.mark.parametrize("statistic", [alignment, uniformity, effective_rank])
def test_an_influence_is_what_leaving_the_item_out_does(rng, unit_rows, statistic):
    rows, labels = unit_rows(400, 5), rng.integers(0, 3, 400)
    found = statistic(Split(rows, labels))
    without = [statistic(Split(np.delete(rows, at, 0), np.delete(labels, at))).value for at in range(40)]
    jackknife = (len(rows) - 1) * (found.value - np.array(without))  # with a bias that all items share
    influence = found.values[:40]
    np.testing.assert_allclose(influence - influence.mean(), jackknife - jackknife.mean(), rtol=0.03, atol=0.01)


def test_known_spheres():
    axes = np.repeat(np.eye(4, dtype=np.float32), 10, axis=0)
    found = geometry(Split(axes, np.repeat(np.arange(4), 10)))
    assert found.alignment.value == 0
    assert found.effective_rank.value == pytest.approx(3)  # four corners of a simplex span three directions
    equal, unequal = 4 * 45, 6 * 100
    assert found.uniformity.value == pytest.approx(np.log((equal + unequal * np.exp(-4)) / (equal + unequal)))


def test_what_has_no_pair_or_no_spread_has_a_reason(unit_rows):
    assert alignment(Split(unit_rows(3, 4), np.arange(3))) == Unavailable("no class has two items")
    assert isinstance(uniformity(Split(unit_rows(1, 4), np.zeros(1, np.int64))), Unavailable)
    assert isinstance(effective_rank(Split(np.tile(unit_rows(1, 4), (5, 1)), np.arange(5))), Unavailable)


def test_more_items_than_pairs_allow_are_sampled(monkeypatch, rng, unit_rows):
    monkeypatch.setattr("analysis.geometry.item_statistics.MOST_ITEMS", 30)
    split = Split(unit_rows(50, 4), np.zeros(50, np.int64))
    found = uniformity(split)
    taken = ~np.isnan(found.values)
    assert taken.sum() == 30
    assert found.value == pytest.approx(uniformity(Split(split.embeddings[taken], split.labels[taken])).value)


def test_the_numbers_are_those_that_one_checkpoint_is_shown_with(split):
    single, rank = spread(split.embeddings, split.labels), spectrum(split.embeddings).effective_rank
    found = geometry(split)
    assert found.alignment.value == pytest.approx(single.alignment.value)
    assert found.uniformity.value == pytest.approx(single.uniformity.value)
    assert found.effective_rank.value == pytest.approx(rank.value)
    for statistic, shown in ((found.alignment, single.alignment), (found.effective_rank, rank)):
        half = 1.959964 * statistic.values.std(ddof=1) / len(split) ** 0.5
        assert (shown.high - shown.low) / 2 == pytest.approx(half)
