"""A finger on a tablet or a phone turns the slides of a deck, wherever on the slide it begins."""

import pytest
from playwright.sync_api import CDPSession, Page

from talks.freezing import frozen
from talks.model import Talk
from talks.slides import figure_slide, text_slide
from tests.browser.decks import opened
from tests.talks.made import figure, spheres
from tests.waiting import until

pytestmark = pytest.mark.browser
SIZES = {"tablet": (1024, 768), "phone": (844, 390), "phone, upright": (390, 844)}
PLACE = "Reveal.getIndices().h"
RANGES = "[...document.querySelectorAll('.plot')].map(each => each.layout?.xaxis?.range ?? null)"
EYE = "JSON.stringify(document.querySelector('section.present .plot')._fullLayout.scene._scene.getCamera().eye)"
TALK = Talk(
    "Touched",
    (
        figure_slide(figure(0)),
        figure_slide(figure(1)),
        text_slide("Words", "to touch"),
        figure_slide(frozen(spheres()), title="Spheres"),
        text_slide("Last", "one"),
    ),
)


def swipe(session: CDPSession, start: tuple[float, float], across: float) -> None:
    """A finger is put down, moved across, and taken away."""
    x, y = start

    def tell(kind: str, *points: dict[str, float]) -> None:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    tell("touchStart", {"x": x, "y": y})
    for step in range(1, 7):
        tell("touchMove", {"x": x + across * step / 6, "y": y})
    tell("touchEnd")


def middle(page: Page, what: str) -> tuple[float, float]:
    box = page.locator(f"section.present {what}").first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("size", SIZES)
def test_a_swipe_that_begins_on_a_figure_turns_the_slide_and_leaves_the_figure_as_it_is(browser, tmp_path, size):
    width, height = SIZES[size]
    window = {"viewport": {"width": width, "height": height}, "has_touch": True, "is_mobile": True}
    with opened(browser, tmp_path, TALK, **window) as deck:
        page = deck.open()
        session = page.context.new_cdp_session(page)
        for across, place in ((-150, 1), (-150, 2), (150, 1), (150, 0)):
            what = ".draglayer .nsewdrag" if page.locator("section.present .plot").count() else ".body"
            page.locator(f"section.present {what}").first.wait_for(state="attached")
            before = page.evaluate(RANGES)
            swipe(session, middle(page, what), across)
            until(lambda place=place: page.evaluate(PLACE) == place)
            assert [each for each in page.evaluate(RANGES) if each][: len(list(filter(None, before)))] == [
                each for each in before if each
            ]
        assert [each for each in deck.asked if each != deck.url] == []


def test_a_finger_on_a_sphere_turns_the_sphere_and_one_on_its_title_the_slide(browser, tmp_path):
    with opened(browser, tmp_path, TALK, viewport={"width": 1024, "height": 768}, has_touch=True) as deck:
        page = deck.open("#/3")
        session = page.context.new_cdp_session(page)
        page.locator("section.present .gl-container canvas").first.wait_for()
        until(lambda: page.evaluate(EYE))
        before = page.evaluate(EYE)
        swipe(session, middle(page, ".gl-container canvas"), -150)
        until(lambda: page.evaluate(EYE) != before)
        assert page.evaluate(PLACE) == 3
        swipe(session, middle(page, "h2"), -150)
        until(lambda: page.evaluate(PLACE) == 4)


def test_a_tap_says_the_value_of_a_mark(browser, tmp_path):
    with opened(browser, tmp_path, TALK, viewport={"width": 1024, "height": 768}, has_touch=True) as deck:
        page = deck.open()
        page.locator("section.present .points path").nth(1).wait_for()

        def says() -> bool:
            page.touchscreen.tap(*middle(page, ".points path"))
            return page.locator("section.present .hoverlayer .hovertext").count() > 0

        until(says, every=0.5)
