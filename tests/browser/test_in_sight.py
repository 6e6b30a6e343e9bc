"""At a projector's 1280 x 720, each page shows its first three controls and its main figure together."""

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.test_pages import address
from tests.waiting import until
from ui.frame import PAGES

pytestmark = pytest.mark.browser
WIDTH, HEIGHT = 1280, 720
MOST, TALL = 0.6, 400
"""What must be seen of a figure: most of it; of one with many rows of panels, so many pixels."""
CONTROLS = "[data-testid=stSidebar] .st-key-controls [data-testid=stElementContainer] > *"
FIGURE = ".js-plotly-plot, [data-testid=stEChartsChart], [data-testid=stMarkdownContainer] table"
FIGURES = {"anatomy": "[data-testid=stMarkdownContainer] .katex-display"}
"""Where the main figure is of another kind: the formula with its numbers."""
WITHOUT_FIGURE = {"start", "losses", "file_contents", "talk", "claims"}
"""Pages that open on a table, on words, or on a question for a file."""


BOXES = """selector => [...document.querySelectorAll(selector)].map(each => each.getBoundingClientRect())
    .filter(box => box.width && box.height).map(box => [box.top, box.bottom])"""
"""(top, bottom) of what can be seen of the elements, in their order."""
SEEN = f"""([selector, most, tall]) => {{
    const first = ({BOXES})(selector)[0];
    return first && Math.min(first[1], innerHeight) - first[0] >= Math.min(most * (first[1] - first[0]), tall);
}}"""


def first_controls(opened):
    return opened.page.evaluate(BOXES, CONTROLS)[:3]


@pytest.mark.parametrize("name", PAGES)
def test_the_first_three_controls_and_the_main_figure_are_seen_together(server, tab, name):
    opened = tab(width=WIDTH)
    opened.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    opened.open(f"{server.url}/{address(name)}")
    until(lambda: all(bottom <= HEIGHT for _, bottom in first_controls(opened)), last=lambda: first_controls(opened))
    if name in WITHOUT_FIGURE:
        return
    figure = FIGURES.get(name, FIGURE)
    # A figure that is being drawn anew has no box for a moment, and one further down is then the first.
    try:
        opened.page.wait_for_function(SEEN, arg=[figure, MOST, TALL])
    except PlaywrightTimeout:
        pytest.fail(f"not enough of the figure is seen; (top, bottom) of all: {opened.page.evaluate(BOXES, figure)}")


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
