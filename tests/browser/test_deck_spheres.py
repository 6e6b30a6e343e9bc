"""3-D figures in a deck: they can be turned, are printed, and twenty slides of them leave no slide empty.

A browser gives a page some sixteen contexts of the graphics card, and takes the oldest away when it wants more.
"""

import base64
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page

from talks.freezing import frozen
from talks.model import Talk
from talks.slides import figure_slide
from tests.browser.decks import Deck, opened
from tests.talks.made import spheres
from tests.waiting import until

pytestmark = pytest.mark.browser
SLIDES, SCENES, CONTEXTS = 20, 2, 12
TALK = Talk("Spheres", tuple(figure_slide(frozen(spheres(SCENES)), title=f"Sphere {each}") for each in range(SLIDES)))
EYE = "JSON.stringify(document.querySelector('section.present .plot')._fullLayout.scene._scene.getCamera().eye)"
# A turned scene follows the pointer for some frames after it was let go of.
AT_REST = f"""() => new Promise((rested) => {{
  let eye = {EYE}, frames = 0;
  const look = () => {{
    frames = {EYE} === eye ? frames + 1 : 0;
    eye = {EYE};
    frames < 12 ? requestAnimationFrame(look) : rested(eye);
  }};
  look();
}})"""
LOST = """[...document.querySelectorAll('section.present canvas')].map(each => each.getContext('webgl')
          ?? each.getContext('webgl2')).map(each => each === null || each.isContextLost())"""


@pytest.fixture
def deck(browser, tmp_path):
    with opened(browser, tmp_path, TALK) as found:
        found.open()
        yield found


def colours(page: Page, what: str) -> int:
    """How many pixels of the place have a colour of their own."""
    shot = Image.open(io.BytesIO(page.locator(what).first.screenshot())).convert("HSV")
    return sum(count for count, (_, saturation, _) in shot.getcolors(1 << 24) if saturation > 100)


def is_drawn(deck: Deck) -> bool:
    return deck.page.evaluate(LOST) == [False] * SCENES and colours(deck.page, "section.present .plot") > 100


def test_every_one_of_twenty_slides_is_drawn_and_the_first_ones_again(deck):
    for place in (*range(SLIDES), 0, 1):
        deck.show(place)
        until(lambda: is_drawn(deck))
    assert [each for each in deck.asked if each != deck.url] == []


def test_scenes_are_drawn_before_their_slides_are_near_and_not_again_when_they_are_shown(deck):
    drawn = "Reveal.getSlides().findIndex((each) => !each.querySelector('.plot[data-contexts] canvas'))"
    assert deck.page.evaluate(drawn) * SCENES == CONTEXTS
    last = CONTEXTS // SCENES - 1
    sizes = f"[...Reveal.getSlides()[{last}].querySelectorAll('canvas')].map((each) => [each.width, each.height])"
    before = deck.page.evaluate(sizes)
    assert all(side > 300 for pair in before for side in pair)
    # A canvas that is set to a size, even its own, is drawn again.
    deck.page.evaluate(
        """last => { window.again = 0;
      const { set, get } = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, "width");
      for (const each of Reveal.getSlides()[last].querySelectorAll("canvas"))
        Object.defineProperty(each, "width", { get, set(value) { window.again += 1; set.call(each, value); } }); }""",
        last,
    )
    deck.page.set_viewport_size({"width": 1300, "height": 720})  # each scene asks for the size of its box
    for place in range(1, last + 1):
        deck.show(place)
    until(lambda: is_drawn(deck))
    assert deck.page.evaluate("window.again") == 0
    assert deck.page.evaluate(sizes) == before


def test_a_scene_is_turned_and_stays_so_while_other_slides_are_shown(deck):
    until(lambda: is_drawn(deck))
    before = deck.page.evaluate(EYE)
    box = deck.page.locator("section.present .gl-container canvas").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    deck.page.mouse.move(x, y)
    deck.page.mouse.down()
    deck.page.mouse.move(x + 120, y + 40, steps=8)
    deck.page.mouse.up()
    turned = deck.page.evaluate(AT_REST)
    assert turned != before
    for place in (6, 12, 18):
        deck.show(place)
        until(lambda: is_drawn(deck))
    deck.show(0)
    until(lambda: is_drawn(deck))
    assert [round(each, 6) for each in _numbers(deck.page.evaluate(EYE))] == [
        round(each, 6) for each in _numbers(turned)
    ]


def _numbers(eye: str) -> list[float]:
    return [float(each) for each in re.findall(r":(-?[\d.e-]+)", eye)]


def test_a_browser_without_webgl_says_so_and_what_the_figure_shows(browser, executable, tmp_path):
    plain = browser.browser_type.launch(executable_path=executable, args=["--no-sandbox", "--disable-3d-apis"])
    with opened(plain, tmp_path, Talk("Two", TALK.slides[:2])) as deck:
        deck.open()
        said = deck.page.locator("section.present .failed")
        said.wait_for()
        assert said.inner_text().startswith("This figure could not be drawn, for this browser has no WebGL. ")
        assert said.get_attribute("aria-label") in said.inner_text()
        deck.open("?view=print")
        until(lambda: deck.page.locator(".failed").count() == 2)
        assert {each.partition("?")[0] for each in deck.asked} == {deck.url}
    plain.close()


def test_the_overview_shows_pictures_of_all_and_the_slides_live_on(deck):
    deck.page.keyboard.press("Escape")
    filled = "() => [...document.querySelectorAll('.plot')].every((each) => each.querySelector('.main-svg'))"
    deck.page.wait_for_function(filled)
    deck.page.keyboard.press("Escape")
    deck.show(9)
    until(lambda: is_drawn(deck))


def test_a_picture_of_a_scene_is_in_the_print_view(browser, tmp_path):
    with opened(browser, tmp_path, Talk("One", TALK.slides[:2])) as deck:
        deck.open("?view=print")
        sources = deck.page.evaluate("[...document.querySelectorAll('.plot image')].map((each) => each.href.baseVal)")
        assert len(sources) == 2 * SCENES
        for source in sources:
            shot = Image.open(io.BytesIO(base64.b64decode(source.split(",", 1)[1]))).convert("HSV")
            assert sum(count for count, (_, colour, _) in shot.getcolors(1 << 24) if colour > 100) > 100
