"""A toy world runs live: to its end, in place, stopping when told and when nobody is left."""

import re
import time

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

COUNT_REBUILDS = """() => {
    window.rebuilds = 0;
    const charts = (nodes) => [...nodes].some((n) => n.matches?.("canvas") || n.querySelector?.("canvas"));
    new MutationObserver((changes) => changes.forEach((change) => {
        if (charts(change.addedNodes) || charts(change.removedNodes)) window.rebuilds += 1;
    })).observe(document.body, { childList: true, subtree: true });
}"""


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def running(page: Page) -> None:
    """Press Run and wait until the first steps are counted."""
    press(page, "Run")
    page.get_by_text(re.compile(r"step \d[\d,]* of .* steps/s")).wait_for(timeout=60_000)


def live_runs(page: Page) -> str:
    text = page.get_by_text(re.compile("live runs: ")).inner_text()
    return text.split("live runs: ")[1]


def test_it_runs_to_its_end_and_shows_the_finished_figures(server, tab):
    opened = tab().open(f"{server.url}/Simplex_labels?steps=60&losses=soft_target_infonce")
    press(opened.page, "Run")
    opened.page.get_by_text("Finished: step 60 of 60").wait_for(timeout=90_000)
    opened.page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=60_000)
    assert opened.problems == []


def test_it_moves_without_rebuilding_its_chart_and_stops_within_a_second(server, tab):
    opened = tab().open(f"{server.url}/Simplex_labels?steps=20000&show=answers")
    page = opened.page
    page.locator("canvas").first.wait_for(timeout=60_000)
    page.evaluate(COUNT_REBUILDS)
    running(page)
    seen = set()
    for _ in range(10):
        seen.add(page.get_by_text(re.compile("^step ")).inner_text())
        time.sleep(0.4)
    assert len(seen) >= 4
    assert page.evaluate("window.rebuilds") == 0
    taken = [seconds_to_stop(page)]
    for _ in range(2):
        running(page)
        taken.append(seconds_to_stop(page))
    assert min(taken) < 1.0, taken  # the quickest: what else runs on the machine only adds
    assert opened.problems == []


def seconds_to_stop(page: Page) -> float:
    began = time.monotonic()
    press(page, "Stop")
    page.get_by_text("Stopped.", exact=True).wait_for(timeout=10_000)
    return time.monotonic() - began


def test_pause_holds_and_step_goes_one_frame(server, tab):
    page = tab().open(f"{server.url}/Simplex_labels?steps=20000&show=answers").page
    running(page)
    press(page, "Pause")
    progress = page.get_by_text(re.compile("^Paused at step "))
    progress.wait_for(timeout=10_000)
    time.sleep(0.5)
    held = progress.inner_text()
    time.sleep(1.0)
    assert progress.inner_text() == held
    press(page, "Step")
    page.get_by_text(held, exact=True).wait_for(state="detached", timeout=30_000)
    press(page, "Stop")


def test_its_thread_is_gone_15_s_after_the_tab_closes(server, tab):
    leaving = tab().open(f"{server.url}/Simplex_labels?steps=20000").page
    running(leaving)
    assert live_runs(tab().open(server.url).page).startswith("1 of")
    leaving.context.close()
    closed = time.monotonic()
    watching = tab()
    while not live_runs(watching.open(server.url).page).startswith("0 of"):
        assert time.monotonic() - closed < 15
        time.sleep(0.5)
