"""The pictures of the pages in README, as a visitor first sees them: `python -m benchmarks.pictures [NAME ...]`."""

import sys
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.visits import a_browser, a_server
from tests.waiting import LONG

_DOCS = Path(__file__).parent.parent / "docs"
_WIDTH, _HEIGHT = 1280, 900
PICTURES = {
    "simplex_labels": "Simplex_labels",
    "forces": "Forces",
    "checkpoints": "Checkpoints?map=umap",
    "compare": "Compare",
}
"""Name of the file in docs -> the page's address."""
_DRAWN = """() => document.querySelector('.js-plotly-plot .main-svg') && !document.querySelector(
    '[data-testid=stSkeleton], [data-testid=stProgress]') && document.querySelector(
    '[data-testid=stApp][data-test-script-state=notRunning]') && !document.body.innerText.includes('PCA for now')"""


def take(page: Page, address: str, path: Path) -> None:
    """Once everything in sight is drawn, and nothing is left to be computed."""
    page.goto(address)
    page.wait_for_function(_DRAWN)
    page.evaluate("document.fonts.ready.then(() => new Promise((soon) => requestIdleCallback(soon)))")
    page.screenshot(path=path)


def main(wanted: list[str]) -> int:
    with a_browser() as browser, a_server() as server:
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
        page.set_default_timeout(LONG)
        for name in wanted or PICTURES:
            take(page, f"{server.url}/{PICTURES[name]}", _DOCS / f"{name}.png")
            print(f"docs/{name}.png", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
