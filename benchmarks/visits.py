"""A browser, and a server of its own, for what is measured or photographed in a real page."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium
from tests.browser.server import ARGUMENTS, Server, running


@contextmanager
def a_browser() -> Iterator[Browser]:
    """A Chromium without a window; ends the program with a sentence where this machine has none."""
    path = chromium.find()
    if path is None:
        raise SystemExit(chromium.NONE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def a_server() -> Iterator[Server]:
    """The app, its log in a folder that goes with it."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "log") as server:
        yield server
