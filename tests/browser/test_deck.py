"""A deck opened from the disk in a real Chromium, with the network off: what a presenter does with it."""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError as TooLong
from playwright.sync_api import expect

from talks.deck import build
from tests.talks.made import talk
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.browser
TALK = talk()
LAST = len(TALK.slides) - 1
READY = "html[data-ready]"
PLACE = "Reveal.getIndices().h"


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    path = tmp_path_factory.mktemp("deck") / "talk.html"
    path.write_text(build(TALK), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def opened(browser, deck):
    """`opened("?view=print")`: the deck in a window without a network; everything it asks for, and all that failed."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    context.set_default_timeout(1000 * PATIENCE)
    page, asked = context.new_page(), []
    context.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: message.type == "error" and asked.append(message.text))
    page.on("pageerror", lambda error: asked.append(str(error)))

    def opening(query=""):
        page.goto(f"{deck}{query}")
        page.wait_for_selector(READY, state="attached")
        return page, asked

    yield opening
    context.close()


def says_its_value(page):
    """Whether a mark that is pointed at does: the figure listens a moment after it is drawn."""
    page.mouse.move(0, 0)
    page.locator("section.present .points path").nth(1).hover(force=True)
    with suppress(TooLong):
        page.locator("section.present .hoverlayer .hovertext").first.wait_for(timeout=3_000)
        return True
    return False


def test_the_keys_of_a_clicker_lead_through_it_and_nothing_is_asked_for(opened, deck):
    page, asked = opened()
    for key, place in (
        ("PageDown", 1),
        ("ArrowRight", 2),
        ("Space", 3),
        ("PageUp", 2),
        ("ArrowLeft", 1),
        ("End", LAST),
    ):
        page.keyboard.press(key)
        assert page.evaluate(PLACE) == place
    page.keyboard.press("Home")
    assert page.evaluate(PLACE) == 0
    page.keyboard.press("4")
    until(lambda: page.evaluate(PLACE) == 3)
    page.locator("section.present .plot .main-svg").first.wait_for()
    until(lambda: says_its_value(page))
    for _ in range(LAST - 3):
        page.keyboard.press("PageDown")
    assert page.evaluate(PLACE) == LAST
    assert page.title() == TALK.title
    assert asked == [deck]


def test_the_next_slide_is_there_at_once(opened):
    page, _ = opened("#/2")
    page.wait_for_selector("section.future .main-svg", state="attached")  # drawn while nobody waits
    step = "() => { const t = performance.now(); Reveal.next(); return performance.now() - t; }"
    assert min(page.evaluate(step) for _ in range(LAST - 2)) < 100


def test_number_and_arrows_grow_with_the_slide_in_a_large_window_and_stay_readable_in_a_small_one(opened):
    page, _ = opened("#/1")
    style = "(each) => getComputedStyle(document.querySelector(each)).fontSize"
    for width, height, number, arrows in (
        (1280, 720, 16, 5.5),
        (1920, 1080, 24, 8.25),
        (3840, 2160, 48, 16.5),
        (640, 360, 16, 5.5),
    ):
        page.set_viewport_size({"width": width, "height": height})
        until(lambda wanted=number: page.evaluate(style, ".slide-number") == f"{wanted}px")
        assert page.evaluate(style, ".controls") == f"{arrows:g}px"


def is_light(text, ink):
    colour = text.evaluate("(each, ink) => getComputedStyle(each)[ink]", ink)
    return min(int(part) for part in re.findall(r"\d+", colour)[:3]) > 200


def test_formulas_are_drawn_and_dark_slides_have_light_text(opened):
    page, _ = opened("#/2")
    page.emulate_media(color_scheme="dark")
    page.locator("section.present .katex").first.wait_for()
    until(lambda: is_light(page.locator("section.present h2"), "color"))
    page.keyboard.press("PageDown")
    tick = page.locator("section.present .xtick text").first
    until(lambda: is_light(tick, "fill"))
    assert float(tick.evaluate("each => parseFloat(getComputedStyle(each).fontSize)")) >= 18


def test_the_speaker_sees_notes_and_clock_in_a_second_window(opened):
    page, _ = opened("#/1")
    with page.expect_popup() as window:
        page.keyboard.press("s")
    notes = window.value.locator(".speaker-controls-notes .value")
    until(lambda: "say this" in notes.inner_text())
    expect(window.value.locator("iframe")).to_have_count(2)
    page.keyboard.press("PageDown")
    until(notes.is_hidden)  # the next slide has none


def test_it_prints_a_page_a_slide_with_every_figure_whole(opened):
    page, _ = opened("?view=print")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.plot')].every((each) => each.querySelector('.main-svg'))"
    )
    outside = """() => [...document.querySelectorAll('.plot')].filter((plot) => {
      const slide = plot.closest('.pdf-page').getBoundingClientRect();
      return [plot, ...plot.querySelectorAll('.main-svg, .xtitle, .ytitle, .legend')].some((each) => {
        const box = each.getBoundingClientRect();
        const beside = box.left < slide.left || box.right > slide.right + 1;
        return beside || box.top < slide.top || box.bottom > slide.bottom + 1;
      });
    }).length"""
    until(lambda: page.evaluate(outside) == 0)
    assert page.locator("aside.notes:visible").count() == 0
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == len(TALK.slides)
