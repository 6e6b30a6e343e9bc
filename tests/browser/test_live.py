"""A toy world runs live: to its end, in place, stopping when told and when nobody is left."""

import re
import time

import pytest
from playwright.sync_api import Page

from tests.browser.buttons import button, press, run_live
from tests.waiting import until

pytestmark = pytest.mark.browser
LONG = "Simplex_labels?steps=20000&seeds=8&show=answers"
"""Three minutes of computing, where it is as fast as it gets."""

COUNT_REBUILDS = """() => {
    window.rebuilds = 0;
    const charts = (nodes) => [...nodes].some((n) => n.matches?.("canvas") || n.querySelector?.("canvas"));
    new MutationObserver((changes) => changes.forEach((change) => {
        if (charts(change.addedNodes) || charts(change.removedNodes)) window.rebuilds += 1;
    })).observe(document.body, { childList: true, subtree: true });
}"""


LATE_CLICKS = """() => {
    const soon = window.setTimeout;
    window.setTimeout = (act, after, ...rest) => soon(act, after || 700, ...rest);
}"""
"""A click leaves the page as a timer of no time, as on a machine that is busy: ticks come between."""


def steps(text: str) -> int:
    return int(re.search(r"step ([\d,]+) of", text).group(1).replace(",", ""))


def live_runs(page: Page) -> str:
    text = page.get_by_text(re.compile("live runs: ")).inner_text()
    return text.split("live runs: ")[1]


def test_it_runs_to_its_end_and_shows_the_finished_figures(server, tab):
    opened = tab().open(f"{server.url}/Simplex_labels?steps=60&losses=soft_target_infonce")
    press(opened.page, "Run")
    opened.page.get_by_text("Finished: step 60 of 60").wait_for()
    opened.page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert opened.problems == []


def test_it_moves_without_rebuilding_its_chart_and_stops_within_a_second(server, tab):
    opened = tab().open(f"{server.url}/{LONG}")
    page = opened.page
    page.locator("canvas").first.wait_for()
    page.evaluate(COUNT_REBUILDS)
    run_live(page)
    seen = set()
    until(lambda: seen.add(page.get_by_text(re.compile("^step ")).inner_text()) or len(seen) >= 4, last=seen)
    assert page.evaluate("window.rebuilds") == 0
    until(lambda: stops_in_time(page))
    assert opened.problems == []


def stops_in_time(page: Page) -> bool:
    """Within a second more than this machine takes, at this moment, for a click that has nothing to end; one try."""
    if not button(page, "Pause").count():  # a try before has stopped it
        run_live(page)
    pause = seconds_until(page, "Pause", "Paused at step ")
    press(page, "Resume")
    page.get_by_text(re.compile("^step ")).wait_for()
    stop = seconds_until(page, "Stop", "Stopped.")
    return stop < 1.0 + pause


def seconds_until(page: Page, button: str, said: str) -> float:
    began = time.monotonic()
    press(page, button)
    page.get_by_text(re.compile(f"^{re.escape(said)}")).wait_for()
    return time.monotonic() - began


def test_pause_holds_and_step_goes_one_frame(server, tab):
    page = tab().open(f"{server.url}/{LONG}").page
    run_live(page)
    press(page, "Pause")
    progress = page.get_by_text(re.compile("^Paused at step "))
    progress.wait_for()
    assert "Add to talk: Stop" in progress.inner_text()
    first, moving = steps(progress.inner_text()), tab().open(f"{server.url}/{LONG}").page
    run_live(moving)
    was = steps(moving.get_by_text(re.compile("^step ")).inner_text())
    until(lambda: steps(moving.get_by_text(re.compile("^step ")).inner_text()) > was + 50)
    held = progress.inner_text()
    assert steps(held) <= first + 1  # the step in work was finished
    press(moving, "Stop")
    press(page, "Step")
    page.get_by_text(held, exact=True).wait_for(state="detached")
    press(page, "Stop")


def test_a_click_counts_once_where_ticks_come_between(server, tab):
    page = tab().open(f"{server.url}/{LONG}").page
    run_live(page)
    page.evaluate(LATE_CLICKS)
    press(page, "Pause")
    paused = page.get_by_text(re.compile("^Paused at step "))
    paused.wait_for()
    held = paused.inner_text()
    press(page, "Step")
    page.get_by_text(held, exact=True).wait_for(state="detached")
    paused.wait_for()
    press(page, "Resume")
    page.get_by_text(re.compile("^step ")).wait_for()
    press(page, "Stop")


def test_its_thread_is_gone_after_the_tab_closes(server, tab):
    leaving, watching = tab().open(f"{server.url}/{LONG}").page, tab()
    run_live(leaving)
    # Runs that tests before have left may still be there for the ten seconds in which nobody looks.
    until(lambda: live_runs(watching.open(server.url).page).startswith("1 of"), every=0.5)
    leaving.context.close()
    until(lambda: live_runs(watching.open(server.url).page).startswith("0 of"), every=0.5)
