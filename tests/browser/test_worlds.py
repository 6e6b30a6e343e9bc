"""Every toy world in a real browser: to its end, by a preset, left and come back to, and one run too many."""

import pytest
from playwright.sync_api import Page

from tests.browser.buttons import go_to, press, run_live
from tests.waiting import until
from ui.live.slots import PROCESS

pytestmark = pytest.mark.browser


def hold(page: Page) -> None:
    """Run, and pause with frames: so it stands there for as long as it is looked at, however fast the machine is."""
    run_live(page)
    press(page, "Pause")
    page.get_by_text("Paused at step ").wait_for()


@pytest.mark.parametrize(
    "address",
    [
        "Simplex_labels?labels=smoothing&steps=40&batch_size=32&show=reliability",
        "Repulsion?dimensions=2&steps=40&show=arrows",
        "Repulsion?steps=40&show=replay",
        "Noise_floor?repetitions=400&show=error",
        "Two_views?steps=20&seeds=2&show=curves",
    ],
)
def test_a_world_runs_to_its_end(server, tab, address):
    opened = tab().open(f"{server.url}/{address}")
    press(opened.page, "Run")
    opened.page.get_by_text("Finished: ").wait_for()
    opened.page.locator(".js-plotly-plot").first.wait_for()
    opened.settle()
    assert opened.problems == []


def test_a_preset_sets_the_controls_and_says_what_to_look_at(server, tab):
    opened = tab().open(f"{server.url}/Repulsion")
    page = opened.page
    page.get_by_role("button", name="Presets").click()
    page.get_by_text("Failure: a single class").click()
    page.get_by_test_id("stMain").get_by_text("Without noise SINCERE has no gradient").wait_for()
    page.wait_for_url("**classes=1**")
    classes = page.get_by_role("spinbutton", name="Classes", exact=True)
    until(lambda: classes.input_value() == "1")
    assert opened.problems == []


def test_a_page_that_was_left_stops_and_offers_its_last_trace(server, tab):
    slow = "dimensions=128&per_class=16&seeds=8"  # 16 s of computing, where it is as fast as it gets
    opened = tab().open(f"{server.url}/Repulsion?{slow}&steps=1000&show=curves")
    page = opened.page
    hold(page)
    go_to(page, "Noise floor")
    page.get_by_text("Does more data cure").wait_for()
    opened.settle()
    go_to(page, "Repulsion")
    page.get_by_text("Stopped: the page was left.").wait_for()
    page.locator(".js-plotly-plot").first.wait_for()
    assert page.get_by_role("spinbutton", name="Steps", exact=True).input_value() == "1000"


@pytest.mark.skipif(PROCESS.limit > 3, reason="needs more tabs than a test should open")
def test_one_run_too_many_waits_for_its_turn(server, tab):
    slow = "steps=20000&seeds=8&show=answers"
    tabs = [tab().open(f"{server.url}/Simplex_labels?{slow}") for _ in range(PROCESS.limit)]
    for opened in tabs:
        hold(opened.page)
    late = tab().open(f"{server.url}/Noise_floor?repetitions=100&show=error").page
    press(late, "Run")
    late.get_by_text("Busy: 1 of the runs on this machine must end first.").wait_for()
    press(tabs[0].page, "Stop")
    late.get_by_text("Finished: ").wait_for()
    for opened in tabs[1:]:
        press(opened.page, "Stop")
