"""A copied link has every control of the page in it and brings them back."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_copied_link_restores_the_controls(server, tab):
    opened = tab().open(f"{server.url}/Simplex_labels?steps=120&seeds=2")
    opened.page.get_by_label("First seed", exact=True).fill("7")
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_url("**seed=7**")
    opened.settle()
    opened.page.get_by_role("button", name="Copy link", exact=True).click()
    opened.page.get_by_role("button", name="Copied", exact=True).wait_for()
    link = opened.page.evaluate("navigator.clipboard.readText()")
    asked = parse_qs(urlsplit(link).query)
    assert asked["v"] == ["1"]
    assert (asked["steps"], asked["seeds"], asked["seed"]) == (["120"], ["2"], ["7"])
    assert "batch_size" in asked  # a default, which Streamlit's own URL leaves out

    restored = tab().open(link).page
    for label, value in (("Steps", "120"), ("Seeds", "2"), ("First seed", "7")):
        expect(restored.get_by_label(label, exact=True)).to_have_value(value)


def test_a_hostile_link_opens_with_the_defaults_and_says_so(server, tab):
    opened = tab().open(f"{server.url}/Simplex_labels?seed=nan&steps=1000000000&losses=bogus&learning_rate=-1")
    notices = opened.page.get_by_test_id("stAlert")
    expect(notices).to_have_count(4)
    assert any(text.startswith("seed must be a whole number") for text in notices.all_inner_texts())
    expect(opened.page.get_by_label("First seed", exact=True)).to_have_value("0")
    expect(opened.page).not_to_have_url(re.compile("nan"))
    assert opened.problems == []
