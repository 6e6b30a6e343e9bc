"""The PDF of a deck, as the command makes it by a Chromium of the machine: a page a slide, with title and figures."""

import re

import pytest

from talks import pdf
from talks.deck import build
from talks.freezing import frozen
from talks.model import Talk
from talks.parting import parts
from talks.shipped import TITLES, shipped
from talks.slides import figure_slide
from tests.talks.made import spheres, talk
from tests.talks.pdf_text import pages

pytestmark = pytest.mark.browser
SCENES = 2


def letters(text: str) -> str:
    """What a title says, without blanks and what Markdown writes around it."""
    return re.sub(r"[\s*_`]", "", text)


def check(shown: Talk, path: str) -> bytes:
    printed = pdf.print_deck(build(shown), browser=path)
    found, slides = pages(printed), [part for slide in shown.slides for part in parts(slide)]
    assert len(found) == len(slides)
    for text, slide in zip(found, slides, strict=True):
        assert letters(text).startswith(letters(slide.title)), text[:80]
    return printed


@pytest.mark.parametrize("name", TITLES)
def test_a_shipped_talk_has_a_page_a_slide_with_its_title(executable, name):
    check(shipped(name), executable)


def test_a_talk_of_every_kind_of_slide_too(executable):
    check(talk(), executable)


def test_twenty_slides_of_spheres_have_a_picture_of_each_scene(executable):
    made = figure_slide(frozen(spheres(SCENES)))
    slides = tuple(figure_slide(made.figures[0], title=f"Sphere {number}") for number in range(20))
    printed = check(Talk("Spheres", slides), executable)
    widths = [int(each) for each in re.findall(rb"/Subtype /Image\b[^>]*?/Width (\d+)", printed)]
    assert sum(width > 300 for width in widths) >= SCENES  # pictures that are the same are in it once
