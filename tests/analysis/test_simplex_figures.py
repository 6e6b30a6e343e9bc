"""The data behind world 1's pictures, and what stands beside them."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from analysis.digits import number
from analysis.figures.loss_styles import LOSS_STYLES
from analysis.figures.worlds.simplex.answers import which_question
from analysis.figures.worlds.simplex.curves import learning_curves
from analysis.figures.worlds.simplex.density import SOFTMAX, Moment, density_panels
from analysis.figures.worlds.simplex.live import live_option
from analysis.figures.worlds.simplex.replay import MOST_FRAMES, density_replay
from analysis.figures.worlds.simplex.triangle import Mosaic
from analysis.figures.worlds.simplex.two_classes import two_class_densities
from tests.analysis.exhibits import check_complete
from toy_models.simplex import LOSSES, SimplexSpec, Trace, reference, simulate
from toy_models.simplex.two_classes import two_classes

SPEC = SimplexSpec(steps=90, batch_size=16, hidden=8, side=12, seeds=3)
PROBE = 25


@pytest.fixture(scope="module")
def frames():
    return tuple(simulate(SPEC))


@pytest.fixture(scope="module")
def trace(frames):
    return Trace.of(SPEC, frames)


@pytest.fixture(scope="module")
def answer():
    return reference(SPEC)


@pytest.fixture(scope="module")
def exhibits(trace, answer):
    return (
        density_panels(trace, answer, PROBE),
        learning_curves(trace, answer),
        which_question(trace, answer),
        density_replay(trace, answer, PROBE),
    )


def test_every_exhibit_has_all_that_a_reader_needs(exhibits):
    check_complete(exhibits)


def test_titles_answer_in_the_numbers_that_are_drawn(trace, answer, exhibits):
    density, curves, questions, replay = (exhibit.title for exhibit in exhibits)
    away = np.median(trace.kl_density[-1], axis=1)
    names = [LOSSES[name].replace(", ", " with ") for name in SPEC.losses]
    farthest, nearest = names[away.argmax()], names[away.argmin()]
    assert questions.startswith(f"{farthest} is {number(away.max())} nats from the true density, ")
    assert questions.endswith(f", {nearest} {number(away.min())}")
    known = np.median(trace.information_bound[-1], axis=1)
    assert f"{number(answer.mutual_information)} nats" in curves
    assert all(number(each) in curves for each in (known.min(), known.max()))
    drawn = Moment.of(trace, answer, PROBE, -1, 0)
    for title in (density, replay):
        assert f"x = {drawn.x:.2f}" in title
        assert number(drawn.divergences.max()) in title


def test_a_single_loss_has_a_title_too():
    alone = SimplexSpec(steps=10, batch_size=8, hidden=8, side=6, losses=("nll",))
    trace, answer = Trace.of(alone, tuple(simulate(alone))), reference(alone)
    assert which_question(trace, answer).title.startswith("NLL with argmax label is ")
    assert learning_curves(trace, answer).title.count("NLL") == 1


def test_drawing_twice_gives_the_same(trace, answer):
    first, second = (density_panels(trace, answer, PROBE).plot.to_json() for _ in range(2))
    assert first == second


# Triangles


def test_a_pixel_shows_the_value_at_its_place():
    mosaic = Mosaic(6, 20)
    labels = mosaic.labels
    np.testing.assert_allclose(labels.sum(axis=1), 1)
    assert (labels > 0).all()
    values = np.arange(6)[:, None] * 1000 + np.arange(len(labels))
    picture = mosaic.paint(values, -1, np.int64)
    for index in range(6):
        for point, label in enumerate(labels):
            x, y = mosaic.place(index, label)
            assert picture[int(y * 20), int(x * 20)] == values[index, point]
    assert (picture >= 0).sum() == values.size


def test_the_picture_of_the_truth_is_its_density(trace, answer):
    moment, mosaic = Moment.of(trace, answer, PROBE), Mosaic(1 + len(LOSSES), 100)
    heatmap = density_panels(trace, answer, PROBE).plot.data[0]
    corner = np.array([0.7, 0.2, 0.1])
    x, y = mosaic.place(0, corner)
    value = heatmap.z[int(y / heatmap.dy), int(x / heatmap.dx)]
    assert 10**value == pytest.approx(moment.densities(corner[None])[0, 0], rel=0.1)
    inside = mosaic.paint(moment.densities(mosaic.labels), np.nan, np.float32)
    assert np.nanmean(inside[len(inside) // 2 :, :120]) == pytest.approx(
        1, abs=0.08
    )  # the uniform density is 1; the grid is coarse


def test_titles_say_how_far_each_loss_is_from_the_truth(trace, answer):
    moment = Moment.of(trace, answer, PROBE, frame=3, seed=1)
    titles = [note.text for note in density_panels(trace, answer, PROBE, frame=3, seed=1).plot.layout.annotations]
    assert titles[0] == "<b>Truth</b><br>p(w|x)"
    for title, name, away in zip(titles[1:], SPEC.losses, moment.divergences, strict=True):
        assert title.replace(",<br>", ", ") == f"{LOSSES[name]}<br>{away:.3f} nats away"


def test_circles_lie_on_the_mean_and_crosses_on_the_softmax(trace, answer):
    moment, mosaic = Moment.of(trace, answer, PROBE), Mosaic(1 + len(LOSSES), 100)
    marks = {mark.name: mark for mark in density_panels(trace, answer, PROBE).plot.data}
    circles, crosses = marks["true mean label E[w|x]"], marks[SOFTMAX]
    for index in range(1 + len(LOSSES)):
        assert (circles.x[index], circles.y[index]) == pytest.approx(mosaic.place(index, answer.probe_means[PROBE]))
    logits = trace.logits[-1, :, 0, PROBE].astype(float)
    for row, probs in enumerate(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)):
        assert (crosses.x[row], crosses.y[row]) == pytest.approx(mosaic.place(row + 1, probs))
    np.testing.assert_allclose(moment.softmax.sum(axis=1), 1)


# Replay


def test_the_replay_has_a_frame_a_step_and_plays_by_itself(trace, answer):
    plot = density_replay(trace, answer, PROBE).plot
    steps = [int(frame.name) for frame in plot.frames]
    assert len(steps) <= MOST_FRAMES
    assert steps[0] == 0
    assert steps[-1] == SPEC.steps
    assert steps == sorted(set(steps)) == [int(step.label) for step in plot.layout.sliders[0].steps]
    assert [button.label for button in plot.layout.updatemenus[0].buttons] == ["Play", "Stop"]


def test_a_frame_of_the_replay_is_that_moment(trace, answer):
    plot = density_replay(trace, answer, PROBE, seed=2).plot
    frame = plot.frames[10]
    moment = Moment.of(trace, answer, PROBE, trace.steps.tolist().index(int(frame.name)), seed=2)
    picture, crosses = frame.data
    assert [plot.data[index].type for index in frame.traces] == ["heatmap", "scatter"]
    assert plot.data[frame.traces[1]].name == SOFTMAX
    assert (crosses.x[0], crosses.y[0]) == pytest.approx(Mosaic(7, 80).place(1, moment.softmax[0]))
    assert picture.z.dtype == np.uint8
    assert f"{moment.divergences[3]:.3f} nats away" in frame.layout.annotations[4].text
    bar = plot.layout.coloraxis.colorbar
    # The bar says which level stands for which density: level 1 for 0.01 and less, evenly in powers of ten.
    assert bar.ticktext[:3] == ("≤ 0.01", "0.1", "1")
    assert bar.tickvals[0] == 1
    per_power = bar.tickvals[1] - bar.tickvals[0]
    levels = 1 + per_power * (np.log10(moment.densities(Mosaic(7, 80).labels)).clip(-2) + 2)
    levels = levels.clip(None, 255)
    assert np.sort(picture.z[picture.z > 0]) == pytest.approx(np.sort(levels.ravel()), abs=1)


# Curves


def test_curves_are_medians_with_the_range_over_seeds(trace, answer):
    plot = learning_curves(trace, answer).plot
    row = SPEC.losses.index("soft_target_infonce")
    lines = [mark for mark in plot.data if mark.name == LOSSES["soft_target_infonce"]]
    assert [mark.xaxis for mark in lines] == ["x", "x2", "x3"]
    np.testing.assert_allclose(lines[2].y, np.median(trace.information_bound[:, row], axis=1))
    np.testing.assert_allclose(lines[0].x, trace.steps)
    band = next(mark for mark in plot.data if mark.fill and mark.legendgroup == "soft_target_infonce")
    assert max(band.y) == pytest.approx(trace.kl_density[:, row].max())
    assert len([mark for mark in plot.data if mark.fill]) == 3 * len(LOSSES)
    assert plot.layout.yaxis.type == plot.layout.yaxis2.type == "log"
    assert plot.layout.yaxis3.type is None


def test_floors_are_the_exact_optima(trace, answer):
    plot = learning_curves(trace, answer).plot
    dotted = [mark for mark in plot.data if mark.line.dash == "dot"]
    density = [mark.y[0] for mark in dotted if mark.xaxis == "x"]
    assert density == [floor.kl_density for floor in answer.floors if floor.kl_density > 1e-4]
    assert (
        len([mark for mark in dotted if mark.xaxis == "x2"]) == len(LOSSES) - 2
    )  # two losses end at 0, below a log axis
    truth = next(mark for mark in plot.data if mark.name and mark.name.startswith("true I"))
    assert set(truth.y) == {answer.mutual_information}


def test_one_seed_has_no_band(answer):
    spec = SimplexSpec(steps=10, batch_size=8, hidden=4, side=12, losses=("nll",))
    plot = learning_curves(Trace.of(spec, list(simulate(spec))), reference(spec)).plot
    assert not [mark for mark in plot.data if mark.fill]


def test_the_two_questions_show_the_last_frame_on_its_optimum(trace, answer):
    exhibit = which_question(trace, answer)
    for row, name in enumerate(SPEC.losses):
        left, right = [mark for mark in exhibit.plot.data if list(mark.y) == [LOSSES[name]]]
        assert left.x[0] == pytest.approx(np.median(trace.kl_density[-1, row]))
        assert right.x[0] == pytest.approx(np.median(trace.kl_mean[-1, row]))
        assert left.marker.color == LOSS_STYLES[name].colour
        assert left.x[0] + left.error_x.array[0] == pytest.approx(trace.kl_density[-1, row].max())
    ticks = [mark for mark in exhibit.plot.data if mark.name == "exact optimum of the loss"]
    assert list(ticks[1].x) == [floor.kl_mean for floor in answer.floors]
    assert "With batches of 16, Soft target InfoNCE, class prior moves a little" in exhibit.how_to_read
    assert len(exhibit.table) == len(SPEC.losses)


def test_tables_hold_what_is_drawn(trace, answer):
    table = learning_curves(trace, answer).table
    assert len(table) == trace.loss.size
    assert table["KL of the mean label (nats)"].to_numpy() == pytest.approx(trace.kl_mean.ravel())
    replay = density_replay(trace, answer, PROBE).table
    assert len(replay) == (1 + len(LOSSES)) * len(density_replay(trace, answer, PROBE).plot.frames)


# Live


def test_the_live_option_is_json_and_grows_in_place(frames, answer):
    early, late = (live_option(SPEC, answer, frames[:count]) for count in (3, len(frames)))
    json.dumps(late, allow_nan=False)
    assert [series["id"] for series in early["series"]] == [series["id"] for series in late["series"]]
    assert len({series["id"] for series in late["series"]}) == 2 * len(LOSSES)
    assert {**early, "series": 0} == {**late, "series": 0}
    first = late["series"][0]
    assert [step for step, _ in first["data"]] == [frame.step for frame in frames]
    assert first["data"][-1][1] == pytest.approx(frames[-1].kl_density[0].mean(), rel=1e-3)
    assert first["data"][:3] == early["series"][0]["data"]


def test_the_live_option_before_the_first_frame_has_its_floors(answer):
    series = {each["id"]: each for each in live_option(SPEC, answer, ())["series"]}
    assert series["kl_density:nll"]["markLine"]["data"] == [{"yAxis": answer.floors[0].kl_density}]
    assert series["kl_mean:soft_target_cross_entropy"]["markLine"]["data"] == []


def test_the_live_option_leaves_a_gap_for_what_is_no_number(frames, answer):
    class Broken:
        step, kl_density, kl_mean = 5, np.full((len(LOSSES), 3), np.nan), np.full((len(LOSSES), 3), 1e-9)

    series = live_option(SPEC, answer, [Broken()])["series"]
    assert series[0]["data"] == [[5, None]]
    assert series[len(LOSSES)]["data"] == [[5, 1e-4]]


# Two classes


@pytest.fixture(scope="module")
def two():
    return two_classes(SimplexSpec(concentration=1.0))


def test_two_classes_are_continuous_bernoullis(two):
    """Truth by its closed form a e^(a w) / (e^a - 1), a = 12 cos(pi x); the density that is fitted is it."""
    for at, truth in zip(two.positions, two.truth, strict=True):
        a = 12 * np.cos(np.pi * at)
        np.testing.assert_allclose(truth, a * np.exp(a * two.labels) / np.expm1(a), rtol=2e-3, err_msg=str(at))
    floors = dict(zip(two.spec.losses, two.floors, strict=True))
    assert 0 <= floors["continuous_categorical"] < 1e-7
    assert floors["soft_target_cross_entropy"] > 0.4 > 0.16 > floors["soft_target_infonce"] > 0.1
    means = dict(zip(two.spec.losses, two.density_means, strict=True))
    np.testing.assert_allclose(means["continuous_categorical"], two.means, atol=1e-5)
    softmax = dict(zip(two.spec.losses, two.softmax, strict=True))
    np.testing.assert_allclose(softmax["soft_target_cross_entropy"], two.means, atol=1e-9)


def test_the_curves_of_two_classes_are_their_densities(two):
    exhibit = two_class_densities(two, x=-0.5)
    check_complete((exhibit,))
    plot, at = exhibit.plot, int(np.abs(two.positions - 0.5).argmin())
    assert plot.layout.sliders[0].active == at
    assert [frame.name for frame in plot.frames] == [f"{x:.2f}" for x in two.positions]
    truth, mean, *curves = plot.data
    np.testing.assert_allclose(truth.y, two.truth[at], rtol=1e-3)
    assert mean.x == (two.means[at],) * 2
    assert len(curves) == 4, "losses that ask for one density share a line"
    assert curves[0].name.startswith("NLL and Label InfoNCE, argmax label (0.147)")
    np.testing.assert_allclose(plot.frames[3].data[2].y, two.densities[0, 3], rtol=1e-3)
    assert "0.457 nats" in exhibit.title
    assert len(exhibit.table) == len(two.spec.losses) * len(two.positions)


def test_a_single_loss_has_a_curve_and_a_title():
    alone = two_class_densities(two_classes(SimplexSpec(losses=("nll",))))
    assert alone.title == "Two classes: NLL, argmax label 0.221 nats from the true density"


def test_figures_are_plotly(exhibits):
    assert all(isinstance(exhibit.plot, go.Figure) for exhibit in exhibits)
