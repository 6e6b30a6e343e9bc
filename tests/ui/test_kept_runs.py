"""Finished runs on disk: the same numbers to the last bit, bounded, and never a damaged one."""

import random
import threading
import time
from dataclasses import fields, replace

import numpy as np
import pytest

from tests.ui.run_page import at_rest, button, run_to_its_end
from tests.waiting import PATIENCE
from toy_models.noise_floor import NoiseFloorSpec
from toy_models.repulsion import RepulsionSpec
from toy_models.simplex import SimplexSpec
from toy_models.two_views import TwoViewsSpec
from toy_models.worlds import WORLDS
from ui.live import kept_runs, other_runs
from ui.live.kept_runs import find, keep, path_of
from ui.live.run import Run

SMALL = {
    "simplex": SimplexSpec(steps=10, seeds=2, batch_size=8),
    "repulsion": RepulsionSpec(steps=10, seeds=2, per_class=4),
    "noise_floor": NoiseFloorSpec(scores=(0.0, 0.999), draws=(10, 20), repetitions=300),  # many estimates are infinite
    "two_views": TwoViewsSpec(steps=10, seeds=2, batch_size=16, samples=64),
}
PAGES = {
    "simplex": ("pages/1_Simplex_labels.py", {"steps": "10", "batch_size": "8"}),
    "repulsion": ("pages/1_Repulsion.py", {"steps": "10", "seeds": "1"}),
    "noise_floor": ("pages/1_Noise_floor.py", {"repetitions": "300"}),
    "two_views": ("pages/1_Two_views.py", {"steps": "10", "seeds": "1"}),
}


def simulated(name):
    return tuple(WORLDS[name].package.simulate(SMALL[name]))


@pytest.fixture
def file(tmp_path):
    """A small run on disk."""
    spec = SMALL["noise_floor"]
    path = path_of(WORLDS["noise_floor"], spec, "cpu", tmp_path)
    keep(path, spec, simulated("noise_floor"), 1.5)
    return path


@pytest.mark.parametrize("name", list(WORLDS))
def test_a_kept_run_is_the_run_to_the_last_bit(name, tmp_path):
    world, spec, frames = WORLDS[name], SMALL[name], simulated(name)
    path = path_of(world, spec, "cpu", tmp_path / "runs")
    before = time.time()
    keep(path, spec, frames, 2.5)
    found = find(path, spec, world)
    assert found.seconds == 2.5
    assert before <= found.ended <= time.time()
    assert len(found.frames) == len(frames)
    for kept, frame in zip(found.frames, frames, strict=True):
        for field in fields(frame):
            one, other = getattr(kept, field.name), getattr(frame, field.name)
            assert type(one) is type(other)
            assert np.asarray(one).dtype == np.asarray(other).dtype
            np.testing.assert_array_equal(one, other)


def test_other_settings_devices_code_and_libraries_are_other_runs(monkeypatch, tmp_path):
    world, spec = WORLDS["repulsion"], SMALL["repulsion"]

    def place(spec=spec, device="cpu"):
        return path_of(world, spec, device, tmp_path)

    places = {place(), place(replace(spec, seed=1)), place(device="cuda H100")}
    monkeypatch.setattr(kept_runs, "made_by", lambda: "torch 3")
    places.add(place())
    monkeypatch.setattr(kept_runs, "SCHEMA", 2)
    places.add(place())
    assert len(places) == 5


def test_a_run_of_other_settings_under_this_name_is_none(file):
    assert find(file, replace(SMALL["noise_floor"], seed=1), WORLDS["noise_floor"]) is None


