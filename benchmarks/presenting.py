"""From an empty talk to a deck of five slides, in a real browser: `python -m benchmarks.presenting`.

A person's pace is added to what the lab takes: `READING` seconds before each action, a second for four letters typed.
It writes docs/presenting.md.
"""

import re
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser import chromium
from tests.browser.buttons import go_to, press
from tests.browser.server import ARGUMENTS, running

READING = 6.0
_LETTERS = 4.0  # a second
_HOW = (
    "Written by `python -m benchmarks.presenting`, which does these steps in a real browser at a person's pace:"
    f" {READING:g} seconds to read before each action, {_LETTERS:g} letters a second."
)
_DOCS = Path(__file__).parent.parent / "docs"
_PICTURES = _DOCS / "presenting"


@dataclass
class Presenter:
    """Who does the steps, and writes down when each was done."""

    page: Page
    begun: float = field(default_factory=time.monotonic)
    done: list[tuple[str, float, str]] = field(default_factory=list)

    def ready(self) -> None:
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()

    def adds(self) -> None:
        """The figure or claim that leads the page, into the talk."""
        self.page.get_by_role("button", name="Add to talk").first.click()
        self.page.get_by_text(re.compile(r"Slide \d+ of the talk")).first.wait_for()
        self.ready()

    def reads(self) -> None:
        self.ready()
        time.sleep(READING)

    def types(self, label: str, text: str) -> None:
        self.reads()
        time.sleep(len(text) / _LETTERS)
        self.page.get_by_label(label, exact=True).fill(text)
        self.page.keyboard.press("Tab")
        self.ready()

    def tells(self, what: str, picture: str = "") -> None:
        if picture:
            if self.page.locator("iframe.stIFrame").count():  # the slide as it will be seen
                shown = self.page.frame_locator("iframe.stIFrame").locator("html[data-ready] section.present")
                shown.first.wait_for()
            self.page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollTo(0, 0)")
            self.page.screenshot(path=_PICTURES / f"{picture}.png")
        self.done.append((what, time.monotonic() - self.begun, picture))


def walk(presenter: Presenter, url: str, folder: Path) -> None:
    page = presenter.page
    page.goto(url)
    go_to(page, "Talk")
    presenter.types("The talk's title", "Do positives repel?")
    page.get_by_role("button", name="Add a slide").click()
    time.sleep(READING)
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Title", exact=True).click()
    page.keyboard.press("Escape")
    presenter.types("Title", "Do same-class images repel each other?")
    presenter.tells("Talk: a title, and the first slide", "1-title")

    presenter.reads()
    go_to(page, "Anatomy")
    presenter.reads()
    presenter.adds()
    presenter.tells("Anatomy: its first figure added", "2-anatomy")

    presenter.reads()
    go_to(page, "Repulsion")
    presenter.reads()
    presenter.adds()
    presenter.tells("Repulsion: the end of the shipped run added")

    presenter.reads()
    go_to(page, "Claims")
    presenter.reads()
    press(page, "Same-class pairs that repel")
    presenter.reads()
    presenter.adds()
    presenter.tells("Claims: the claim with its verdict and figure added", "3-claim")

    presenter.reads()
    go_to(page, "Talk")
    presenter.reads()
    page.get_by_role("button", name="Add a slide").click()
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="End", exact=True).click()
    page.keyboard.press("Escape")
    presenter.types("Speaker notes", "If asked for SINCERE's margin: it is on Results.")
    presenter.tells("Talk: the last slide, and notes", "4-slides")

    presenter.reads()
    with page.expect_download() as waiting:
        press(page, "Deck (HTML)")
    deck = folder / "talk.html"
    waiting.value.save_as(deck)
    presenter.tells("The deck as one HTML file")
    shown(page, deck)
    presenter.tells("Opened from the disk without a network, at its third slide", "5-deck")


def shown(page: Page, deck: Path) -> None:
    page.context.set_offline(True)
    page.goto(deck.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("3")
    page.locator("section.present .plot .main-svg").first.wait_for()


def report(presenter: Presenter, size: int) -> str:
    rows = [f"| {what} | {int(at // 60)}:{int(at % 60):02d} |" for what, at, _ in presenter.done]
    pictures = [f"![{what}](presenting/{picture}.png)" for what, _, picture in presenter.done if picture]
    return "\n".join(
        [
            "# From an empty talk to a deck of five slides",
            "",
            _HOW,
            "",
            "| done | after (min:s) |",
            "|---|---|",
            *rows,
            "",
            f"The deck has {size / 1e6:.1f} MB and asks for nothing.",
            "",
            "\n\n".join(pictures),
            "",
        ]
    )


def main() -> int:
    path = chromium.find()
    if path is None:
        print(chromium.NONE, file=sys.stderr)
        return 2
    _PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "log") as server, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(120_000)
        presenter = Presenter(page)
        walk(presenter, server.url, Path(folder))
        (_DOCS / "presenting.md").write_text(report(presenter, (Path(folder) / "talk.html").stat().st_size))
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
