"""Each page opens by deep link on a cold server, light and dark, without an error and without leaving the machine:
at a desk, in front of a projector, on a tablet and on a phone."""

from functools import partial
from importlib.resources import files

import pytest
from playwright.sync_api import Page, expect

from tests.browser.buttons import go_to
from tests.browser.conftest import Tab
from tests.browser.sight import check_first_controls_and_main_figure
from tests.waiting import until
from ui.frame import PAGES

pytestmark = pytest.mark.browser


def address(name: str) -> str:
    """The path of a page as Streamlit makes it from the script's name: 1_Simplex_labels.py is at /Simplex_labels."""
    stem = PAGES[name].script.removeprefix("pages/").removesuffix(".py")
    return "" if name == "start" else stem.split("_", 1)[1]


AXE = (files("axe_playwright_python") / "axe.min.js").read_text()


FITS_A_PHONE = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const figures = [...document.querySelectorAll('.stPlotlyChart .main-svg')].map(each => each.clientWidth);
    return main.scrollWidth <= main.clientWidth && figures.every(width => width >= 560);
}"""
"""The page goes up and down alone, and each figure has the width at which the tests of figures find its texts apart."""


def hindrances(page: Page) -> list[str]:
    """What axe-core calls serious or critical for those who cannot see or point, and headings that leave out a level:
    each with the element that has it."""
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    grave = [each for each in found if each["impact"] in ("serious", "critical") or each["id"] == "heading-order"]
    return [f"{each['id']}: {node['html'][:200]}" for each in grave for node in each["nodes"]]


def no_hindrance(page: Page) -> bool:
    """To be waited for: what fades in is pale for a moment."""
    return not hindrances(page)


def is_on(page: Page, scheme: str) -> bool:
    """Whether the page's ground is light or dark, as asked for."""
    ground = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    brightness = max(int(part) for part in ground.removeprefix("rgb(").removesuffix(")").split(","))
    return (brightness > 128) == (scheme == "light")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_cold_by_deep_link_and_is_well_at_every_size_light_and_dark(cold_server, tab, name):
    """One visit, in which the window and the machine's theme change: loads are what browser tests cost most."""
    opened = tab().open(f"{cold_server.url}/{address(name)}")
    expect(opened.page.locator("h1")).to_have_text(PAGES[name].question)
    opened.page.evaluate(AXE)
    check_well(opened, "light")
    check_first_controls_and_main_figure(opened, name)
    opened.page.emulate_media(color_scheme="dark")
    opened.page.set_viewport_size({"width": 900, "height": 1000})
    check_well(opened, "dark")
    opened.page.set_viewport_size({"width": 390, "height": 844})
    opened.page.wait_for_function(FITS_A_PHONE)
    assert opened.problems == []
    assert "Traceback" not in cold_server.log.read_text()


def check_well(opened: Tab, scheme: str) -> None:
    """In the theme that was asked for, without an error, and in nobody's way."""
    opened.settle()
    assert opened.page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
    until(partial(is_on, opened.page, scheme))
    until(partial(no_hindrance, opened.page), every=1, last=partial(hindrances, opened.page))
    assert opened.problems == []


def test_the_menu_leads_to_every_page(server, tab):
    opened = tab().open(server.url)
    for page in PAGES.values():
        go_to(opened.page, page.label)
        opened.page.locator("h1", has_text=page.question).wait_for()
        opened.settle()
    assert opened.problems == []


def test_the_list_of_pages_shuts_behind_who_goes_by_it(server, tab):
    """Pages that were seen before come at once: their menus must not take over the open list of the page before."""
    opened = tab().open(f"{server.url}/Losses")
    for label in ("Claims", "Losses", "Sampling") * 4:
        go_to(opened.page, label)
        opened.page.locator("h1").wait_for()
    expect(opened.page.get_by_test_id("stPopoverBody")).to_have_count(0)
