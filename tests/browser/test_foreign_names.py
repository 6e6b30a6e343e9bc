"""Every page with names that would be something else: files below a root, uploads, classes, what a link asks for.

Nothing of them is drawn as a link, a picture, a formula or an icon, and no other host is ever asked.
"""

import ast
import os
import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest

from analysis.figures.labels import short
from analysis.figures.neighbours.nearest import MOST_DRAWN, class_medians
from analysis.neighbours.nearest import nearest_similarity
from checkpoints.bundle import open_npz
from tests.browser.server import Server, running
from tests.browser.test_pages import address
from tests.checkpoints.hostile_data import bundle
from tests.foreign_names import HOST, NAMES
from tests.waiting import LONG, until
from ui.checkpoints.view import SECTIONS
from ui.export import web_page
from ui.frame import PAGES

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
DRAWN = """(host) => {
  const wrong = [];
  for (const each of document.querySelectorAll("[href], [src], [data], [action], image, svg a, object, iframe"))
    for (const name of each.getAttributeNames())
      if (each.getAttribute(name).toLowerCase().includes(host)) wrong.push(`${each.tagName} ${name}`);
  const told = "[data-testid=stAlert], [data-testid=stCaptionContainer], [data-testid=stButtonGroup]";
  for (const each of document.querySelectorAll(told))
    for (const inner of each.querySelectorAll("[data-testid=stMarkdownContainer]"))
      for (const odd of inner.querySelectorAll(`.katex, img, [role=img], h1, ol, ul, hr, blockquote`))
        wrong.push(`${odd.tagName} in ${inner.textContent.slice(0, 60)}`);
  for (const odd of document.querySelectorAll("svg.main-svg a, svg.main-svg image[href^=http]"))
    wrong.push(`${odd.tagName} in a figure`);
  return wrong;
}"""


def bundle_of(seed: int) -> bytes:
    """Train and test items of as many classes as there are names; test items alike in all."""
    rng = np.random.default_rng(seed)
    sides: dict[str, object] = {}
    for side, copies in (("train", 3), ("test", 2)):
        labels = np.arange(len(NAMES) * copies) % len(NAMES)
        sides[f"{side}_labels"] = np.array(NAMES)[labels]
        sides[f"{side}_embeds"] = np.eye(len(NAMES))[labels] + 0.3 * rng.standard_normal((len(labels), len(NAMES)))
    return bundle(**sides)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of each name, a slash in it being a folder's; and one whose name is not UTF-8."""
    top = tmp_path_factory.mktemp("root")
    for place, name in enumerate(NAMES):
        path = top / f"{name.strip('./')}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bundle_of(place % 2))
    (top / "empty.npz").write_bytes(b"")
    with open(os.path.join(os.fsencode(top), b"caf\xe9.npz"), "wb"):
        pass
    return top


@pytest.fixture(scope="module")
def rooted(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("rooted") / "log", "--", "--root", str(root)) as server:
        yield server


