"""What a browser must not wait for before it draws a page's first picture."""

import pytest
from playwright.sync_api import Page, WebSocket, expect

from benchmarks.bench_app import PICTURE

pytestmark = pytest.mark.browser
COLOURS = "StreamlitSyntaxHighlighter"


def listen(page: Page) -> list[str]:
    """What the page asks for from now on, in order: addresses, and "asked" for each message that it sends."""
    heard: list[str] = []

    def on_websocket(socket: WebSocket) -> None:
        heard.append("websocket")
        socket.on("framesent", lambda _content: heard.append("asked"))

    page.on("request", lambda request: heard.append(request.url))
    page.on("websocket", on_websocket)
    return heard


def place_of(heard: list[str], what: str) -> int:
    return next(place for place, each in enumerate(heard) if what in each)


# Pages whose numbers are there at once: others ask now and then how far theirs are.
@pytest.mark.parametrize("address", ["Simplex_labels", "Force_curves", "Anatomy"])
def test_one_run_of_the_page_gives_the_picture_and_plotly_is_asked_for_before_it(server, tab, address):
    page = tab().page
    heard = listen(page)
    page.goto(f"{server.url}/{address}")
    page.locator(PICTURE).first.wait_for()
    assert heard.count("asked") == 1
    assert place_of(heard, "/PlotlyChart.") < place_of(heard, "websocket")


def test_what_colours_code_is_read_when_code_is_unfolded(server, tab):
    visited = tab()
    heard = listen(visited.page)
    visited.open(f"{server.url}/Simplex_labels")
    visited.page.locator(PICTURE).first.wait_for()
    below = visited.page.get_by_test_id("stExpander").filter(has_text="The code that gives these numbers")
    expect(below).to_contain_text("python -m toy_models simplex")
    assert not [each for each in heard if COLOURS in each]
    below.locator("summary").click()
    expect(below.locator("code.language-python span").first).to_be_visible()
    assert [each for each in heard if COLOURS in each]
    assert not visited.problems


def test_the_start_page_reads_after_its_picture_what_the_next_page_draws_with(server, tab):
    page = tab().page
    with page.expect_request(lambda request: "/PlotlyChart." in request.url):
        page.goto(server.url)
    assert page.locator("[data-testid=stEChartsChart] :is(canvas, svg)").count()
