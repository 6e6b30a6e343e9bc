"""The data behind the pictures of two views, and what stands beside them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analysis.figures.worlds.two_views.curves import learning_curves, values_of, verdict
from analysis.figures.worlds.two_views.live import PANELS, live_option
from analysis.figures.worlds.two_views.replay import evidence_replay
from toy_models.two_views import LOSSES, Trace, TwoViewsSpec, reference, simulate

SPEC = TwoViewsSpec(steps=20, batch_size=10, samples=16, seeds=3, dimensions=4, clusters=4)


@pytest.fixture(scope="module")
def frames():
    return tuple(simulate(SPEC))


@pytest.fixture(scope="module")
def trace(frames):
    return Trace.of(SPEC, frames)


@pytest.fixture(scope="module")
def answer():
    return reference(SPEC)


def test_every_exhibit_has_all_that_a_reader_needs(trace, answer):
    for exhibit in (learning_curves(trace, answer), evidence_replay(trace)):
        assert exhibit.title
        assert exhibit.how_to_read.endswith(".")
        assert exhibit.alt.endswith(".")
        assert len(exhibit.table)
        assert exhibit.plot.layout.paper_bgcolor == "rgba(0,0,0,0)"


def test_lines_are_medians_and_bands_the_extremes(trace, answer):
    plot = learning_curves(trace, answer).plot
    lines = [mark for mark in plot.data if mark.mode == "lines+markers"]
    bands = [mark for mark in plot.data if mark.fill == "toself"]
    assert len(lines) == len(bands) == 6 * 2
    np.testing.assert_allclose(lines[0].y, np.median(trace.retrieval[:, 0], axis=1))
    np.testing.assert_allclose(lines[7].y, np.median(trace.lam.mean(axis=-1)[:, 1], axis=1), rtol=1e-5)
    count = len(trace.steps)
    np.testing.assert_allclose(bands[1].y[:count], trace.retrieval[:, 1].max(axis=1))
    np.testing.assert_allclose(bands[1].y[count:][::-1], trace.retrieval[:, 1].min(axis=1))


def test_exact_values_are_drawn(trace, answer):
    heights = {shape.y0 for shape in learning_curves(trace, answer).plot.layout.shapes}
    assert heights == {answer.chance_retrieval, answer.view_cosine, SPEC.aic_margin}


def test_metrics_over_anchors(trace):
    np.testing.assert_allclose(values_of(trace, "rho"), np.median(trace.rho, axis=-1))
    assert values_of(trace, "retrieval") is trace.retrieval


def with_retrieval(trace, values):
    return replace(trace, retrieval=np.broadcast_to(np.array(values), trace.retrieval.shape))


def test_the_verdict_is_the_paired_difference(trace):
    better = with_retrieval(trace, [[0.50, 0.60, 0.55], [0.70, 0.81, 0.74]])
    assert verdict(better) == "WEINCE retrieves 20.0% more than NT-Xent, over 3 seeds"
    worse = with_retrieval(trace, [[0.70, 0.81, 0.74], [0.50, 0.60, 0.55]])
    assert verdict(worse) == "NT-Xent retrieves 20.0% more than WEINCE, over 3 seeds"
    unclear = with_retrieval(trace, [[0.5, 0.6, 0.7], [0.7, 0.6, 0.5]])
    assert "not distinguishable" in verdict(unclear)


def test_one_seed_or_one_loss_has_no_verdict():
    one = replace(SPEC, seeds=1)
    assert "no verdict" in verdict(Trace.of(one, list(simulate(one))))
    alone = replace(SPEC, losses=("weibit",))
    assert verdict(Trace.of(alone, list(simulate(alone)))).startswith("Weibit retrieves")


def test_the_replay_has_every_anchor_of_one_seed(trace):
    exhibit = evidence_replay(trace, seed=2)
    last = exhibit.plot.frames[-1]
    assert last.name == "20"
    for row in range(2):
        np.testing.assert_array_equal(last.data[row].x, trace.rho[-1, row, 2])
        np.testing.assert_array_equal(last.data[row].y, trace.delta_aic[-1, row, 2])
        np.testing.assert_array_equal(last.data[row].marker.color, trace.lam[-1, row, 2])
    assert len(exhibit.plot.frames) <= 40
    assert len(exhibit.table) == len(exhibit.plot.frames) * 2 * 20


def test_the_live_picture_grows_in_place(answer, frames):
    empty, some, all_of_them = (live_option(SPEC, answer, frames[:count]) for count in (0, 3, len(frames)))
    assert empty["xAxis"] == some["xAxis"] == all_of_them["xAxis"]
    assert [series["id"] for series in empty["series"]] == [series["id"] for series in all_of_them["series"]]
    named = {series["id"]: series for series in all_of_them["series"]}
    assert len(named) == len(PANELS) * 2
    data = np.array(named["lam:weince"]["data"])
    np.testing.assert_allclose(data[:, 1], [frame.lam[1].mean() for frame in frames], rtol=1e-3)
    assert named["retrieval:nt_xent"]["markLine"]["data"] == [{"yAxis": answer.chance_retrieval}]
    assert [(axis["min"], axis["max"], axis["interval"]) for axis in empty["yAxis"][:2]] == [(0, 1, 0.25)] * 2
    assert all_of_them["legend"]["data"] == [LOSSES[name] for name in SPEC.losses]
    json.dumps(all_of_them, allow_nan=False)
