"""At a projector's 1280 x 720, what of a page is seen together: its first three controls and its main figure."""

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.conftest import Tab
from tests.waiting import until

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


def first_controls(opened: Tab) -> list[list[float]]:
    found: list[list[float]] = opened.page.evaluate(BOXES, CONTROLS)
    return found[:3]


def check_first_controls_and_main_figure(opened: Tab, name: str) -> None:
    """Makes the window a projector's, and leaves it so."""
    opened.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    until(lambda: all(bottom <= HEIGHT for _, bottom in first_controls(opened)), last=lambda: first_controls(opened))
    if name in WITHOUT_FIGURE:
        return
    figure = FIGURES.get(name, FIGURE)
    # A figure that is being drawn anew has no box for a moment, and one further down is then the first.
    try:
        opened.page.wait_for_function(SEEN, arg=[figure, MOST, TALL])
    except PlaywrightTimeout:
        pytest.fail(f"not enough of the figure is seen; (top, bottom) of all: {opened.page.evaluate(BOXES, figure)}")
