"""A loss has one colour and one dash everywhere, and shares them with none; hues are told apart by everyone."""

import ast
from itertools import combinations
from pathlib import Path

import pytest

from analysis.figures.loss_styles import FURTHER_DASHES, LOSS_STYLES, styles_among
from analysis.figures.theme import A_SYMBOL, CLASS_COLOURS, GREY, LOOKS, class_style
from analysis.figures.worlds.echarts import LINES, SYMBOLS
from losses.catalog import CATALOG
from tests.analysis.figures.colours import DARK, WHITE, apart, contrast
from toy_models.simplex import LOSSES

FIGURES = Path(__file__).parents[3] / "analysis" / "figures"
FAR = 15.0
"""CIELAB: about six times what one sees side by side."""


def test_every_loss_has_a_style():
    assert set(LOSS_STYLES) >= set(CATALOG) | set(LOSSES)


@pytest.mark.parametrize("pair", list(combinations(LOSS_STYLES, 2)), ids="-".join)
def test_no_two_losses_share_their_look(pair):
    one, other = (LOSS_STYLES[name] for name in pair)
    assert (one.colour, one.dash) != (other.colour, other.dash)
    assert (one.colour, one.symbol) != (other.colour, other.symbol)
    assert one.dash != other.dash or apart(one.colour, other.colour) > FAR


@pytest.mark.parametrize("style", list(LOSS_STYLES.values()), ids=list(LOSS_STYLES))
def test_a_line_is_seen_on_either_ground_and_in_either_library(style):
    assert min(contrast(style.colour, ground) for ground in (WHITE, DARK)) >= 3
    assert style.dash in LINES
    assert style.symbol in SYMBOLS
    assert style.dash not in FURTHER_DASHES


def test_losses_in_grey_are_told_apart_by_their_dashes():
    grey = ["eps_sup_infonce", "nt_xent", "weibit", "nll", "label_infonce"]
    found = styles_among(["supcon", *grey], ["supcon"])
    assert found["supcon"] == LOSS_STYLES["supcon"]
    assert {found[loss].colour for loss in grey} == {GREY}
    assert len({found[loss].dash for loss in grey}) == len(grey)
    assert found["nt_xent"].dash == LOSS_STYLES["nt_xent"].dash
    assert styles_among(grey, []) == {loss: LOSS_STYLES[loss] for loss in grey}


def test_ten_classes_have_ten_colours_as_far_apart_as_five_are():
    def nearest(colours):
        return min(apart(*pair) for pair in combinations(colours, 2))

    assert len(set(CLASS_COLOURS)) == 10
    assert nearest(CLASS_COLOURS) >= nearest(CLASS_COLOURS[:A_SYMBOL])
    assert min(contrast(colour, ground) for colour in CLASS_COLOURS for ground in (WHITE, DARK)) >= 3
    styles = [class_style(index) for index in range(LOOKS + 1)]
    assert len({(style.colour, style.symbol) for style in styles}) == LOOKS
    assert {style.symbol for style in styles[:A_SYMBOL]} != {style.symbol for style in styles[A_SYMBOL : 2 * A_SYMBOL]}


def test_colours_are_made_at_home_alone():
    """No other module of the figures writes a hue: it takes one from the theme, or a loss's style."""
    homes = {"theme.py", "loss_styles.py"}
    written = {
        (path.name, node.value)
        for path in FIGURES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if path.name not in homes and isinstance(node, ast.Constant) and _is_hue(node.value)
    }
    assert written == set()


def _is_hue(value: object) -> bool:
    return isinstance(value, str) and len(value) == 7 and value[0] == "#"
