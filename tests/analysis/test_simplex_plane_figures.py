"""The data behind world 1's pictures on the plane, and what stands beside them."""

import re

import numpy as np
import pytest

from analysis.figures.worlds.simplex.answers import which_question
from analysis.figures.worlds.simplex.atoms import Atoms, label_panels
from analysis.figures.worlds.simplex.batch_size import SIZES, Shift, batch_size_shift
from analysis.figures.worlds.simplex.curves import learning_curves
from analysis.figures.worlds.simplex.plane import Regions, decision_regions
from analysis.figures.worlds.simplex.plane_replay import region_replay
from analysis.figures.worlds.simplex.reliability import reliability_panels
from tests.analysis.exhibits import check_complete
from toy_models.simplex import LOSSES, Floor, SimplexSpec, Trace, by_softmax, reference, reliability, simulate

SPEC = SimplexSpec(labels="smoothing", steps=60, batch_size=16, hidden=8, seeds=2)
PROBE = 27 * 13 + 20


@pytest.fixture(scope="module")
def trace():
    return Trace.of(SPEC, list(simulate(SPEC)))


@pytest.fixture(scope="module")
def answer():
    return reference(SPEC)


def shift(name, *values):
    floors = tuple(Floor(value, 0.1, 0.5) for value in values)
    return Shift(name, floors, Floor(0.2, 0.1, 0.5))


@pytest.fixture(scope="module")
def exhibits(trace, answer):
    shifts = (shift("soft_target_infonce", *np.linspace(0.1, 0.2, 8)),)
    return (
        reliability_panels(trace, answer),
        decision_regions(trace, answer, PROBE),
        label_panels(trace, answer, PROBE),
        region_replay(trace, answer, PROBE),
        which_question(trace, answer),
        learning_curves(trace, answer),
        batch_size_shift(SPEC, shifts),
    )


def test_every_exhibit_has_all_that_a_reader_needs(exhibits):
    check_complete(exhibits)
    assert all(re.search(r"\d", exhibit.title) for exhibit in exhibits)


def test_reliability_pools_the_seeds_and_shows_the_optimum_and_the_ranking(trace, answer):
    plot = reliability_panels(trace, answer).plot
    row = SPEC.losses.index("soft_target_infonce")
    found = reliability(SPEC, by_softmax(trace.logits[-1, row]))
    mine = [mark for mark in plot.data if mark.xaxis == "x5"]
    softmax = next(mark for mark in mine if mark.legendgroup == "softmax")
    mass = found.mass.sum(axis=0)
    kept = mass > 2e-4
    pooled = np.nansum(found.mass * found.confidence, axis=0)[kept] / mass[kept]
    np.testing.assert_allclose(softmax.x, pooled)
    assert {mark.legendgroup for mark in mine} >= {"softmax", "exact optimum", "ranking"}
    assert "ranking" not in {mark.legendgroup for mark in plot.data if mark.xaxis == "x"}
    assert f"ECE {found.error.mean():.3f}" in plot.layout.annotations[row].text
    assert [mark.name for mark in plot.data if mark.showlegend] == list(
        dict.fromkeys(mark.name for mark in plot.data if mark.showlegend)
    )


def test_a_square_of_the_plane_has_the_class_of_its_places(trace, answer):
    regions = Regions.of(trace, answer)
    picture = regions.picture()
    for index in range(7):
        for position in (30, 400, 700):
            x, y = regions.place(index, regions.positions[position] * 0.999)
            level = picture[int(y * 81), int(x * 81)]
            named, sure = divmod(int(level) - 1, 85)
            probs = regions.probs[index, position]
            assert named == probs.argmax()
            assert sure / 79 == pytest.approx((probs.max() - 1 / 3) * 1.5, abs=0.15)  # a pixel away it may differ
    truth = regions.probs[0].argmax(axis=1)
    share = ((regions.probs[1].argmax(axis=1) == truth) * answer.weights).sum()
    assert regions.agreement[0] == pytest.approx(share)


def test_labels_at_a_point_are_the_shares_of_truth_and_losses(trace, answer):
    atoms = Atoms.of(trace, answer, PROBE)
    np.testing.assert_allclose(atoms.shares.sum(axis=1), 1)
    np.testing.assert_allclose(atoms.shares[0] @ atoms.labels, answer.probe_means[PROBE])
    expected = (atoms.shares[0] * np.log(atoms.shares[0] / atoms.shares[3])).sum()
    assert atoms.divergences[2] == pytest.approx(expected)
    dots = label_panels(trace, answer, PROBE).plot.data
    sizes = next(mark for mark in dots if mark.customdata is not None)
    np.testing.assert_allclose(sizes.marker.color, atoms.shares.ravel())


def test_the_replay_s_last_frame_is_the_figure(trace, answer):
    plot = region_replay(trace, answer, PROBE).plot
    np.testing.assert_array_equal(plot.frames[-1].data[0].z, plot.data[0].z)
    assert [int(frame.name) for frame in plot.frames][:2] == [0, 1]
    assert plot.frames[-1].layout.annotations[1].text == plot.layout.annotations[1].text


def test_the_batch_size_s_verdict_comes_from_the_numbers():
    still, moving = shift("soft_target_infonce_exact_noise", *[0.2] * 8), shift("soft_target_infonce", *[0.1] * 7, 0.2)
    assert batch_size_shift(SPEC, (still,)).title.endswith("Not here")
    exhibit = batch_size_shift(SPEC, (still, moving))
    assert exhibit.title.endswith(f"0.100 nats for {LOSSES['soft_target_infonce']}")
    assert len(exhibit.table) == 2 * len(SIZES)
