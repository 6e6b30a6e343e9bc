"""Figures leave the browser as files."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Tab
from tests.waiting import PATIENCE

pytestmark = pytest.mark.browser
Saver = Callable[[str], bytes]
PICTURE = ".st-key-pair-force svg[width]"


@pytest.fixture(scope="module")
def saved(browser: Browser, server) -> Iterator[Saver]:
    """`saved("CSV")` presses that button below the start page's figure, in the dark, and reads the file."""
    context = browser.new_context(color_scheme="dark")
    context.set_default_timeout(1000 * PATIENCE)
    page = Tab(context.new_page()).open(server.url).page
    page.locator(PICTURE).wait_for()

    def save(label: str) -> bytes:
        with page.expect_download() as download:
            page.get_by_role("button", name=label, exact=True).click()
        assert download.value.suggested_filename == f"pair-force.{label.lower()}"
        return Path(download.value.path()).read_bytes()

    yield save
    context.close()


def test_the_table_is_saved_as_csv(saved):
    rows = list(csv.reader(io.StringIO(saved("CSV").decode())))
    assert rows[0] == ["cosine", "SupCon", "SINCERE"]
    assert len(rows) == 152


def test_the_figure_is_saved_as_svg_on_white_even_in_the_dark(saved):
    root = ElementTree.fromstring(saved("SVG"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    ground = root.find("{http://www.w3.org/2000/svg}rect")
    assert ground is not None
    assert ground.get("fill") == "white"
    assert "SINCERE" in "".join(root.itertext())


def test_the_figure_is_saved_as_png(saved):
    assert saved("PNG").startswith(b"\x89PNG")


def test_the_figure_is_saved_as_a_web_page_that_opens_offline(saved, tab):
    opened = tab()
    opened.page.context.set_offline(True)
    opened.page.set_content(saved("HTML").decode())
    opened.page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert opened.problems == []


def test_a_plotly_figure_is_saved_as_svg_on_white_even_in_the_dark(server, tab):
    page = tab("dark").open(f"{server.url}/Forces").page
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="SVG", exact=True).first.click()
    root = ElementTree.fromstring(Path(download.value.path()).read_bytes())
    ground = root.find("{http://www.w3.org/2000/svg}rect")
    assert ground is not None
    assert "fill: rgb(255, 255, 255)" in ground.get("style", "")


def test_a_deck_leads_back_to_the_lab_that_made_it(server, tab):
    page = tab().open(f"{server.url}/Talk?shipped=sincere").page
    with page.expect_download() as download:
        page.get_by_role("button", name="Deck (HTML)").click()
    links = re.findall(r'<a href="([^"]*)" target="_blank"', Path(download.value.path()).read_text())
    own = [each for each in links if "127.0.0.1" in each]
    assert own
    assert all(re.match(rf"{re.escape(server.url)}/[A-Z]\w+\?", each) for each in own)


def svg_of(opened: Tab, figure: str, button: str) -> str:
    """What the button below the figure saves, as text."""
    with opened.page.expect_download() as download:
        opened.page.locator(f".st-key-{figure}-picture").get_by_role("button", name=button, exact=True).click()
    return Path(download.value.path()).read_text()


def test_a_picture_goes_on_without_its_page(server, tab):
    """A replay of a shipped run, in the dark: title, reading, settings and source, in dark ink, and no player."""
    circle = "dimensions=2&classes=2&per_class=6&temperature=0.3&spread=0.8"
    opened = tab("dark").open(f"{server.url}/Repulsion?{circle}&show=replay")
    opened.page.locator(".st-key-replay .js-plotly-plot").wait_for()
    whole = svg_of(opened, "replay", "SVG")
    said = "".join(ElementTree.fromstring(whole).itertext())
    title = opened.page.locator("h2").first.inner_text()
    for words in (title.split()[:3], ["How", "to", "read", "this."], ["dimensions=2"], ["NCE", "Lab"]):
        assert " ".join(words) in said
    bare = "".join(ElementTree.fromstring(svg_of(opened, "replay", "Bare SVG")).itertext())
    assert "How to read" not in bare
    assert "SINCERE" in bare
    for text in (said, bare):
        assert "Play" not in text.replace("play them", "")
        assert "after step" not in text.replace("After step", "")
    assert "rgb(250, 250, 250)" not in whole
    assert opened.problems == []
