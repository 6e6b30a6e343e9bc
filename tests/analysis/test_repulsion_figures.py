"""The data behind world 2's pictures, and what stands beside them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analysis.digits import number, percent
from analysis.figures.theme import GREY, PULL, PUSH
from analysis.figures.worlds.repulsion.arrows import force_arrows
from analysis.figures.worlds.repulsion.curves import repulsion_curves
from analysis.figures.worlds.repulsion.live import live_option
from analysis.figures.worlds.repulsion.matrix import run_matrices
from analysis.figures.worlds.repulsion.places import nearest_cosines, places, vector_style
from analysis.figures.worlds.repulsion.replay import MOST_FRAMES, vector_replay
from analysis.figures.worlds.repulsion.sizes import class_size_study
from losses.errors import LabError
from toy_models.repulsion import LOSSES, RepulsionSpec, StudySpec, Trace, reference, simulate, study
from toy_models.repulsion.arrows import arrows, force_of
from toy_models.repulsion.presets import PRESETS
from toy_models.shipped import find
from toy_models.worlds import WORLDS as ALL_WORLDS

SPHERE = RepulsionSpec(steps=60, seeds=3, classes=3, per_class=4, singletons=1)
CIRCLE = replace(SPHERE, dimensions=2, singletons=0)
HIGH = replace(SPHERE, dimensions=12)
WORLDS = {"circle": CIRCLE, "sphere": SPHERE, "high": HIGH}


@pytest.fixture(scope="module")
def runs():
    return {name: tuple(simulate(spec)) for name, spec in WORLDS.items()}


@pytest.fixture(scope="module")
def traces(runs):
    return {name: Trace.of(WORLDS[name], frames) for name, frames in runs.items()}


@pytest.fixture(scope="module")
def found():
    return study(StudySpec(classes=3, largest=8, draws=3, temperatures=(0.1, 0.5), spreads=(0.3,)))


def exhibits(trace):
    made = [repulsion_curves(trace, reference(trace.spec)), run_matrices(trace, 4), vector_replay(trace)]
    if trace.spec.dimensions <= 3:
        made += [force_arrows(trace, 4), force_arrows(trace, 4, anchor=2)]
    return made


def check(exhibit):
    assert exhibit.title
    assert exhibit.how_to_read.endswith(".")
    assert exhibit.alt
    assert len(exhibit.table)
    assert exhibit.plot.layout.title.text is None
    assert exhibit.plot.layout.paper_bgcolor == "rgba(0,0,0,0)"


@pytest.mark.parametrize("world", WORLDS)
def test_every_exhibit_has_all_that_a_reader_needs(traces, world):
    made = exhibits(traces[world])
    for exhibit in made:
        check(exhibit)
    assert len({exhibit.stem for exhibit in made}) == len(made)


def test_drawing_twice_gives_the_same(traces):
    for one, other in zip(exhibits(traces["sphere"]), exhibits(traces["sphere"]), strict=True):
        assert one.plot.to_json() == other.plot.to_json()


# Places


def test_the_sphere_is_seen_from_afar():
    spec, turned = SPHERE, np.deg2rad(30)
    towards = np.array([np.cos(turned), np.sin(turned), 0.0])
    seen = places(spec, np.stack([towards, [0, 0, 1], -towards]), turn=30, tilt=0)
    np.testing.assert_allclose(seen.points, [[0, 0], [0, 1], [0, 0]], atol=1e-12)
    np.testing.assert_allclose(seen.depth, [1, 0, -1], atol=1e-12)
    z = np.random.default_rng(0).normal(size=(5, 3))
    seen = places(spec, z, turn=77, tilt=12)
    np.testing.assert_allclose((seen.points**2).sum(axis=1) + seen.depth**2, (z**2).sum(axis=1))


def test_beyond_the_sphere_a_vector_lies_at_its_nearest_cosines(traces):
    z, labels = traces["high"].positions[3, 0], np.array(HIGH.labels)
    seen = nearest_cosines(HIGH, z)
    for i in range(HIGH.vectors):
        others = [z[i] @ z[j] for j in range(HIGH.vectors) if labels[j] != labels[i]]
        mine = [z[i] @ z[j] for j in range(HIGH.vectors) if labels[j] == labels[i] and j != i]
        np.testing.assert_allclose(seen[i], [max(others), max(mine, default=np.nan)])


def test_singletons_are_grey_crosses_and_classes_differ():
    styles = [vector_style(SPHERE, index) for index in range(SPHERE.vectors)]
    assert (styles[-1].colour, styles[-1].symbol) == (GREY, "x")
    assert len({(style.colour, style.symbol) for style in styles}) == 4


# Live


@pytest.mark.parametrize("world", WORLDS)
def test_the_live_picture_keeps_its_axes_and_series_and_only_moves(runs, world):
    spec, frames = WORLDS[world], runs[world]
    early, late = live_option(spec, 30.0, frames[:3]), live_option(spec, 30.0, frames)
    for key in ("grid", "xAxis", "yAxis", "title", "legend"):
        assert early[key] == late[key] == live_option(spec, 30.0, ())[key]
    names = [series["id"] for series in early["series"]]
    assert (
        names == [series["id"] for series in late["series"]] == [s["id"] for s in live_option(spec, 30.0, ())["series"]]
    )
    assert len(set(names)) == len(names) == 4 * (2 + 3)
    json.dumps(late, allow_nan=False)


def test_live_points_are_the_last_frame_and_lines_the_mean_over_seeds(runs):
    series = {each["id"]: each for each in live_option(CIRCLE, 30.0, runs["circle"])["series"]}
    points = [point["value"] for point in series["vectors:sincere"]["data"]]
    np.testing.assert_allclose(points, runs["circle"][-1].positions[1], atol=1e-3)
    for step, value in series["push_to_pull:supcon"]["data"]:
        frame = next(frame for frame in runs["circle"] if frame.step == step)
        assert value == pytest.approx(frame.push_to_pull[0].mean(), rel=1e-3)


def test_what_lies_behind_the_sphere_is_paler(runs):
    seen = places(SPHERE, runs["sphere"][-1].positions[0], 30)
    series = next(s for s in live_option(SPHERE, 30.0, runs["sphere"])["series"] if s["id"] == "vectors:supcon")
    for point, depth in zip(series["data"], seen.depth, strict=True):
        assert (point["itemStyle"]["opacity"] < 0.5) == (depth < 0)


def test_a_batch_without_noise_leaves_gaps_and_no_nan():
    spec = RepulsionSpec(classes=1, steps=10)
    frames = tuple(simulate(spec))
    json.dumps(live_option(spec, 30.0, frames), allow_nan=False)
    json.dumps(
        live_option(replace(spec, dimensions=5), 30.0, tuple(simulate(replace(spec, dimensions=5)))), allow_nan=False
    )
    for exhibit in exhibits(Trace.of(spec, frames)):
        check(exhibit)


# Arrows


@pytest.mark.parametrize("world", ["circle", "sphere"])
@pytest.mark.parametrize("anchor", [None, 2])
def test_strokes_start_at_vectors_and_point_along_the_forces(traces, world, anchor):
    trace = traces[world]
    plot = force_arrows(trace, 4, anchor).plot
    names = {"pull": "pulled by its class", "push": "pushed by its class", "noise": "pushed by noise"}
    for column, loss in enumerate(trace.spec.losses):
        acting = arrows(trace.spec, loss, trace.positions[4, column], anchor)
        for kind, name in names.items():
            line = [each for each in plot.data if each.name == name][column]
            points = np.stack([getattr(line, axis) for axis in "xyz"[: trace.spec.dimensions]], axis=1)
            if len(points) == 1:
                assert np.isnan(points).all()
                continue
            starts, tips = points[0::7], points[1::7]
            for start, move in zip(starts, tips - starts, strict=True):
                at = np.abs(acting.positions - start).sum(axis=1).argmin()
                force = getattr(acting, kind)[at]
                assert start == pytest.approx(acting.positions[at])
                assert move @ force == pytest.approx(np.linalg.norm(move) * np.linalg.norm(force))
                assert np.linalg.norm(move) <= 0.5 + 1e-9


def test_pull_and_push_have_their_colours_and_all_kinds_a_place_in_the_legend(traces):
    plot = force_arrows(traces["circle"], 4, 0).plot
    shown = {each.name: each.line for each in plot.data if each.showlegend}
    assert {name: line.color for name, line in shown.items()} == {
        "pulled by its class": PULL,
        "pushed by its class": PUSH,
        "pushed by noise": GREY,
    }
    assert shown["pushed by noise"].dash == "dot"


def test_the_title_says_who_pushes(traces):
    trace = traces["sphere"]
    shares = dict(zip(trace.spec.losses, trace.repelling_share[4, :, 0], strict=True))
    assert force_arrows(trace, 4).title.endswith(
        f"SupCon ({percent(shares['supcon'])} of pairs, seed 0) and NT-Xent ({percent(shares['nt_xent'])} of pairs,"
        " seed 0) push same-class vectors apart; SINCERE and ε-SupInfoNCE do not"
    )
    assert "of pairs" not in force_arrows(trace, 4, 0).title
    table = force_arrows(trace, 4).table
    told = table.groupby("loss")["same-class pairs that repel (share)"].unique()
    assert {name: told[LOSSES[name]].tolist() for name in shares} == {name: [share] for name, share in shares.items()}
    assert set(table["seed"]) == {trace.spec.seed}
    still = RepulsionSpec(steps=10, start="point", spread=0.0)
    assert "no loss here pushes" in force_arrows(Trace.of(still, list(simulate(still))), 3).title


def test_a_push_too_weak_for_the_scale_that_all_share_is_said():
    spec = PRESETS["four_classes"].spec
    trace = Trace.of(spec, find(ALL_WORLDS["repulsion"], spec).frames)
    shown = force_arrows(trace, -1)
    row = list(spec.losses).index("supcon")
    strongest = np.linalg.norm(arrows(spec, "supcon", trace.positions[-1, row], None).push, axis=1).max()
    assert "SupCon (" in shown.title
    assert f"Orange arrows too short to see: SupCon {number(strongest)} at most." in shown.how_to_read
    assert "too short" not in force_arrows(trace, 0).how_to_read  # there they are seen


def test_beyond_the_sphere_arrows_are_a_sentence(traces):
    with pytest.raises(LabError, match=r"^dimensions must be 2 or 3 for arrows, but is 12\. The force matrices"):
        force_arrows(traces["high"], 0)


# Curves, matrices, replay


def test_curves_are_medians_with_bands_and_exact_optima_dotted(traces):
    spec = replace(SPHERE, singletons=0)
    trace = Trace.of(spec, list(simulate(spec)))
    plot = repulsion_curves(trace, reference(spec)).plot
    medians = [each for each in plot.data if each.name == "SINCERE"]
    assert len(medians) == 9
    np.testing.assert_allclose(medians[5].y, np.median(trace.margin[:, 1], axis=1))
    bands = [each for each in plot.data if each.fill == "toself" and each.legendgroup == "sincere"]
    np.testing.assert_allclose(bands[5].y[: len(trace.steps)], trace.margin[:, 1].max(axis=1))
    dotted = [each.y[0] for each in plot.data if each.line.dash == "dot" and each.legendgroup == "sincere"]
    optimum = reference(spec).optima[1]
    assert dotted == [0, optimum.same_cosine, optimum.noise_cosine, optimum.margin, optimum.loss]
    assert not [
        each for each in repulsion_curves(traces["sphere"], reference(SPHERE)).plot.data if each.line.dash == "dot"
    ]


def test_matrices_are_the_forces_at_that_moment(traces):
    exhibit = run_matrices(traces["sphere"], 4)
    maps = [each for each in exhibit.plot.data if each.type == "heatmap"]
    for row, name in enumerate(SPHERE.losses):
        wanted = force_of(SPHERE, name, traces["sphere"].positions[4, row])
        off = ~np.eye(SPHERE.vectors, dtype=bool)
        np.testing.assert_allclose(np.array(maps[row].z)[off], wanted[off], rtol=1e-5)
    assert exhibit.title.startswith("After step 4, same-class pairs that repel: SupCon")


@pytest.mark.parametrize("world", WORLDS)
def test_the_replay_moves_the_marks_of_every_loss_from_start_to_end(traces, world):
    trace = traces[world]
    plot = vector_replay(trace).plot
    assert len(plot.frames) <= MOST_FRAMES
    assert [plot.frames[0].name, plot.frames[-1].name] == ["0", "60"]
    assert [step["args"][0][0] for step in plot.layout.sliders[0].steps] == [frame.name for frame in plot.frames]
    for frame, at in ((plot.frames[0], 0), (plot.frames[-1], -1)):
        for row, (mark, index) in enumerate(zip(frame.data, frame.traces, strict=True)):
            assert plot.data[index].mode == "markers"
            assert mark.type == plot.data[index].type
            z = trace.positions[at, row]
            wanted = z if trace.spec.dimensions <= 3 else nearest_cosines(trace.spec, z)
            np.testing.assert_allclose(mark.x, wanted[:, 0], atol=1e-4)
    assert plot.layout.annotations[0].text.startswith("SupCon<br>")


# Class size


def test_class_sizes_are_drawn_with_their_intervals_and_answered(found):
    exhibit = class_size_study(found)
    check(exhibit)
    line = next(each for each in exhibit.plot.data if each.name == "0.1")
    np.testing.assert_allclose(line.y, found.push_to_pull[0, 0, 0].mean(axis=1))
    assert list(line.x) == [2, 4, 8]
    assert exhibit.title.startswith("Worse as more images share a label? In a balanced batch, yes in 1 of 2 settings")
    assert len(exhibit.table) == 2 * 2 * 1 * 3
    share = class_size_study(found, "positive_share")
    check(share)
    assert share.stem != exhibit.stem


def test_where_nothing_repels_the_claims_answer_is_no(found):
    silent = replace(found, push_to_pull=np.zeros_like(found.push_to_pull))
    assert "In a balanced batch, no, in none of 2 settings" in class_size_study(silent).title
