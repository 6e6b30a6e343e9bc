import math
import shlex

import pytest

from checkpoints.native.objectives import OBJECTIVES
from checkpoints.native.recipes import Recipe
from checkpoints.train import _parser, recipe_of
from losses.errors import LabError


@pytest.mark.parametrize("loss", OBJECTIVES)
def test_the_command_of_a_recipe_gives_the_recipe(loss):
    parameters = {name: value / 3 + 0.01 for name, value in OBJECTIVES[loss].parameters.items()}
    recipe = Recipe(loss, "digits", 7, 11, 33, 1e-05, 0.1 + 0.2, parameters)
    words = shlex.split(recipe.command("a folder/it's.safetensors"))
    assert words[:3] == ["python", "-m", "checkpoints.train"]
    options = _parser().parse_args(words[3:])
    assert recipe_of(options) == recipe
    assert options.out == "a folder/it's.safetensors"


@pytest.mark.parametrize("loss", OBJECTIVES)
def test_a_loss_and_an_out_file_are_enough(loss):
    recipe = recipe_of(_parser().parse_args(["--loss", loss, "--out", "x.safetensors"]))
    assert recipe.parameters == OBJECTIVES[loss].parameters


def test_what_a_run_need_not_have_is_kept_where_it_is_asked_for():
    """WEINCE's extra terms: a file without them is as it was, and one with them says so in its command."""
    words = ["--loss", "weince", "--weibull-weight", "0.5", "--softmax-weight", "0.5", "--out", "x.safetensors"]
    recipe = recipe_of(_parser().parse_args(words))
    assert recipe.parameters == {"temperature": 0.1, "weibull_weight": 0.5, "softmax_weight": 0.5}
    again = _parser().parse_args(shlex.split(recipe.command("x.safetensors"))[3:])
    assert recipe_of(again) == recipe
    assert set(OBJECTIVES["weince"].parameters) == {"temperature"}
    with pytest.raises(LabError, match=r"--weibull-weight must be left out for nt_xent. It has temperature"):
        recipe_of(_parser().parse_args(["--loss", "nt_xent", *words[2:]]))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("loss", "triplet"), ("data", "mnist"), ("seed", -1), ("seed", 2**32), ("seed", True), ("epochs", 0),
        ("epochs", 10**9), ("epochs", 2.5), ("batch_size", 1), ("batch_size", 10**9), ("learning_rate", 0.0),
        ("learning_rate", math.nan), ("learning_rate", "1"), ("weight_decay", -0.1), ("weight_decay", math.inf),
        ("parameters", {}), ("parameters", {"temperature": 0.0}), ("parameters", {"temperature": math.nan}),
        ("parameters", {"temperature": True}), ("parameters", {"temperature": 0.1, "epsilon": 0.1}),
    ],
)  # fmt: skip
def test_a_field_out_of_bounds_is_refused(recipe_for, field, value):
    with pytest.raises(LabError):
        recipe_for(**{field: value})
