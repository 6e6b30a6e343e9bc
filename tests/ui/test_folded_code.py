"""Code below a figure is there, plain, before it is asked for, and coloured when it is."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.waiting import PATIENCE

pytestmark = pytest.mark.folded


def page():
    from ui.folded_code import folded_code

    folded_code("The code", (("bash", "python -m claims\nls"), ("python", "import this")), key="here")


def opened(*, unfolded: bool) -> AppTest:
    app = AppTest.from_function(page, default_timeout=PATIENCE)
    app.session_state["here-code"] = unfolded
    return app.run()


def test_folded_it_asks_for_nothing_that_colours():
    app = AppTest.from_function(page, default_timeout=PATIENCE).run()
    assert not app.exception
    assert not app.code
    assert [each.value for each in app.text] == ["python -m claims\nls", "import this"]


def test_unfolded_it_is_coloured():
    app = opened(unfolded=True)
    assert [(each.language, each.value) for each in app.code] == [
        ("bash", "python -m claims\nls"),
        ("python", "import this"),
    ]
    assert not app.text


def test_folded_again_it_is_plain_again():
    assert not opened(unfolded=False).code
