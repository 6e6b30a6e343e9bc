"""How long does a talk of thirty slides take to build, how large is a deck of twenty figures, how soon is the next one?

Figures are those of the toy worlds' pages and of the page on force curves, replays among them. A slide is there when
its figures are drawn and the browser has shown them; between two slides a presenter speaks for a second.
"""

import tempfile
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.timing import once
from talks.deck import build
from talks.freezing import frozen
from talks.model import Slide, Talk
from talks.parting import parts
from talks.slides import figure_slide, text_slide
from tests.browser import chromium
from tests.browser.server import ARGUMENTS
from tests.gallery import claims, exhibits, world_presets

_FIGURES, _SLIDES, _SPOKEN = 20, 30, 1.0
_NEXT = """() => new Promise((done) => {
  const begun = performance.now();
  Reveal.next();
  const plots = () => [...document.querySelectorAll('section.present .plot')];
  const there = () => plots().every((each) => each.querySelector('.main-svg'));
  const look = () => there() ? done(performance.now() - begun) : requestAnimationFrame(look);
  requestAnimationFrame(look);
})"""
Row = tuple[str, float, str, float]


def rows() -> Iterable[Row]:
    figures = tuple(islice(_slides(), _FIGURES))
    words = tuple(text_slide(f"Words {number}", "- of a slide") for number in range(_SLIDES - len(figures)))
    talk = Talk("Thirty slides", (*figures, *words))
    build(talk)  # what is read once, Plotly's script, has been read
    yield f"Talk of {_SLIDES} slides, {_FIGURES} of them figures: build", once(lambda: build(talk)), "s", 5
    yield f"Deck of {_FIGURES} figures: size", len(build(Talk("Figures", figures)).encode()) / 1e6, "MB", 8
    yield from _in_a_browser(talk)


def _slides() -> Iterable[Slide]:
    """Figures of the first preset of each world, then of the force curves."""
    first = dict(reversed(world_presets()))
    for world, preset in first.items():
        yield from (figure_slide(frozen(each)) for each in exhibits(world, preset))
    yield from (figure_slide(frozen(each)) for each in claims())


def _in_a_browser(talk: Talk) -> Iterable[Row]:
    path = chromium.find()
    if path is None:
        print(chromium.NONE)
        return
    shown = sum(len(parts(slide)) for slide in talk.slides)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        file = Path(folder) / "talk.html"
        file.write_text(build(talk), encoding="utf-8")
        browser = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-ready]", state="attached")
        times = []
        for _ in range(shown - 1):
            time.sleep(_SPOKEN)
            times.append(float(page.evaluate(_NEXT)))
        browser.close()
    times.sort()
    yield "Deck: the next slide is shown, median", times[len(times) // 2], "ms", 100
    yield "Deck: the next slide is shown, slowest", times[-1], "ms", 100
