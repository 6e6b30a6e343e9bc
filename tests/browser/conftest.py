"""A cold server and a real Chromium for each test that asks."""

import asyncio
import os
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

from tests.browser import chromium
from tests.browser.server import ARGUMENTS, Server, running
from tests.waiting import LONG

expect.set_options(timeout=LONG)
# Opened by deep link, Streamlit's own script first asks below the page's path where its server is.
PROBE = re.compile(r"/\w+/_stcore/(health|host-config)")


@dataclass  # without slots: playwright leaves marks on the owner of a handler
class Tab:
    """A browser tab that keeps a list of everything that went wrong in it."""

    page: Page
    problems: list[str] = field(default_factory=list)

    def listen(self) -> "Tab":
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)
        return self

    def open(self, url: str) -> "Tab":
        """Go to `url` and wait until its page has run."""
        self.page.goto(url)
        self.page.locator("h1").wait_for()
        self.settle()
        return self

    def says(self) -> str:
        """What the page shows now, in its own words: for the report of a test that failed."""
        try:
            shown = self.page.get_by_test_id("stMain").inner_text(timeout=5_000)
        except PlaywrightError as mistake:
            shown = str(mistake)
        return f"{self.page.url}\n{shown}\n{self.problems}"

    def settle(self) -> None:
        """Wait until the script is not running."""
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not PROBE.search(message.location.get("url", "")):
            self.problems.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in ("127.0.0.1", None, ""):
            self.problems.append(f"left this machine: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and not PROBE.search(response.url):
            self.problems.append(f"{response.status}: {response.url}")


TABS = pytest.StashKey[list[Tab]]()


@pytest.fixture(scope="session")
def executable() -> str:
    """Path of the Chromium. It finds Playwright's own only where none of Playwright's loops runs."""
    path = chromium.find()
    if path is None and os.environ.get("CI"):
        pytest.fail(chromium.NONE)
    if path is None:
        pytest.skip(chromium.NONE)
    return path


@pytest.fixture(scope="module")
def browser(executable: str) -> Iterator[Browser]:
    """One for each file: Playwright's event loop runs in this thread, and no `asyncio.run` may beside it."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield opened
        opened.close()
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()


@pytest.fixture
def cold_server(tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has visited, on a free port of 127.0.0.1."""
    with running(tmp_path / "log") as server:
        yield server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that need not be the first to visit."""
    with running(tmp_path_factory.mktemp("server") / "log") as server:
        yield server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed ends its report with what its tabs showed then."""
    report = yield
    if report.when == "call" and report.failed:
        shown = [opened.says() for opened in item.stash.get(TABS, [])]
        report.sections += [(f"tab {number}", text) for number, text in enumerate(shown, 1)]
    return report


@pytest.fixture
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Tab]]:
    """`tab("dark", width=900)` opens an empty tab in a context of its own."""
    contexts: list[BrowserContext] = []
    tabs = request.node.stash.setdefault(TABS, [])

    def opened(scheme: str = "light", width: int = 1440) -> Tab:
        context = browser.new_context(
            color_scheme=scheme,
            viewport={"width": width, "height": 1000},
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(LONG)
        contexts.append(context)
        tabs.append(Tab(context.new_page()).listen())
        return tabs[-1]

    yield opened
    for context in contexts:
        context.close()
