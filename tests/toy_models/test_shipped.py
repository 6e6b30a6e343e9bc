"""Runs that come with the lab: one a preset, whole, small, and what a fresh run gives."""

from dataclasses import fields, replace

import numpy as np
import pytest

from toy_models.shipped import find, find_answer, path_of, store
from toy_models.shipped.thinning import thin
from toy_models.worlds import WORLDS

PRESETS = [(world.name, preset) for world in WORLDS.values() for preset in world.presets]
QUICK = [("noise_floor", "two_scores"), ("two_views", "always_weibull"), ("repulsion", "one_positive")]


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_each_preset_has_its_run_from_the_first_recorded_step_to_the_last(name, preset):
    world = WORLDS[name]
    spec = world.presets[preset].spec
    run = find(world, spec)
    assert run is not None, "python -m toy_models.shipped makes it"
    steps = [frame.step for frame in run.frames]
    assert (steps[0], steps[-1]) == (spec.frames[0], spec.frames[-1])
    assert set(steps) <= set(spec.frames)
    assert run.seconds > 0


def test_they_are_small():
    sizes = [path_of(WORLDS[name], preset).stat().st_size for name, preset in PRESETS]
    assert max(sizes) < 1 << 20
    assert sum(sizes) < 6 << 20


@pytest.mark.parametrize(("name", "preset"), QUICK)
def test_a_fresh_run_gives_the_same(name, preset):
    world = WORLDS[name]
    spec = world.presets[preset].spec
    shipped, fresh = find(world, spec), {frame.step: frame for frame in world.simulate(spec)}
    since = world.package.Trace.SINCE_THE_FRAME_BEFORE
    for frame in shipped.frames:
        for field in fields(frame):
            if field.name not in ("seconds", *since):
                expected = getattr(fresh[frame.step], field.name)
                np.testing.assert_allclose(getattr(frame, field.name), expected, rtol=1e-4, atol=1e-3)


def test_a_mean_since_the_frame_before_stays_one():
    world = WORLDS["simplex"]
    spec = replace(world.defaults, steps=200, batch_size=8, losses=("nll",))
    trace = world.trace(spec)
    kept = thin(trace)
    assert len(kept["steps"]) < len(trace.steps)
    counts = np.diff(trace.steps, prepend=-1)
    for first, last, mean in zip((-1, *kept["steps"]), kept["steps"], kept["loss"], strict=False):
        within = (trace.steps > first) & (trace.steps <= last)
        expected = np.average(trace.loss[within], axis=0, weights=counts[within])
        np.testing.assert_allclose(mean, expected, rtol=1e-5)


@pytest.mark.parametrize("preset", ["tilted", "hard"])
def test_shipped_answers_are_the_exact_ones(preset):
    world = WORLDS["simplex"]
    spec = world.presets[preset].spec
    found, solved = find_answer(world, lambda each: each == spec), world.package.reference(spec)
    for field in fields(solved):
        one, other = getattr(found, field.name), getattr(solved, field.name)
        if field.name in ("floors", "batch_floors"):
            np.testing.assert_allclose([vars_of(each) for each in one], [vars_of(each) for each in other], atol=1e-6)
        else:
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


def vars_of(floor):
    return [getattr(floor, field.name) for field in fields(floor)]


def test_other_settings_have_none():
    world = WORLDS["noise_floor"]
    assert find(world, replace(world.defaults, seed=7)) is None
    assert find_answer(WORLDS["simplex"], lambda spec: False) is None


@pytest.mark.parametrize("spoil", ["cut", "other spec", "no array", "gone"])
def test_a_file_that_is_not_whole_is_as_if_it_were_not_there(monkeypatch, tmp_path, spoil):
    world = WORLDS["noise_floor"]
    whole, spec = path_of(world, "two_scores"), world.presets["two_scores"].spec
    monkeypatch.setattr(store, "_FOLDER", tmp_path)
    path = path_of(world, "two_scores")
    path.write_bytes(whole.read_bytes())
    assert find(world, spec) is not None
    with np.load(whole) as file:
        arrays = {name: file[name] for name in file}
    if spoil == "cut":
        path.write_bytes(whole.read_bytes()[:-100])
    elif spoil == "other spec":
        np.savez(path, **(arrays | {"spec": np.array(replace(spec, seed=1).to_json())}))
    elif spoil == "no array":
        np.savez(path, **{name: array for name, array in arrays.items() if name != "bias"})
    else:
        path.unlink()
    assert find(world, spec) is None
