"""A talk that is being edited outlives a reload and its server, and two sessions edit two talks at once."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from talks import keeping
from talks.shipped import shipped
from tests.browser.server import running
from tests.waiting import until

pytestmark = pytest.mark.browser
ORDER = "[class*=st-key-talk-slide-] button"
NOTES = "Ask what they would have expected."
REMEMBERED = "sessionStorage.getItem('nce-lab talk')"


def titles(page: Page) -> list[str]:
    """Of the slides as the page lists them, without their numbers and kinds."""
    return [each.split(": ", 1)[-1].strip() for each in page.locator(ORDER).all_inner_texts()]


def edit(opened, place: int, title: str, notes: str) -> None:
    """Another title and notes for a slide."""
    page = opened.page
    page.locator(f".st-key-talk-slide-{place} button").click()
    opened.settle()
    field = page.get_by_label("Title", exact=True)
    until(lambda: field.input_value() == titles(page)[place], last=field.input_value)
    field.fill(title)
    field.press("Tab")
    expect(page.locator(f".st-key-talk-slide-{place} button")).to_contain_text(title)
    page.get_by_label("Speaker notes", exact=True).fill(notes)
    page.keyboard.press("Tab")
    opened.settle()


def test_a_talk_of_fifteen_slides_is_as_it_was_left_after_a_reload_and_a_new_server(tab, tmp_path):
    folder = tmp_path / "cache" / "nce-lab" / "talks"
    before = shipped("sincere")
    with running(tmp_path / "log") as first:
        port = urlsplit(first.url).port
        opened = tab().open(f"{first.url}/Talk?shipped=sincere")
        page = opened.page
        expect(page.locator(ORDER)).to_have_count(len(before.slides))
        page.wait_for_function(REMEMBERED)
        page.reload()  # of a talk that was opened by its link, and not edited yet
        expect(page.locator(ORDER)).to_have_count(len(before.slides))
        opened.settle()
        edit(opened, 4, "Do they repel?", NOTES)
        page.get_by_role("button", name="arrow_upward").click()
        until(lambda: titles(page)[3] == "Do they repel?", last=lambda: titles(page))
        page.goto(f"{first.url}/Talk")
        expect(page.locator(ORDER)).to_have_count(len(before.slides))
        left = titles(page)
        assert left[3] == "Do they repel?"
    with running(tmp_path / "log", port=port) as second:
        page.goto(f"{second.url}/Talk")
        expect(page.locator(ORDER)).to_have_count(len(before.slides))
        assert titles(page) == left
        edit(opened, 3, "Do they still?", NOTES)
    kept = [keeping.find(folder, each.name) for each in keeping.listed(folder)]
    found = [talk for talk, _ in filter(None, kept) if "Do they still?" in [each.title for each in talk.slides]]
    (talk,) = found
    assert (talk.slides[3].notes, talk.slides[3].figures) == (NOTES, before.slides[4].figures)
    assert [each for each in talk.slides if each.title != "Do they still?"] == [
        each for place, each in enumerate(before.slides) if place != 4
    ]


def test_two_sessions_edit_two_talks_in_turn_and_each_keeps_its_own(server, tab):
    names = ("soft_targets", "weince")
    both = [tab().open(f"{server.url}/Talk?shipped={name}") for name in names]
    for opened, name in zip(both, names, strict=True):
        expect(opened.page.locator(ORDER)).to_have_count(len(shipped(name).slides))
    for place in (1, 4):
        for number, opened in enumerate(both):
            edit(opened, place, f"Slide {place} of session {number}", f"Notes {number}")
    for number, opened in enumerate(both):
        opened.page.goto(f"{server.url}/Talk")
        expect(opened.page.locator(ORDER)).to_have_count(len(shipped(names[number]).slides))
        assert [titles(opened.page)[place] for place in (1, 4)] == [
            f"Slide {place} of session {number}" for place in (1, 4)
        ]
    assert [each.problems for each in both] == [[], []]
    assert not re.search("Traceback", server.log.read_text())
