"""How a test finds a button or a page of the lab: by its label, with a keyboard shortcut behind it or without."""

import re

from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as NotInTime

from tests.waiting import until


def button(page: Page, label: str) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^{re.escape(label)}( Shortcut .*)?$"))


def press(page: Page, label: str) -> None:
    button(page, label).click()


def run_live(page: Page) -> None:
    """Press Run and wait until the steps of this run are counted: those of a run before may still be there."""
    press(page, "Run")
    button(page, "Pause").wait_for()
    page.get_by_text(re.compile(r"step \d[\d,]* of .* steps/s")).wait_for()


def go_to(page: Page, label: str) -> None:
    """Another page, by the menu: it is in sight where its group is in use, else behind one button."""
    menu = page.get_by_test_id("stSidebar")
    listed, rest = menu.get_by_role("link", name=label, exact=True), menu.get_by_role("button", name="All pages")
    listed.or_(rest).first.wait_for()
    if listed.count():
        listed.first.click()
        return
    hidden = page.get_by_test_id("stPopoverBody").get_by_role("link", name=label, exact=True)
    until(lambda: _opens(rest, hidden))
    hidden.click()
    hidden.wait_for(state="hidden")  # the list goes with the page that it was opened on


def _opens(button: Locator, hidden: Locator) -> bool:
    """Whether a press has opened the list: a page that is drawn anew meanwhile shuts it."""
    button.click()
    try:
        hidden.wait_for(timeout=5_000)
    except NotInTime:
        return False
    return True


def pictures_there(page: Page) -> None:
    """Wait for the images of the file in view: their addresses end with it."""
    page.wait_for_function("document.images.length && [...document.images].every(each => each.complete)")
