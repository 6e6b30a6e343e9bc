"""The spec of world 2 says no in one sentence, and means the same everywhere; its presets are what they say."""

import math
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from losses.errors import LabError
from toy_models.repulsion import LOSSES, RepulsionSpec, simulate
from toy_models.repulsion.objectives import OBJECTIVES
from toy_models.repulsion.presets import PRESETS
from toy_models.repulsion.spec import MOST_FRAMES

SMALLEST = {"classes": 1, "per_class": 2, "dimensions": 2, "seeds": 1}


@pytest.mark.parametrize("name", RepulsionSpec.BOUNDS)
def test_a_field_may_take_its_bounds_and_nothing_beyond(name):
    bound = RepulsionSpec.BOUNDS[name]
    low, high = (int(bound.low), int(bound.high)) if bound.whole else (bound.low, bound.high)
    for allowed in (2 if name == "per_class" else low, high):
        assert getattr(RepulsionSpec(**{**SMALLEST, name: allowed}), name) == allowed
    for wrong in (low - 1, high + 1, math.nan, math.inf, "3", None, True):
        with pytest.raises(LabError, match=f"^{name} must be a"):
            RepulsionSpec(**{**SMALLEST, name: wrong})


def test_singletons_alone_are_refused_and_beside_classes_allowed():
    with pytest.raises(LabError, match=r"^per_class must be at least 2, but is 1.*singletons"):
        RepulsionSpec(per_class=1)
    assert RepulsionSpec(classes=1, per_class=2, singletons=3).labels == (0, 0, 1, 2, 3)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"classes": 64, "per_class": 5}, r"^classes x per_class \+ singletons must be at most 160, but is 320\. "),
        ({"per_class": 32, "seeds": 3}, r"^seeds must be at most 2 with 128 vectors, but is 3\. "),
        (
            {"per_class": 32, "seeds": 1, "dimensions": 65},
            r"^dimensions must be at most 64 with 128 vectors, but is 65\. ",
        ),
        ({"start": "there"}, r"^start must be one of clusters, random, point, but is 'there'\."),
        ({"losses": ()}, r"^losses must be one or more of supcon, .* but is none"),
        ({"losses": ("supcon", "supcon")}, r"^losses must be one or more of"),
        ({"losses": ("nll",)}, r"^losses must be one or more of .* but is nll"),
    ],
)
def test_what_does_not_go_together_is_a_sentence(changed, message):
    with pytest.raises(LabError, match=message):
        RepulsionSpec(**changed)


@pytest.mark.parametrize("steps", [10, 57, 400, 1000])
def test_frames_begin_at_the_start_end_at_the_last_step_and_are_few(steps):
    frames = RepulsionSpec(steps=steps).frames
    assert (frames[0], frames[-1]) == (0, steps)
    assert list(frames) == sorted(set(frames))
    assert len(frames) <= MOST_FRAMES
    assert max(b - a for a, b in pairwise(frames)) <= math.ceil(steps / 80)


def test_json_gives_the_spec_back_and_refuses_something_else():
    spec = RepulsionSpec(losses=("sincere", "supcon"), steps=50, start="random", singletons=2)
    assert RepulsionSpec.from_json(spec.to_json()) == spec
    for text in ("[]", "{}", '{"steps": 5}'):
        with pytest.raises(LabError, match=r"^spec must be a JSON object with"):
            RepulsionSpec.from_json(text)


def test_every_loss_of_the_spec_can_move_vectors():
    assert list(OBJECTIVES) == list(LOSSES)
    assert RepulsionSpec().losses == ("supcon", "sincere", "eps_sup_infonce", "nt_xent")
    assert set(RepulsionSpec().losses) <= set(LOSSES)


def test_looking_at_specs_presets_and_optima_loads_no_torch():
    code = (
        "import sys; from toy_models.repulsion import RepulsionSpec, reference;"
        "from toy_models.repulsion.presets import PRESETS; reference(RepulsionSpec()); print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def run_of(name):
    frames = list(simulate(PRESETS[name].spec))
    return PRESETS[name].spec.losses, frames


def test_presets_are_named_and_say_one_thing():
    assert len(PRESETS) >= 4
    assert sum(each.title.startswith("Failure") for each in PRESETS.values()) >= 3
    for each in PRESETS.values():
        assert each.look_at.endswith(".")
        assert each.look_at.count(". ") == 0


def test_too_warm_nothing_repels_under_the_labelled_losses():
    losses, frames = run_of("warm")
    rows = [losses.index(name) for name in ("supcon", "sincere", "eps_sup_infonce")]
    assert max(frame.repelling_share[rows].max() for frame in frames) == 0


def test_near_temperature_0_supcon_pushes_as_hard_as_it_pulls_and_everything_stops():
    losses, frames = run_of("cold")
    assert frames[-1].push_to_pull[losses.index("supcon")].min() > 0.99
    assert frames[-1].margin[:3].max() < 0.7  # the simplex has 4/3


def test_all_equal_vectors_never_move():
    _, frames = run_of("all_equal")
    assert all(np.array_equal(frame.positions, frames[0].positions) for frame in frames)
    assert max(frame.gradient_norm.max() for frame in frames) == 0


def test_one_class_alone_is_left_by_sincere_and_pushed_as_much_as_pulled_by_supcon():
    losses, frames = run_of("one_class")
    sincere, supcon = losses.index("sincere"), losses.index("supcon")
    np.testing.assert_allclose(frames[-1].positions[sincere], frames[0].positions[sincere], atol=1e-12)
    assert np.isnan(frames[-1].push_to_pull[sincere]).all()
    np.testing.assert_allclose([frame.push_to_pull[supcon] for frame in frames], 1, rtol=1e-9)
    assert np.isnan(frames[-1].margin).all()


def test_singletons_have_no_loss_yet_classes_flee_from_them():
    losses, frames = run_of("singletons")
    start, end = (frame.positions[losses.index("sincere")] for frame in (frames[0], frames[-1]))
    apart = [(z[:24] @ z[24:].T).max() for z in (start, end)]
    assert apart[1] < apart[0] - 0.1
