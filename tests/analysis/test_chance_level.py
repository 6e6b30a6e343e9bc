"""The closed form of each chance level against the loss itself, in even and uneven batches."""

from math import exp, log

import pytest

from analysis.forces.chance_level import ChanceSpec, chance_level
from losses.catalog import CATALOG
from losses.errors import LabError


@pytest.mark.parametrize(("size", "classes"), [(64, 8), (17, 5), (6, 5), (12, 2)])
@pytest.mark.parametrize("loss", CATALOG)
def test_formula_and_loss_agree(loss, size, classes):
    found = chance_level(ChanceSpec(loss, size, classes))
    assert found.gap == abs(found.formula - found.measured) < 1e-12


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("nll", log(4)),
        ("soft_target_infonce", log(12)),
        ("supcon", log(11)),
        ("sincere", log(1 + 9)),
        ("eps_sup_infonce", log(exp(-0.25) + 9)),
        ("weince", log(23)),
    ],
)
def test_known_values(loss, expected):
    assert chance_level(ChanceSpec(loss, 12, 4)).formula == pytest.approx(expected, rel=1e-14)


def test_an_anchor_without_positive_is_not_in_the_mean():
    """Five classes of six samples: only one class has two, and those two meet four of noise."""
    assert chance_level(ChanceSpec("sincere", 6, 5)).formula == pytest.approx(log(5), rel=1e-14)


def test_what_the_loss_refuses_is_refused():
    with pytest.raises(LabError, match="labels must repeat"):
        chance_level(ChanceSpec("supcon", 8, 20))
    with pytest.raises(LabError, match="labels must repeat"):
        chance_level(ChanceSpec("sincere", 8, 20))


def test_bad_specs_are_refused():
    for arguments, named in ((("x", 8, 2), "loss"), (("nll", 1, 2), "size"), (("nll", 8, 1), "classes")):
        with pytest.raises(LabError, match=f"^{named} must"):
            ChanceSpec(*arguments)
