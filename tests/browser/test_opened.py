"""A file of the user's own in a real browser: it outlives its page, and a link says which file it is about."""

import hashlib
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.buttons import go_to
from tests.browser.test_lost import give
from tests.checkpoints.hostile_data import bundle
from tests.waiting import LONG, until
from ui.checkpoints.opened import PREFIX

pytestmark = pytest.mark.browser
MINE = bundle()


def follow(opened, name, question):
    """By the menu, as a reader would."""
    go_to(opened.page, name)
    opened.page.get_by_role("heading", name=question).wait_for(timeout=LONG)
    opened.settle()


def test_an_upload_stays_until_it_is_put_away_and_its_link_asks_for_it(server, tab):
    opened = tab().open(f"{server.url}/Checkpoints?show=similarity")
    page = opened.page
    give(page, "mine.npz", MINE)
    page.get_by_text("40 train and 20 test items").wait_for(timeout=LONG)
    opened.settle()
    page.wait_for_url(f"**checkpoint=mine.npz+{hashlib.sha256(MINE).hexdigest()[:PREFIX]}**")
    link = page.url
    follow(opened, "Compare", "Do these checkpoints differ by more than chance?")
    page.get_by_test_id("stButtonGroup").get_by_text("mine.npz").wait_for()
    follow(opened, "Checkpoints", "What has this encoder learned?")
    page.get_by_text("40 train and 20 test items").wait_for(timeout=LONG)
    assert page.get_by_text("no longer has").count() == 0

    reader = tab(width=640).open(link)
    reader.page.get_by_text("mine.npz must be given: this link is about it").wait_for(timeout=LONG)
    until(lambda: parse_qs(urlsplit(reader.page.url).query) == parse_qs(urlsplit(link).query))
    give(reader.page, "mine.npz", bundle(train_labels=None))
    reader.page.get_by_text("must have the array train_labels").wait_for(timeout=LONG)
    give(reader.page, "copy.npz", MINE)
    reader.page.get_by_text("40 train and 20 test items").wait_for(timeout=LONG)
    reader.settle()
    until(lambda: parse_qs(urlsplit(reader.page.url).query) == parse_qs(urlsplit(link).query))

    page.get_by_role("button", name="Put away …").click()
    page.get_by_role("menuitem", name="mine.npz").click()
    page.get_by_text("40 train and 20 test items").wait_for(state="detached", timeout=LONG)
    opened.settle()
    expect(page).not_to_have_url(re.compile("mine.npz"))
    follow(opened, "Compare", "Do these checkpoints differ by more than chance?")
    expect(page.get_by_text("mine.npz")).to_have_count(0)
    assert (opened.problems, reader.problems) == ([], [])
