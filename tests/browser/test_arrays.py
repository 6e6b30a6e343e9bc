"""Arrays under names that say nothing, in a real browser: from the file to the pictures in a few actions."""

import io
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from tests.browser.buttons import pictures_there
from tests.browser.test_lost import give
from tests.waiting import LONG

pytestmark = pytest.mark.browser
LABELS = np.arange(60) % 3


def letters() -> bytes:
    rows = np.eye(6)[LABELS] + 0.3 * np.random.default_rng(0).standard_normal((60, 6))
    np.savez(made := io.BytesIO(), A=rows, B=LABELS)
    return made.getvalue()


def test_from_an_unknown_npz_to_the_three_pictures(server, tab):
    """Give the file, press the button: two actions, and the link says the choice."""
    opened = tab().open(f"{server.url}/Checkpoints?map=pca")
    page = opened.page
    pictures_there(page)
    give(page, "letters.npz", letters())
    page.get_by_text("Which array is what?").wait_for(timeout=LONG)
    page.get_by_role("button", name="Show the pictures").click()
    page.get_by_text("60 items, none of them train").wait_for(timeout=LONG)
    for title in (
        "does the encoder put together?",
        "Is an item nearer to its own class",
        "Can the probe's probabilities be trusted?",
    ):
        page.get_by_text(title).first.wait_for(timeout=LONG)
    page.locator(".js-plotly-plot .main-svg").nth(2).wait_for(timeout=LONG)
    opened.settle()
    assert parse_qs(urlsplit(page.url).query)["roles"] == ["embeddings=A,labels=B"]
    page.get_by_role("button", name="Change what is what").click()
    page.get_by_role("button", name="Show the pictures").wait_for(timeout=LONG)
    assert opened.problems == []
