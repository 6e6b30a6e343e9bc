"""From a live run to its last figure no frame is empty, and runs one after the other leave the graphics card free."""

import re

import pytest

from tests.browser.buttons import press
from tests.waiting import until

pytestmark = pytest.mark.browser
CONTEXTS = """() => {
    window.contexts = new Set();
    const given = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
        const context = given.call(this, kind, ...rest);
        if (/webgl/.test(kind) && context) window.contexts.add(context);
        return context;
    };
}"""
HELD = "[...window.contexts].filter(each => !each.isContextLost()).length"
FRAMES = """() => {
    window.seen = [];
    const high = (each) => each.getBoundingClientRect().height > 50;
    const there = (what) => [...document.querySelectorAll(what)].some(high);
    const look = () => {
        const live = there("[data-testid=stEChartsChart] canvas, [data-bridge] canvas");
        const last = there(".js-plotly-plot .main-svg");
        const now = live ? "live" : last ? "last" : "nothing";
        if (window.seen.at(-1) !== now) window.seen.push(now);
        requestAnimationFrame(look);
    };
    look();
}"""
"""What was seen, frame by frame, each once where it stays."""
RUNS, SPHERES = 6, 4
MOST = 16
"""Contexts that Chromium gives to a page."""


def run_to_its_end(page) -> None:
    press(page, "Run")
    page.get_by_text(re.compile("^Finished: step")).wait_for()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()


def test_runs_that_follow_each_other_let_go_of_the_graphics_card(server, tab):
    opened = tab()
    warned = []
    opened.page.on("console", lambda message: warned.append(message.text) if "contexts" in message.text else None)
    page = opened.open(f"{server.url}/Repulsion?steps=21&seeds=1").page
    page.evaluate(CONTEXTS)
    for ended in range(1, RUNS + 1):
        press(page, "Run")
        # Words of the run before stay for a moment; what it has drawn does not count twice.
        page.wait_for_function(f"window.contexts.size === {ended * SPHERES}")
        page.get_by_text(re.compile("^Finished: step")).wait_for()
        # The last figure of the run before leaves with Run; its spheres a second later.
        until(lambda: page.evaluate(HELD) <= SPHERES, last=lambda: page.evaluate(HELD))
    assert page.evaluate("window.contexts.size") == RUNS * SPHERES > MOST
    assert warned == []
    assert opened.problems == []


def test_spheres_that_stay_are_not_let_go(server, tab):
    page = tab().open(f"{server.url}/Repulsion").page
    page.locator("#scene4 canvas").wait_for()
    page.evaluate("document.body.append(document.querySelector('#scene4 canvas').parentElement)")  # moved, not gone
    page.evaluate("new Promise(soon => { const at = performance.now(); const wait = () =>"
                  " performance.now() - at > 1500 ? soon() : requestAnimationFrame(wait); wait(); })")  # fmt: skip
    lost = "[...document.querySelectorAll('[id^=scene] canvas')].map(each => (each.getContext('webgl') ??"
    assert page.evaluate(f"{lost} each.getContext('webgl2')).isContextLost())") == [False] * SPHERES


@pytest.mark.parametrize("address", ["Repulsion?steps=22&seeds=1", "Simplex_labels?steps=61"])
def test_no_frame_is_empty_between_a_live_run_and_its_last_figure(server, tab, address):
    """In a fresh browser, which has not read Plotly's script."""
    page = tab().open(f"{server.url}/{address}").page
    page.locator("[data-testid=stEChartsChart] canvas").first.wait_for()
    page.evaluate(FRAMES)
    run_to_its_end(page)
    until(lambda: page.evaluate("window.seen").count("last") == 1, last=lambda: page.evaluate("window.seen"))
    assert page.evaluate("window.seen") == ["live", "last"]