def test_whatever_is_wrong_with_a_file_it_is_as_if_it_were_not_there(file):
    spec, world, whole, rng = SMALL["noise_floor"], WORLDS["noise_floor"], file.read_bytes(), random.Random(0)
    assert find(file, spec, world) is not None
    spoilt = [b"", whole[:-1], whole + b" ", b"x" * 500, b"\x80\x04." + whole[3:]]
    for place in [*range(400), *(rng.randrange(len(whole)) for _ in range(800))]:
        bit = 1 << rng.randrange(8)
        spoilt.append(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
    for content in spoilt:
        file.write_bytes(content)
        assert find(file, spec, world) is None


def test_an_unfinished_run_a_folder_and_nothing_are_none(tmp_path):
    world, spec = WORLDS["repulsion"], SMALL["repulsion"]
    keep(tmp_path / "part", spec, simulated("repulsion")[:-1], 1.0)
    assert find(tmp_path / "part", spec, world) is None
    assert find(tmp_path, spec, world) is None
    assert find(tmp_path / "none", spec, world) is None


def test_arrays_of_another_shape_are_none(tmp_path):
    world, spec = WORLDS["repulsion"], SMALL["repulsion"]
    frames = [replace(frame, positions=frame.positions[:, :1]) for frame in simulated("repulsion")]
    keep(tmp_path / "cut", spec, tuple(frames), 1.0)
    assert find(tmp_path / "cut", spec, world) is None


def test_the_longest_unused_go_first(monkeypatch, file):
    spec, frames, size = SMALL["noise_floor"], simulated("noise_floor"), file.stat().st_size
    monkeypatch.setattr(kept_runs, "MOST_RUNS", 3)
    for number in range(3):
        find(file, spec, WORLDS["noise_floor"])  # in use
        keep(file.with_name(f"{number}.run"), spec, frames, 1.0)
    assert {each.name for each in file.parent.glob("*.run")} == {file.name, "1.run", "2.run"}
    monkeypatch.setattr(kept_runs, "MOST_BYTES", 2 * size)
    find(file, spec, WORLDS["noise_floor"])
    keep(file.with_name("3.run"), spec, frames, 1.0)
    assert {each.name for each in file.parent.glob("*.run")} == {file.name, "3.run"}


def test_a_run_too_large_and_a_folder_that_cannot_be_written_are_no_error(monkeypatch, tmp_path):
    spec, frames = SMALL["noise_floor"], simulated("noise_floor")
    (tmp_path / "file").write_text("in the way")
    keep(tmp_path / "file" / "a.run", spec, frames, 1.0)
    monkeypatch.setattr(kept_runs, "LARGEST", 1 << 20)
    keep(tmp_path / "large.run", spec, frames, 1.0)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("name", list(WORLDS))
def test_a_finished_run_is_there_for_another_session_and_run_replaces_it(open_page, runs_folder, name):
    script, query = PAGES[name]
    first = run_to_its_end(open_page(script, **query))
    (kept,) = runs_folder.iterdir()
    written = kept.stat().st_ino
    again = open_page(script, **query)
    assert not again.exception
    assert len(again.get("plotly_chart")) == len(first.get("plotly_chart")) > 0
    assert [chart.proto.spec for chart in again.get("plotly_chart")] == [
        chart.proto.spec for chart in first.get("plotly_chart")
    ]
    (said,) = [each.value for each in again.caption if each.value.startswith("Finished")]
    assert f"computed on {time.strftime('%d %B %Y')}" in said
    assert not button(again, "Run").disabled
    button(again, "Run").click().run()
    deadline = time.monotonic() + 60
    while kept.stat().st_ino == written or not at_rest(again):
        assert time.monotonic() < deadline
        again.run()
    (said,) = [each.value for each in again.caption if each.value.startswith("Finished")]
    assert "computed on" not in said


def test_a_damaged_file_is_an_empty_page_and_then_made_anew(open_page, runs_folder):
    script, query = PAGES["noise_floor"]
    run_to_its_end(open_page(script, **query))
    (kept,) = runs_folder.iterdir()
    kept.write_bytes(kept.read_bytes()[:-7])
    page = open_page(script, **query)
    assert not page.exception
    assert not page.get("plotly_chart")
    run_to_its_end(page)
    assert len(open_page(script, **query).get("plotly_chart")) > 0


def test_a_run_that_goes_on_is_offered_to_another_session(open_page):
    query = {"steps": "20000", "losses": "nll", "show": "curves"}
    first = open_page("pages/1_Simplex_labels.py", **query)
    button(first, "Run").click().run()
    second = open_page("pages/1_Simplex_labels.py", **query)
    assert any("A run of these settings goes on" in each.value for each in second.caption)
    button(second, "Show it").click().run()
    assert not at_rest(second)
    assert not any("goes on" in each.value for each in second.caption)
    second.switch_page("pages/1_Noise_floor.py").run()
    (run,) = [run for run in other_runs._begun.values() if run.look().phase.value == "running"]
    second.switch_page("pages/1_Simplex_labels.py").run()
    button(second, "Stop").click().run()
    assert run.join(10)
    first.run()
    assert any(each.value == "Stopped." for each in first.caption)


def test_what_is_said_of_a_run_elsewhere_is_so(open_page):
    query = {"steps": "20000", "losses": "nll", "show": "curves"}
    first = open_page("pages/1_Simplex_labels.py", **query)
    button(first, "Step").click().run()
    (run,) = [run for run in other_runs._begun.values() if run.look().phase.value == "paused"]
    second = open_page("pages/1_Simplex_labels.py", **query)
    assert any("A run of these settings is paused at step" in each.value for each in second.caption)
    assert not any("goes on" in each.value for each in second.caption)
    button(first, "Stop").click().run()
    assert run.join(10)


def test_a_run_whose_end_lies_on_disk_goes_on_nowhere(runs_folder):
    spec, frames, leave = SMALL["repulsion"], simulated("repulsion"), threading.Event()

    def until_left(_):
        yield frames[0]
        leave.wait(PATIENCE)

    run = Run(until_left)
    try:
        other_runs.begun("repulsion", spec, run)
        assert other_runs.going_elsewhere("repulsion", spec) is run
        other_runs.keep_finished("repulsion", spec, frames, 1.0)
        assert other_runs.going_elsewhere("repulsion", spec) is None
        other_runs.begun("repulsion", spec, run)  # after that one had ended: Run was pressed again
        assert other_runs.going_elsewhere("repulsion", spec) is run
    finally:
        run.stop()
        leave.set()
        assert run.join(PATIENCE)
