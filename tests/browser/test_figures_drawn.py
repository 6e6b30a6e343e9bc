"""Figures as Chromium draws them: panels at one scale, nothing clipped or on each other, text that can be read."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser

from analysis.figures.exhibit import Exhibit
from analysis.figures.forces.groups import force_groups
from analysis.figures.forces.matrices import force_matrices
from analysis.forces.batches import ForceBatch
from analysis.forces.groups import GroupSum
from analysis.forces.matrix import force_matrix
from tests.analysis.figures.colours import contrast
from tests.browser.offline import Drawn, Easel, easel, hexadecimal
from tests.gallery import claims, exhibits, world_presets
from tests.waiting import until

pytestmark = pytest.mark.browser

# What the app leaves of a page of 640, 1024, 1280 and 1920 pixels; with the sidebar closed; full screen.
WIDTHS = (592, 676, 820, 1460, 1760, 1880)
THREE = (560, 820, 1460)
_LONG, _PREFIX = re.compile(r"\d\.\d{8,}"), re.compile(r"\d ?[mµμnkKMG]$")


@pytest.fixture(scope="module")
def drawing(browser: Browser) -> Iterator[Easel]:
    with easel(browser, paints=False) as place:
        yield place


@pytest.fixture(scope="module")
def painting(browser: Browser) -> Iterator[Easel]:
    with easel(browser) as place:
        yield place


def matrices(*losses: str) -> Exhibit:
    labels = np.repeat(np.arange(4), 16)
    rows = np.random.default_rng(0).normal(size=(64, 8)) + 3 * np.eye(8)[labels]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    found = [force_matrix(rows, labels, loss, 0.1) for loss in losses]
    return force_matrices(found, ForceBatch(rows, labels, ("ant", "bee", "cat", "dog")))


@pytest.mark.parametrize("losses", [("supcon", "sincere"), ("supcon", "sincere", "eps_sup_infonce", "nt_xent")])
@pytest.mark.parametrize("height", [None, 1000], ids=["on the page", "full screen"])
def test_matrices_that_are_compared_have_one_scale(drawing, losses, height):
    exhibit = matrices(*losses)
    for width in WIDTHS:
        panels = drawing.draw(exhibit.plot, width, height=height).panels
        assert len(panels) == len(losses)
        for panel in panels:
            assert panel.width == pytest.approx(panels[0].width, abs=1), width
            assert panel.height == pytest.approx(panel.width, abs=1), width


def check_legible(drawn: Drawn) -> None:
    """Everything whole and apart, with numbers that a reader can read."""
    assert drawn.texts
    assert drawn.outside() == []
    assert drawn.on_each_other() == []
    assert [each.text for each in drawn.texts if _LONG.search(each.text)] == []
    assert [each.text for each in drawn.texts if "tick" in each.kind and _PREFIX.search(each.text)] == []


@pytest.mark.parametrize(("world", "preset"), world_presets(), ids=["/".join(each) for each in world_presets()])
def test_every_figure_of_every_preset_is_legible(drawing, world, preset):
    for exhibit in exhibits(world, preset):
        for width in THREE:
            check_legible(drawing.draw(exhibit.plot, width))


@pytest.mark.parametrize("least", [1e-7, 0.3, 504.0, 9990.0])
def test_ticks_of_neighbours_do_not_meet(drawing, least):
    found = [GroupSum(name, 2, 1, least, least / 3) for name in ("positives", "hard noise", "easy noise")]
    sums = {"SupCon": found, "SINCERE": found}
    for width in THREE:
        check_legible(drawing.draw(force_groups(sums, "").plot, width))


@pytest.mark.parametrize("width", THREE)
def test_every_figure_of_a_claim_is_legible(drawing, width):
    for exhibit in claims():
        check_legible(drawing.draw(exhibit.plot, width))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("world", ["simplex", "repulsion", "noise_floor", "two_views"])
def test_text_stands_out_from_what_lies_behind_it(painting, world, scheme):
    preset = dict(world_presets())[world]
    for exhibit in exhibits(world, preset):
        drawn = painting.draw(exhibit.plot, 820, scheme)
        for text, ground in zip(drawn.texts, painting.grounds(drawn), strict=True):
            assert contrast(hexadecimal(text.colour), ground) >= 4.5, (exhibit.stem, text, ground)


TEXTS = """() => { const chart = document.querySelector('.js-plotly-plot');
    return ['.xtick text', '.ytick text', '.g-xtitle text', '.legendtext'].map(
        (what) => parseFloat(getComputedStyle(chart.querySelector(what)).fontSize)); }"""


def test_texts_grow_where_a_figure_fills_the_screen_and_shrink_again(server, tab):
    page = tab(width=1920).open(f"{server.url}/Noise_floor").page
    page.locator(".js-plotly-plot .legendtext").first.wait_for()
    before = page.evaluate(TEXTS)
    frame = page.get_by_test_id("stFullScreenFrame").first
    frame.hover()
    frame.get_by_role("button", name="Fullscreen").click()
    until(lambda: all(now >= 1.3 * was for now, was in zip(page.evaluate(TEXTS), before, strict=True)))
    page.keyboard.press("Escape")
    until(lambda: page.evaluate(TEXTS) == before, last=lambda: page.evaluate(TEXTS))