def names_below(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*.npz") if b"\xe9" not in os.fsencode(path))


def text_of(locator) -> str:
    return " ".join(locator.inner_text().replace("\u2060", "").split())


def all_well(opened) -> None:
    """Nothing was drawn that should be read, and nobody was asked."""
    opened.settle()
    assert opened.page.evaluate(DRAWN, HOST) == []
    assert opened.problems == []
    assert opened.page.get_by_test_id("stException").count() == 0


def asked_by_links() -> list[str]:
    """The names of all controls, off the source."""
    keys = set()
    for path in (ROOT / "ui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) > 1:
                given = node.args[1]
                if ast.unparse(node.func.value) == "controls" and isinstance(given, ast.Constant):
                    keys.add(str(given.value))
    return sorted(keys)


def alerts_of(opened) -> list[str]:
    return [text_of(alert) for alert in opened.page.get_by_test_id("stAlert").all()]


@pytest.mark.parametrize("name", PAGES)
def test_a_link_that_asks_for_odd_things(server, tab, name):
    names = cycle(NAMES)
    query = {"v": f"http://{HOST}", **{key: next(names) for key in asked_by_links()}}
    opened = tab().open(f"{server.url}/{address(name)}?{urlencode(query)}")
    all_well(opened)
    if name in ("start", "file_contents", "talk"):  # those without controls
        return
    version = f"v must be 1, but is http://{HOST}. The link is from another version of NCE Lab."
    until(lambda: len(told := alerts_of(opened)) > 1 and version in told, last=lambda: alerts_of(opened))


def test_names_below_a_root_in_a_list_and_captions(rooted, root, tab):
    opened = tab().open(f"{rooted.url}/Compare")
    opened.page.get_by_text("1 name that is not UTF-8 is left out").wait_for(timeout=LONG)
    names = [" ".join(name.split()) for name in names_below(root)]
    opened.page.get_by_test_id("stMultiSelect").filter(has_text="Files under the root").get_by_role("combobox").click()
    opened.page.get_by_role("option").first.wait_for()
    shown = [text_of(option) for option in opened.page.get_by_role("option").all()]  # as many as are in sight
    assert len(shown) > 3
    assert set(shown) <= {*names, "Select all"}
    all_well(opened)


def test_files_below_a_root_whose_classes_have_such_names(rooted, root, tab):
    first, second = names_below(root)[1], names_below(root)[2]
    query = [("checkpoints", ""), *(("paths", name) for name in (first, second))]
    query += [("show", show) for show in ("table", "map", "similarity", "calibration")]
    opened = tab().open(f"{rooted.url}/Compare?{urlencode([*query, ('mark', 'wrong'), ('map', 'pca')])}")
    opened.page.get_by_text("Do they differ?").wait_for(timeout=LONG)
    opened.page.get_by_text("Whose probabilities can be trusted?").wait_for(timeout=LONG)
    all_well(opened)


def test_each_section_with_such_classes(rooted, root, tab):
    query = [("source", "root"), ("path", names_below(root)[0]), ("map", "pca"), *(("show", show) for show in SECTIONS)]
    opened = tab().open(f"{rooted.url}/Checkpoints?{urlencode(query)}")
    opened.page.get_by_text(f"{len(NAMES)} classes").first.wait_for(timeout=LONG)
    opened.page.locator(".js-plotly-plot .main-svg, [data-testid=stDataFrame]").first.wait_for(timeout=LONG)
    opened.page.locator(".js-plotly-plot").nth(len(SECTIONS) - 2).wait_for(state="attached")  # provenance has none
    all_well(opened)


def test_a_refused_file_is_named_as_seen_from_the_root(rooted, root, tab):
    (root / "empty.npz").chmod(0o644)
    opened = tab().open(f"{rooted.url}/Checkpoints?source=root&path=empty.npz")
    alert = opened.page.get_by_test_id("stAlertContentError")
    alert.wait_for(timeout=LONG)
    assert "empty.npz" in text_of(alert)
    assert str(root) not in text_of(alert)
    all_well(opened)


OPENED = {
    "Checkpoints": f"{len(NAMES)} classes",
    "Compare": re.compile(r"^Not compared here|^Do they differ\?"),  # one beside the shipped; two with each other
    "File_contents": "Yes: its arrays",
}


@pytest.mark.parametrize("page", OPENED)
def test_uploads_of_such_names(server, tab, page):
    opened = tab().open(f"{server.url}/{page}")
    ending = ".pth" if page == "File_contents" else ".npz"
    for number, name in enumerate((f"![i](http:evil {HOST} a.png)", f"www.{HOST}", ":material error: $x^2$")):
        for content, told in ((bundle_of(number), OPENED[page]), (b"<html>", "but is a web page")):
            given = {"name": name + ending, "mimeType": "application/octet-stream", "buffer": content}
            opened.page.locator("input[type=file]").first.set_input_files(given, timeout=LONG)
            chip = opened.page.get_by_test_id("stFileChipName")
            until(lambda chip=chip, name=name: name[:6] in "".join(chip.all_text_contents()))
            opened.page.get_by_text(told).first.wait_for()
            all_well(opened)


def test_a_downloaded_figure_asks_nobody(tab, tmp_path):
    (tmp_path / "a.npz").write_bytes(bundle_of(0))
    outputs = open_npz(tmp_path / "a.npz")
    opened = tab()
    opened.page.set_content(web_page(class_medians(nearest_similarity(outputs, k=1), outputs.class_names)))
    opened.page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=LONG)
    ticks = {" ".join(text.split()) for text in opened.page.locator(".ytick text").all_text_contents()}
    assert len(ticks) == MOST_DRAWN
    assert ticks <= {" ".join(short(name).split()) for name in NAMES}
    assert opened.page.evaluate(DRAWN, HOST) == []
    assert opened.problems == []
