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
