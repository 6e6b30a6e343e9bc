"""The data behind the pictures of the noise floor, and what stands beside them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analysis.figures.worlds.noise_floor.error import error_against_draws, verdict
from analysis.figures.worlds.noise_floor.live import live_option
from analysis.figures.worlds.noise_floor.replay import replay_of_repetitions
from analysis.figures.worlds.noise_floor.spread import spread_of_estimates
from analysis.figures.worlds.noise_floor.variance import variance_at_any_temperature
from tests.analysis.exhibits import check_complete
from toy_models.noise_floor import LINKS, NoiseFloorSpec, Trace, reference, simulate
from toy_models.noise_floor.presets import PRESETS
from toy_models.noise_floor.variance import ESTIMATES, TEMPERATURES, measured_variances, variance_rates

SPEC = NoiseFloorSpec(repetitions=300, draws=(100, 1000))


@pytest.fixture(scope="module")
def trace():
    return Trace.of(SPEC, list(simulate(SPEC)))


@pytest.fixture(scope="module")
def answer():
    return reference(SPEC)


@pytest.fixture(scope="module")
def exhibits(trace, answer):
    return [make(trace, answer) for make in (error_against_draws, spread_of_estimates, replay_of_repetitions)]


def marks_of(plot):
    return {mark.name: mark for mark in plot.data}


def test_every_exhibit_has_all_that_a_reader_needs(exhibits):
    check_complete(exhibits)
    assert all(exhibit.how_to_read.endswith(".") for exhibit in exhibits)


def test_marks_are_the_means_and_lines_the_theory(trace, answer, exhibits):
    marks = marks_of(exhibits[0].plot)
    for row, title in enumerate(LINKS.values()):
        np.testing.assert_array_equal(marks[title].y, trace.squared_error[-1, row])
        np.testing.assert_allclose(marks[title].error_y.array, 1.96 * trace.standard_error[-1, row])
        line = marks[f"{title}: theory"]
        np.testing.assert_allclose(line.y, answer.links[row].squared_error(np.array(line.x)))


def test_the_table_is_what_is_drawn(trace, exhibits):
    table = exhibits[0].table
    row = table[(table["link"] == LINKS["softmax"]) & (table["n"] == 1000)].iloc[0]
    assert row["squared error (nats²)"] == trace.squared_error[-1, 1, 1]
    assert row["floor (nats²)"] == pytest.approx(0.045151, abs=1e-6)
    assert len(table) == 4


def test_the_verdict_is_computed(trace, answer):
    assert verdict(trace, answer).startswith("Softmax stops at its floor of 0.04515; at n = 1,000")
    close = PRESETS["too_close"].spec
    close = replace(close, repetitions=100, draws=(100,))
    frames = list(simulate(close))
    assert "cannot be told apart" in verdict(Trace.of(close, frames), reference(close))
    nothing = NoiseFloorSpec(scores=(0.1, 0.99), exponent=4.0, draws=(10,), repetitions=50)
    assert "nothing can be said" in verdict(Trace.of(nothing, list(simulate(nothing))), reference(nothing))


def test_infinite_estimates_are_owned_up_to():
    spec = replace(PRESETS["always_the_top"].spec, repetitions=200)
    exhibit = error_against_draws(Trace.of(spec, list(simulate(spec))), reference(spec))
    assert "are infinite and left out" in exhibit.how_to_read
    assert exhibit.table["infinite estimates"].max() > 100
    assert exhibit.table["expected infinite"].iloc[0] == pytest.approx(200 * 0.98264, rel=1e-3)


def test_the_spread_has_a_frame_for_each_n(trace, exhibits):
    plot = exhibits[1].plot
    assert [frame.name for frame in plot.frames] == ["100", "1,000"]
    for place, frame in enumerate(plot.frames):
        for row in range(2):
            np.testing.assert_allclose(frame.data[row].y, trace.errors[-1, row, place] / 300)
    assert sum(plot.data[0].y) == pytest.approx(1)


def test_the_replay_ends_where_the_run_did(trace, exhibits):
    plot = exhibits[2].plot
    assert len(plot.frames) <= 40
    assert plot.frames[-1].name == "300"
    for row in range(2):
        np.testing.assert_array_equal(plot.frames[-1].data[row].y, trace.squared_error[-1, row])
        assert plot.data[plot.frames[-1].traces[row]].name == list(LINKS.values())[row]
    steps = plot.layout.sliders[0].steps
    assert [step.args[0][0] for step in steps] == [frame.name for frame in plot.frames]


def test_the_live_picture_keeps_its_axes_and_names(trace, answer):
    frames = list(simulate(SPEC))
    empty, full = live_option(SPEC, answer, ()), live_option(SPEC, answer, frames)
    assert empty["xAxis"] == full["xAxis"]
    assert empty["yAxis"] == full["yAxis"]
    named = {series["id"]: series for series in full["series"]}
    assert {series["id"] for series in empty["series"]} <= set(named)
    for row, link in enumerate(LINKS):
        data = np.array(named[f"{link}:mean"]["data"])
        np.testing.assert_allclose(data[:, 1], frames[-1].squared_error[row], rtol=1e-3)
    json.dumps(full, allow_nan=False)


@pytest.mark.parametrize("draws", [(100, 200, 500, 1000, 2000, 5000, 10_000), (300,), (20, 40), (100, 1000)])
def test_the_live_pictures_axes_are_numbered_at_powers_of_ten_alone(draws):
    spec = NoiseFloorSpec(exponent=-1.0, draws=draws)
    option = live_option(spec, reference(spec), ())
    for axis in (option["xAxis"], option["yAxis"]):
        ends = np.log10([axis["min"], axis["max"]])
        numbered = [axis["axisLabel"][name] for name in ("showMinLabel", "showMaxLabel")]
        assert numbered == [float(end).is_integer() for end in ends]
        assert np.floor(ends[1]) - np.ceil(ends[0]) >= 1  # two numbers at least
    assert option["xAxis"]["min"] < draws[0] <= draws[-1] < option["xAxis"]["max"]


def test_the_live_picture_survives_estimates_that_are_all_infinite():
    nothing = NoiseFloorSpec(scores=(0.1, 0.99), exponent=4.0, draws=(10,), repetitions=50)
    json.dumps(live_option(nothing, reference(nothing), list(simulate(nothing))), allow_nan=False)


def test_the_variance_stands_beside_its_limits_at_every_n_and_temperature():
    spec = NoiseFloorSpec(repetitions=300, draws=(100, 1000))
    exhibit = variance_at_any_temperature(spec)
    check_complete([exhibit])
    found, rates = measured_variances(spec), variance_rates(spec)
    marks = marks_of(exhibit.plot)
    for row, title in enumerate(ESTIMATES.values()):
        np.testing.assert_array_equal(marks[title].y, found.value[row])
        np.testing.assert_allclose(marks[title].error_y.array, 1.96 * found.standard_error[row])
        assert set(marks[f"{title}: exact limit"].y) == {rates[row].log_odds_rate}
        reported, divided = (
            trace for trace in exhibit.plot.data
            if trace.legendgroup == marks[title].legendgroup and trace.xaxis == "x2" and trace.mode == "markers"
        )  # fmt: skip
        np.testing.assert_allclose(reported.y, found.value[row, -1] * np.square(TEMPERATURES))
        np.testing.assert_allclose(divided.y, found.value[row, -1])
    assert "7.136 (Weibit), 12.109 (unrestricted) and 13.337 (restricted softmax)" in exhibit.title
    assert "the slope 2.5661, whose variance is 23.7109" in exhibit.how_to_read
    assert len(exhibit.table) == 6
    two = variance_at_any_temperature(replace(spec, scores=(0.25, 0.75), exponent=1.0))
    assert two.title == "n × variance tends to 5.333 at every temperature, whichever softmax is fitted"
