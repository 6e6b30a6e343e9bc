"""At a projector's 1280 x 720, a replay shows its play button. Of every page's first sight: `test_pages`."""

import pytest

from tests.browser.sight import HEIGHT, WIDTH
from tests.browser.test_pages import address

pytestmark = pytest.mark.browser
PLAY = """() => [...document.querySelectorAll('.updatemenu-button')].map(each => each.getBoundingClientRect())
    .some(box => box.height && box.bottom <= innerHeight)"""


@pytest.mark.parametrize(("name", "figure"), [("simplex_labels", "replay"), ("two_views", "evidence")])
def test_the_play_button_of_a_replay_is_seen(server, tab, name, figure):
    opened = tab(width=WIDTH)
    opened.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    opened.open(f"{server.url}/{address(name)}?show={figure}&v=1")
    opened.page.wait_for_function(PLAY)


def test_sentences_of_the_table_of_losses_have_some_words_a_line_on_a_phone(server, tab):
    page = tab(width=390).open(f"{server.url}/Losses").page
    cells = page.locator("[data-testid=stTable] tbody tr:first-child td:nth-child(2)")
    cells.nth(2).wait_for()
    widths = cells.evaluate_all("cells => cells.map((each) => each.getBoundingClientRect().width)")
    assert len(widths) == 3
    assert min(widths) > 150
    assert page.evaluate("document.documentElement.scrollWidth") == 390
