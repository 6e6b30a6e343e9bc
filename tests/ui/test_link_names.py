"""Which names of controls a page's links may say, another page's for the same too, and which are none of its own."""

import re
from pathlib import Path

import pytest

from ui.link_names import names_of_controls


@pytest.mark.parametrize("script", ["pages/3_Anatomy.py", "pages/3_Forces.py", "pages/3_Force_curves.py"])
def test_the_name_of_another_pages_control_is_named(open_page, script):
    page = open_page(script, annotators="0")
    assert not page.exception
    (warning,) = page.warning
    assert warning.value.startswith("annotators must be the name of a control of this page")
    assert "annotators" not in page.query_params


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


def test_a_page_has_its_own_names_and_an_unknown_page_those_of_all():
    every = names_of_controls("")
    assert {"tau", "temperature", "epsilon", "negative_labels"} <= every
    assert {"negative_labels", "scores", "columns", "split_seed"} <= names_of_controls("checkpoints")


def test_a_quantity_is_shown_by_one_name_on_all_pages():
    """Names of controls in links -> the words beside them, over all pages."""
    shown = re.compile(r"\(\"([^\"]+)\", \"(tau|temperature|dimensions?|epsilon|beta|singletons|batch_size)\"")
    said: dict[str, set[str]] = {}
    for path in (Path(__file__).parents[2] / "ui").rglob("*.py"):
        for label, name in shown.findall(path.read_text()):
            said.setdefault(name, set()).add(label)
    assert said["tau"] == said["temperature"] == {"Temperature τ"}
    assert said["dimension"] == said["dimensions"] == {"Dimensions"}
    assert said["beta"] == {"Exponent β"}
    assert said["singletons"] == {"Singletons"}
    assert said["epsilon"] == {"Margin ε", "Smoothing ε"}  # of a loss; of labels
