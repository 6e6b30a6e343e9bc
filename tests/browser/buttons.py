"""How a test finds a button or a page of the lab: by its label, with a keyboard shortcut behind it or without."""

import re

from playwright.sync_api import Page


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=re.compile(rf"^{re.escape(label)}( Shortcut .*)?$")).click()


def go_to(page: Page, label: str) -> None:
    """Another page, by the menu: it is in sight where its group is in use, else behind one button."""
    menu = page.get_by_test_id("stSidebar")
    listed = menu.get_by_role("link", name=label, exact=True)
    if listed.count():
        listed.first.click()
        return
    menu.get_by_role("button", name="All pages").click()
    page.get_by_test_id("stPopoverBody").get_by_role("link", name=label, exact=True).click()
