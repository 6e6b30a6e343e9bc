"""The compare page in a real browser: dragging over one panel marks the items in all; a preset opens its link."""

import re

import pytest
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser
# Resolves once the maps have so many points marked in each of their two halves: they are drawn after the heading.
_MARKED = """(chart, wanted) => new Promise((done, fail) => {
    setTimeout(() => fail(new Error(`not ${wanted} marked after 120 s`)), 120_000);
    const sum = traces => traces.reduce((total, trace) => total + (trace.selectedpoints?.length ?? -1), 0);
    const look = () => {
        const halves = [sum(chart.data.slice(0, 10)), sum(chart.data.slice(10))];
        if (halves.every(each => each === wanted)) done();
        else setTimeout(look, 50);
    };
    look();
})"""


def drag(chart: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Over a chart, from and to shares of its width and height."""
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    mouse = chart.page.mouse
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    mouse.move(*places[0])
    mouse.down()
    mouse.move(*places[1], steps=8)
    mouse.up()


def test_items_dragged_over_in_one_panel_are_marked_in_all(server, tab):
    page = (
        opened := tab().open(f"{server.url}/Compare?checkpoints=supcon&checkpoints=nt_xent&show=map&show=similarity")
    ).page
    page.get_by_text("No test items are marked").wait_for()
    opened.settle()
    maps, bars = (page.locator(f".st-key-compare-{name} .js-plotly-plot") for name in ("maps", "histograms"))
    drag(maps, (0.1, 0.2), (0.45, 0.5))
    page.get_by_role("heading", name="marked test items").wait_for()
    opened.settle()
    items = int(page.get_by_role("heading", name="marked test items").inner_text().split()[0].replace(",", ""))
    maps.evaluate(_MARKED, items)
    expect(page.locator("[data-testid=stImage] img")).to_have_count(min(24, items))

    drag(bars, (0.6, 0.3), (0.75, 0.35))
    page.get_by_role("heading", name=f"{items} marked").wait_for(state="detached")
    opened.settle()
    fewer = int(page.get_by_role("heading", name="marked test items").inner_text().split()[0].replace(",", ""))
    maps.evaluate(_MARKED, fewer)
    page.get_by_role("button", name="Clear").click()
    page.get_by_text("No test items are marked").wait_for()
    assert not opened.problems


def test_a_preset_opens_and_the_link_keeps_the_choice(server, tab):
    page = (opened := tab().open(f"{server.url}/Compare?show=table")).page
    page.get_by_text(re.compile(r"\d+ of \d+ differences are more than chance")).wait_for()
    page.get_by_role("button", name="Presets").click()
    page.get_by_text("Soft targets and calibration").click()
    page.get_by_text("Whose probabilities can be trusted?").wait_for()
    page.wait_for_url("**checkpoints=soft_target_cross_entropy&checkpoints=soft_target_infonce**")
    page.reload()
    page.get_by_text("Whose probabilities can be trusted?").wait_for()
    page.locator(".st-key-comparison .js-plotly-plot").wait_for()
    assert not opened.problems
