"""A deck as PDF, one slide a page, printed by a Chromium of this machine."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from losses.errors import LabError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_SECONDS = 180


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
    with tempfile.TemporaryDirectory() as folder:
        deck, out = Path(folder) / "talk.html", Path(folder) / "talk.pdf"
        deck.write_text(html, encoding="utf-8")
        address = f"{deck.as_uri()}?view=print" + ("&notes=yes" if notes else "")
        try:
            subprocess.run(_command(browser, folder, out, address), capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise LabError("--pdf", "could not be printed", but="the browser did not answer") from error
        if not out.is_file():
            raise LabError("--pdf", "could not be printed", but="the browser wrote no file")
        return out.read_bytes()


def _command(browser: str, folder: str, out: Path, address: str) -> list[str]:
    options = ["--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer", "--virtual-time-budget=60000"]
    own = [f"--user-data-dir={folder}/profile", f"--print-to-pdf={out}", address]
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # Chromium refuses root otherwise
    return [browser, *options, *root, *own]
