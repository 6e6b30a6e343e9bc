"""A deck in a window of a real Chromium without a network, and what its slides show."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from talks.deck import build
from talks.model import Talk
from tests.browser.offline import Box, Drawn
from tests.waiting import PATIENCE

READY = "html[data-ready]"
_DRAWN = "() => [...document.querySelectorAll('.present .plot')].every((each) => each.querySelector('.main-svg'))"
_HERE = Path(__file__).parent


@dataclass
class Deck:
    """A deck that is open; `asked`: every address that it wanted, and all that failed."""

    page: Page
    url: str
    asked: list[str] = field(default_factory=list)

    def open(self, query: str = "") -> Page:
        self.page.goto(f"{self.url}{query}")
        self.page.wait_for_selector(READY, state="attached")
        for script in ("offline.js", "slides.js"):
            self.page.add_script_tag(path=_HERE / script)
        return self.page

    @property
    def count(self) -> int:
        return int(self.page.evaluate("Reveal.getTotalSlides()"))

    def show(self, place: int) -> None:
        """The slide, with its figures drawn."""
        self.page.evaluate("place => Reveal.slide(place)", place)
        self.page.wait_for_function(_DRAWN)

    def drawn(self) -> Drawn:
        """Texts of the figures of the slide that is shown, sizes in pixels of a slide of 1280 x 720."""
        found: list[dict[str, Any]] = self.page.evaluate("textsOfSlide(document.querySelector('section.present'))")
        size = self.page.viewport_size or {"width": 0, "height": 0}
        texts = tuple(Box(**{name: each[name] for name in each if name != "outside"}) for each in found)
        self.outside = [each["text"] for each in found if each["outside"]]
        return Drawn(size["width"], size["height"], texts, ())


@contextmanager
def opened(browser: Browser, folder: Path, talk: Talk, **options: Any) -> Iterator[Deck]:
    """The deck of a talk, opened from the disk; `options` of the window."""
    path = folder / "talk.html"
    path.write_text(build(talk), encoding="utf-8")
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 720}, "offline": True} | options)
    context.set_default_timeout(1000 * PATIENCE)
    deck = Deck(context.new_page(), path.as_uri())
    context.on("request", lambda request: deck.asked.append(request.url))
    deck.page.on("pageerror", lambda error: deck.asked.append(str(error)))
    yield deck
    context.close()
