"""The spec of world 1 says no in one sentence, and means the same everywhere."""

import math
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pytest

from losses.errors import LabError
from toy_models.bounds import Bound
from toy_models.simplex import LOSSES, SimplexSpec
from toy_models.simplex.spec import MOST_FRAMES


@pytest.mark.parametrize("name", SimplexSpec.BOUNDS)
def test_a_field_may_take_its_bounds_and_nothing_beyond(name):
    bound = SimplexSpec.BOUNDS[name]
    low, high = (int(bound.low), int(bound.high)) if bound.whole else (bound.low, bound.high)
    assert getattr(SimplexSpec(**{name: low}), name) == low
    assert getattr(SimplexSpec(**{name: high}), name) == high
    for wrong in (low - 1, high + 1, math.nan, math.inf, "3", None, True):
        with pytest.raises(LabError, match=f"^{name} must be a"):
            SimplexSpec(**{name: wrong})


def test_a_whole_number_is_no_fraction():
    with pytest.raises(LabError, match=r"^steps must be a whole number from 10 to 20000, but is 100\.5\. Use"):
        SimplexSpec(steps=100.5)


def test_a_step_fits_into_memory():
    assert SimplexSpec(seeds=8, batch_size=1024).seeds == 8
    with pytest.raises(LabError, match=r"^seeds must be at most 8 with batches of 1024, but is 9\. Take"):
        SimplexSpec(seeds=9, batch_size=1024)


def test_the_remedy_is_the_nearest_value_allowed():
    assert [Bound(1, 8, whole=True)._remedy(value) for value in (0, 11, math.nan)] == [
        "Use 1, for example.",
        "Use 8, for example.",
        "Use 1, for example.",
    ]


@pytest.mark.parametrize("losses", [(), ("nll", "nll"), ("nll", "supcon")])
def test_losses_are_known_and_named_once(losses):
    with pytest.raises(LabError, match=r"^losses must be one or more of nll, "):
        SimplexSpec(losses=losses)


@pytest.mark.parametrize("steps", [10, 57, 100, 1000, 20_000])
def test_frames_begin_at_the_start_end_at_the_last_step_and_are_few(steps):
    frames = SimplexSpec(steps=steps).frames
    assert frames[0] == 0
    assert frames[-1] == steps
    assert list(frames) == sorted(set(frames))
    assert len(frames) <= MOST_FRAMES
    assert max(b - a for a, b in pairwise(frames)) <= math.ceil(steps / 40)


def test_json_gives_the_spec_back():
    spec = SimplexSpec(losses=("soft_target_infonce", "nll"), steps=50, seeds=3, learning_rate=0.01)
    assert SimplexSpec.from_json(spec.to_json()) == spec
    assert hash(SimplexSpec.from_json(spec.to_json())) == hash(spec)


@pytest.mark.parametrize("text", ["[]", "{}", '{"steps": 5}'])
def test_json_of_something_else_is_refused(text):
    with pytest.raises(LabError, match=r"^spec must be a JSON object with"):
        SimplexSpec.from_json(text)


def test_every_loss_of_the_spec_can_be_trained():
    from toy_models.simplex.objectives import OBJECTIVES

    assert list(OBJECTIVES) == list(LOSSES) == list(SimplexSpec().losses)


def test_looking_at_a_spec_loads_no_torch():
    code = "import sys; from toy_models.simplex import SimplexSpec; SimplexSpec().frames; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_specs_compare_by_value():
    assert replace(SimplexSpec(), seed=1) != SimplexSpec() == SimplexSpec()
