"""A deck as PDF, one slide a page, printed by a Chromium of this machine."""

import base64
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from losses.errors import LabError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_SECONDS, _EVERY = 180, 0.1
_READY = "'ready' in document.documentElement.dataset"


def find() -> str:
    """Path of the Chromium: $CHROMIUM, or one on the PATH. LabError where there is none."""
    named = os.environ.get("CHROMIUM")
    for path in [named] if named else map(shutil.which, NAMES):
        if path and os.access(path, os.X_OK):
            return path
    remedy = "Or open the deck in any browser with ?view=print behind its address, and print it."
    raise LabError("--pdf", "must have a Chromium on this machine (CHROMIUM=/path/to/it)", remedy=remedy)


def print_deck(html: str, *, browser: str, notes: bool = False) -> bytes:
    """The PDF of a deck. LabError where the browser does not print it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        deck = Path(folder) / "talk.html"
        deck.write_text(html, encoding="utf-8")
        address = f"{deck.as_uri()}?view=print" + ("&notes=yes" if notes else "")
        printing = _when_drawn if os.name == "posix" else _after_a_while
        try:
            return printing(browser, folder, address)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise LabError("--pdf", "could not be printed", but="the browser wrote no file") from error


def _when_drawn(browser: str, folder: str, address: str) -> bytes:
    from talks.browser_pipe import browser as told  # no such pipes on Windows

    with told(_command(browser, folder), _SECONDS) as pipe:
        target = pipe.ask("Target.createTarget", url=address)["targetId"]
        session = pipe.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        while not pipe.ask("Runtime.evaluate", session, expression=_READY, returnByValue=True)["result"].get("value"):
            time.sleep(_EVERY)
        printed = pipe.ask("Page.printToPDF", session, preferCSSPageSize=True, printBackground=True)
        return base64.b64decode(printed["data"])


def _after_a_while(browser: str, folder: str, address: str) -> bytes:
    """Where a browser cannot be told over pipes."""
    out = Path(folder) / "talk.pdf"
    own = ["--no-pdf-header-footer", "--virtual-time-budget=60000", f"--print-to-pdf={out}", address]
    subprocess.run([*_command(browser, folder), *own], capture_output=True, timeout=_SECONDS, check=False)
    return out.read_bytes()


def _command(browser: str, folder: str) -> list[str]:
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # Chromium refuses root otherwise
    return [browser, "--headless", "--disable-gpu", "--no-first-run", *root, f"--user-data-dir={folder}/profile"]
