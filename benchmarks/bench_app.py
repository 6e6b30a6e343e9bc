"""How long until a visitor sees the start page, and what had to be imported for it; and each page's first picture, by
link in a fresh browser and by a click from the start page."""

import subprocess
import sys
import time
from collections.abc import Iterable

from playwright.sync_api import Browser, Page

from benchmarks.visits import a_browser, a_server
from tests.browser.buttons import go_to
from tests.browser.server import ROOT, Server
from ui.frame import PAGES

_LINK, _CLICK = 2.5, 1.0  # seconds to a page's first picture
PICTURE = ".js-plotly-plot .main-svg, [data-testid=stMain] [data-testid=stEChartsChart] :is(canvas, svg)"
_WITHOUT = {"start", "losses", "file_contents", "talk", "claims"}
"""Pages that open on a table, on words, or on a question for a file."""
HEAVY = {"torch", "umap", "sklearn", "numba"}


def rows() -> Iterable[tuple[str, float, str, float]]:
    """Seconds to the start page's last picture in a fresh browser on a cold server; heavy modules on its way."""
    yield "start page: seconds from a cold server to its figure, in a fresh browser", seconds_to_figure(), "s", 3.0
    yield "start page: torch, umap, sklearn or numba imported on the way", float(len(heavy_imports())), "", 0.0
    yield from to_first_pictures()


def to_first_pictures() -> Iterable[tuple[str, float, str, float]]:
    """Of each page with a figure, on a server that has warmed up and shown the page once to somebody else."""
    with a_browser() as browser, a_server() as server:
        for name, page in PAGES.items():
            if name in _WITHOUT:
                continue
            by_link(browser, server, name)
            yield (
                f"{page.label}: link in a fresh browser to its first picture",
                by_link(browser, server, name),
                "s",
                _LINK,
            )
            yield (
                f"{page.label}: click on the start page to its first picture",
                by_click(browser, server, name),
                "s",
                _CLICK,
            )


def by_link(browser: Browser, server: Server, name: str) -> float:
    with browser.new_context() as context:
        page = context.new_page()
        address = PAGES[name].script.partition("_")[2].removesuffix(".py")
        began = time.perf_counter()
        page.goto(f"{server.url}/{address}", wait_until="commit")
        _wait_for_picture(page)
        return time.perf_counter() - began


def by_click(browser: Browser, server: Server, name: str) -> float:
    """In a browser that has seen a figure of another page."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{server.url}/{'Results' if name != 'results' else 'Forces'}")
        _wait_for_picture(page)
        go_to(page, "NCE Lab")
        page.locator(".st-key-pair-force svg[width]").wait_for()
        link = page.get_by_test_id("stSidebar").get_by_role("link", name=PAGES[name].label, exact=True)
        link.wait_for()
        began = time.perf_counter()
        link.click()
        page.locator(".st-key-pair-force").wait_for(state="detached")
        _wait_for_picture(page)
        return time.perf_counter() - began


def _wait_for_picture(page: Page) -> None:
    page.locator(PICTURE).first.wait_for()


def seconds_to_figure() -> float:
    with a_browser() as browser, a_server() as server:
        page = browser.new_page()
        began = time.perf_counter()
        page.goto(server.url, wait_until="commit")
        page.locator(".st-key-pair-force svg[width]").wait_for()
        return time.perf_counter() - began


def heavy_imports() -> set[str]:
    """Heavy modules loaded when the start page's script has run, without the thread that loads them afterwards."""
    script = (
        "import runpy, sys; from ui import machine;"
        "machine.warm_up = lambda: None; runpy.run_path('app.py'); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return {name.split(".")[0] for name in done.stdout.split()} & HEAVY
