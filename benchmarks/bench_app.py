"""How long after the server is up does a visitor see the start page, and what had to be imported for it?"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.browser.server import ARGUMENTS, ROOT, running

HEAVY = {"torch", "umap", "sklearn", "numba"}


def rows() -> Iterable[tuple[str, float, str, float]]:
    """Seconds to the start page's last picture in a fresh browser on a cold server; heavy modules on its way."""
    yield "start page: seconds from a cold server to its figure, in a fresh browser", seconds_to_figure(), "s", 3.0
    yield "start page: torch, umap, sklearn or numba imported on the way", float(len(heavy_imports())), "", 0.0


def seconds_to_figure() -> float:
    path = chromium.find()
    if path is None:
        raise SystemExit(chromium.NONE)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        stack.callback(browser.close)
        page = browser.new_page()
        server = stack.enter_context(running(folder / "log"))
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
