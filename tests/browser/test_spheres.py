"""Spheres are whole at every width: their size follows from a figure's height, which no narrow page changes."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.browser.offline import Easel, easel
from tests.gallery import exhibits, world_presets
from tests.waiting import until

pytestmark = pytest.mark.browser
NARROWEST = 784
"""What a page gives to spheres beside each other at the least, in `page.css`."""
SCENES = """() => [...document.querySelectorAll('.gl-container > [id^=scene]')]
    .map(each => each.getBoundingClientRect()).map(box => [box.left, box.top, box.right, box.bottom].map(Math.round))"""
SPHERES = [each for each in world_presets() if each[0] == "repulsion"]


@pytest.fixture(scope="module")
def drawing(browser: Browser) -> Iterator[Easel]:
    with easel(browser) as place:
        yield place


def is_empty(image: Image.Image) -> bool:
    colours = image.getcolors(image.width * image.height)
    return colours is not None and len(colours) == 1


def cut_off(shot: Image.Image, box: list[int]) -> bool:
    """Is anything drawn at the left or right edge of a scene?"""
    left, top, right, bottom = box
    return not all(is_empty(shot.crop((at, top, at + 1, bottom))) for at in (left + 1, right - 2))


@pytest.mark.parametrize("preset", [preset for _, preset in SPHERES])
def test_nothing_of_a_sphere_or_its_arrows_is_cut_off(drawing, preset):
    for exhibit in exhibits("repulsion", preset):
        if not next(exhibit.plot.select_scenes(), None):
            continue
        for width in (NARROWEST, 1460):
            drawing.draw(exhibit.plot, width)
            shot = Image.open(io.BytesIO(drawing.page.screenshot())).convert("RGB")
            for box in drawing.page.evaluate(SCENES):
                assert not is_empty(shot.crop(box)), (exhibit.stem, width, "an empty scene")
                assert not cut_off(shot, box), (exhibit.stem, width, box)


@pytest.mark.parametrize("width", [390, 640, 800])
def test_a_narrow_page_gives_spheres_their_room_and_moves_them_sideways(server, tab, width):
    page = tab(width=width).open(f"{server.url}/Repulsion").page
    page.locator("#scene4").wait_for(state="attached")
    plot = page.locator(".js-plotly-plot").first
    until(lambda: plot.bounding_box()["width"] >= NARROWEST, last=lambda: plot.bounding_box())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
