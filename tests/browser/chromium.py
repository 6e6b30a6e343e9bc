"""Find a Chromium for the browser tests, or get one: the machine's own, else playwright's, else Debian's.

`python -m tests.browser.chromium` prints its path; where none can be had it says so, and fails when CI is set.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NONE = "No Chromium could be found or installed, so the browser tests do not run. Name one with CHROMIUM=/path/to/it."


def find() -> str | None:
    """Path of a Chromium on this machine: $CHROMIUM, one on the PATH, or one that playwright has downloaded."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else [*map(shutil.which, NAMES), playwrights_own()]
    return next((path for path in candidates if path and os.access(path, os.X_OK)), None)


def playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def ask_playwright() -> None:
    _try(sys.executable, "-m", "playwright", "install", "chromium")


def ask_debian() -> None:
    if os.geteuid() == 0 and Path("/etc/debian_version").exists():
        _try("apt-get", "update", "-qq")
        _try("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")


def _try(*command: str) -> None:
    print("looking for a Chromium:", *command, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # A mirror that hangs must not hang the tests: each source has five minutes.
    try:
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired) as failure:
        print(failure)


def main() -> int:
    for source in (None, ask_playwright, ask_debian):
        if source is not None:
            source()
        if path := find():
            print("Chromium for the browser tests:", path)
            return 0
    print(NONE)
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    raise SystemExit(main())
