"""The command line and the code view give the numbers of the page, for every world."""

import shlex
from dataclasses import fields, replace

import numpy as np
import pytest

from losses.errors import LabError
from toy_models.__main__ import main
from toy_models.worlds import WORLDS, changed

SMALL = {
    "simplex": {"labels": "smoothing", "steps": 10, "batch_size": 16, "seeds": 2},
    "repulsion": {"steps": 10, "per_class": 3, "seeds": 2},
    "noise_floor": {"repetitions": 50, "draws": (50, 100)},
    "two_views": {"steps": 10, "batch_size": 8, "samples": 16, "seeds": 2, "dimensions": 4},
}


def small(name):
    return replace(WORLDS[name].defaults, **SMALL[name])


def arrays(trace):
    found = {field.name: getattr(trace, field.name) for field in fields(trace)}
    return {name: value for name, value in found.items() if isinstance(value, np.ndarray) and name != "seconds"}


def assert_equal_traces(one, other):
    assert one.spec == other.spec
    expected = arrays(one)
    assert len(expected) >= 3
    for name, values in arrays(other).items():
        np.testing.assert_array_equal(values, expected[name], err_msg=name)


@pytest.mark.parametrize("name", WORLDS)
def test_the_command_that_a_page_prints_writes_the_trace_that_it_shows(name, tmp_path, monkeypatch):
    world, spec = WORLDS[name], small(name)
    monkeypatch.chdir(tmp_path)
    words = shlex.split(world.command(spec))
    assert words[:4] == ["python", "-m", "toy_models", name]
    assert main(words[3:]) == 0
    written = world.package.Trace.load(tmp_path / f"{name}_trace.npz")
    assert_equal_traces(world.trace(spec), written)


@pytest.mark.parametrize("name", WORLDS)
def test_the_lines_that_a_page_prints_run(name, capsys):
    world, spec = WORLDS[name], small(name)
    scope = {}
    exec(world.code(spec), scope)
    assert_equal_traces(world.trace(spec), scope["trace"])
    assert capsys.readouterr().out


@pytest.mark.parametrize("name", WORLDS)
def test_presets(name):
    presets = WORLDS[name].presets
    assert len(presets) >= 4
    assert sum(preset.title.startswith("Failure: ") for preset in presets.values()) >= 1
    assert len({preset.spec for preset in presets.values()}) == len(presets)
    for preset in presets.values():
        assert preset.look_at.endswith(".")
        assert preset.look_at.count(". ") == 0, "one sentence"


def test_a_field_overrides_the_preset(tmp_path):
    out = tmp_path / "trace.npz"
    arguments = ["simplex", "--preset", "smoothing", "--seeds", "2", "--steps", "10", "--batch-size", "16"]
    assert main([*arguments, "--out", str(out)]) == 0
    spec = WORLDS["simplex"].package.Trace.load(out).spec
    preset = WORLDS["simplex"].presets["smoothing"].spec
    assert spec == replace(preset, seeds=2, steps=10, batch_size=16)
    assert ("labels", "smoothing") in changed(spec)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--seeds", "99", "--out", "t.npz"], "seeds must be a whole number from 1 to 32, but is 99"),
        (["--out", "nowhere/t.npz"], "--out must lie in a folder that exists"),
        (["--out", "t.txt"], "--out must be a file name that ends in .npz"),
        (["--device", "abacus", "--out", "t.npz"], "device must be one of"),
    ],
)
def test_a_mistake_is_one_sentence(arguments, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["simplex", *arguments]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert len(error.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_preset_that_is_out_of_bounds_cannot_be_made():
    with pytest.raises(LabError, match="steps must be"):
        replace(WORLDS["repulsion"].defaults, steps=0)
