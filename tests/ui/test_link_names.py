"""Which names of controls a page's links may say, another page's for the same too, and which are none of its own."""

import ast
import re
from pathlib import Path

import pytest

from ui.controls import Controls
from ui.frame import PAGES
from ui.link_names import _imported_by, names_of_controls

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("pages/3_Anatomy.py", "annotators"),
        ("pages/3_Forces.py", "losses"),
        ("pages/3_Force_curves.py", "losses"),
        ("pages/3_Sampling.py", "step"),
        ("pages/1_Coordinate_lens.py", "cosines"),
        ("pages/1_Endpoint_tails.py", "hard"),
        ("pages/5_Claims.py", "source"),
        ("pages/4_Losses.py", "device"),
    ],
)
def test_the_name_of_another_pages_control_is_named(open_page, script, name):
    page = open_page(script, **{name: "nope"})
    assert not page.exception
    (warning,) = page.warning
    assert warning.value == (
        f"{name} must be the name of a control of this page, but this page has none called so. It is left out."
    )
    assert name not in page.query_params


def test_it_is_named_beside_what_is_wrong_with_a_control_of_the_page(open_page):
    said = [
        each.value.partition(" must be ")[0]
        for each in open_page("pages/3_Forces.py", classes="-1", losses="nope").warning
    ]
    assert sorted(said) == ["classes", "losses"]


@pytest.mark.parametrize(
    ("script", "own", "other", "value"),
    [
        ("pages/3_Anatomy.py", "tau", "temperature", 0.25),
        ("pages/3_Force_curves.py", "tau", "temperature", 0.25),
        ("pages/3_Forces.py", "dimension", "dimensions", 24),
        ("pages/1_Coordinate_lens.py", "temperature", "tau", 0.25),
    ],
)
def test_a_link_may_call_a_quantity_as_another_page_does(open_page, script, own, other, value):
    page = open_page(script, **{other: str(value)})
    assert not page.exception
    assert not page.warning
    assert {each.key: each.value for each in (*page.slider, *page.number_input)}[own] == value
    assert page.query_params[own] == str(value)
    assert other not in page.query_params


def test_a_control_that_the_page_has_with_other_settings_is_not(open_page):
    assert not open_page("pages/3_Anatomy.py", tau_logits="0.5", epsilon="0.1", seed="3").warning


@pytest.mark.parametrize("page", PAGES)
def test_no_control_of_a_page_is_missed(page):
    assert keys_of_controls(page) <= names_of_controls(page)


def test_controls_are_found_where_they_are_made():
    assert {"tau", "loss", "head_tau", "toy_loss"} <= keys_of_controls("forces")


def keys_of_controls(page: str) -> set[str]:
    """The second argument of each control that a page may make, off the syntax tree of what it imports."""
    makers = {name for name in vars(Controls) if not name.startswith("_")} | {"whole"}
    calls = [
        node
        for path in _imported_by(ROOT / PAGES[page].script)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in makers
    ]
    given = [each.args[1] for each in calls if len(each.args) > 1 and not ast.unparse(each.func).startswith("st.")]
    return {each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def test_a_page_has_its_own_names_and_an_unknown_page_those_of_all():
    every = names_of_controls("")
    assert {"tau", "temperature", "epsilon", "negative_labels"} <= every
    assert {"negative_labels", "scores", "columns", "split_seed"} <= names_of_controls("checkpoints")


def test_a_quantity_is_shown_by_one_name_on_all_pages():
    """Names of controls in links -> the words beside them, over all pages."""
    shown = re.compile(r"\(\"([^\"]+)\", \"(tau|temperature|dimensions?|epsilon|beta|singletons|batch_size)\"")
    said: dict[str, set[str]] = {}
    for path in (ROOT / "ui").rglob("*.py"):
        for label, name in shown.findall(path.read_text()):
            said.setdefault(name, set()).add(label)
    assert said["tau"] == said["temperature"] == {"Temperature τ"}
    assert said["dimension"] == said["dimensions"] == {"Dimensions"}
    assert said["beta"] == {"Exponent β"}
    assert said["singletons"] == {"Singletons"}
    assert said["epsilon"] == {"Margin ε", "Smoothing ε"}  # of a loss; of labels
