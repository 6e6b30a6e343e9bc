"""Which names of controls a page's links may say, and which it names as none of its own."""

import pytest

from ui.link_names import names_of_controls


@pytest.mark.parametrize("script", ["pages/3_Anatomy.py", "pages/3_Forces.py", "pages/3_Force_curves.py"])
def test_the_name_of_another_pages_control_is_named(open_page, script):
    page = open_page(script, temperature="0")
    assert not page.exception
    (warning,) = page.warning
    assert warning.value.startswith("temperature must be the name of a control of this page")
    assert "temperature" not in page.query_params


def test_a_control_that_the_page_has_with_other_settings_is_not(open_page):
    assert not open_page("pages/3_Anatomy.py", tau_logits="0.5", epsilon="0.1", seed="3").warning


def test_a_page_has_its_own_names_and_an_unknown_page_those_of_all():
    every = names_of_controls("")
    assert {"tau", "temperature", "epsilon", "negative_labels"} <= every
    assert {"negative_labels", "scores", "columns", "split_seed"} <= names_of_controls("checkpoints")
