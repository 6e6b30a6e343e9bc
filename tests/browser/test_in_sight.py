"""At a projector's 1280 x 720, each page shows its first three controls and its main figure together."""

import pytest

from tests.browser.test_pages import address
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


def boxes(page, selector):
    """(top, bottom) of what can be seen of the elements, in their order."""
    return page.evaluate(
        """selector => [...document.querySelectorAll(selector)].map(each => each.getBoundingClientRect())
             .filter(box => box.width && box.height).map(box => [box.top, box.bottom])""",
        selector,
    )


@pytest.mark.parametrize("name", PAGES)
def test_the_first_three_controls_and_the_main_figure_are_seen_together(server, tab, name):
    opened = tab(width=WIDTH)
    opened.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    opened.open(f"{server.url}/{address(name)}")
    controls = boxes(opened.page, CONTROLS)[:3]
    assert all(bottom <= HEIGHT for _, bottom in controls), controls
    if name in WITHOUT_FIGURE:
        return
    figure = FIGURES.get(name, FIGURE)
    opened.page.locator(figure).first.wait_for()
    top, bottom = boxes(opened.page, figure)[0]
    seen, height = min(bottom, HEIGHT) - top, bottom - top
    assert seen >= min(MOST * height, TALL), f"{seen:.0f} of {height:.0f} pixels, from {top:.0f} on"
