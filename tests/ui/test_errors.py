"""Mistakes are said in one sentence; bugs are not hidden."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.waiting import PATIENCE
from ui.errors import plain


def page(kind: str) -> None:
    import streamlit as st

    from losses.errors import LabError
    from ui.errors import explain

    with explain():
        if kind == "mistake":
            raise LabError("temperature", "must be above 0", -1, "Use 0.1.")
        raise ZeroDivisionError("a bug")
    st.text("the page goes on")


def test_a_mistake_is_one_sentence_and_the_page_goes_on():
    app = AppTest.from_function(page, args=("mistake",), default_timeout=PATIENCE).run()
    assert app.error[0].value == plain("temperature must be above 0, but is -1. Use 0.1.")
    assert app.text[0].value == "the page goes on"
    assert not app.exception


def test_a_bug_is_not_caught():
    app = AppTest.from_function(page, args=("bug",), default_timeout=PATIENCE).run()
    assert len(app.exception) == 1
    assert "a bug" not in app.exception[0].message  # the log has it, the page does not


@pytest.mark.parametrize("letter", ["\u202e", "\u200b", "\x00", "\n", "\x1b"])
def test_control_and_bidi_characters_do_not_pass(letter):
    assert plain(f"a{letter}b") == "a b"


def test_what_is_too_long_is_cut():
    assert len(plain("x" * 10_000)) == 600
