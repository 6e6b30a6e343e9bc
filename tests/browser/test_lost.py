"""A reload, another tab, a page that was left, a stopped server: what was finished is there, the rest is named."""

import re
from urllib.parse import urlsplit

import pytest

from tests.browser.buttons import go_to, press
from tests.browser.server import running
from tests.checkpoints.hostile_data import bundle
from tests.ui.test_image_source import images
from tests.waiting import LONG

pytestmark = pytest.mark.browser
VISIT = "() => JSON.parse(sessionStorage.getItem('nce-lab run-noise_floor'))?.visit ?? null"
SMALL = "Noise_floor?repetitions=400&show=error"


def give(page, name, data, place=0):
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    page.locator("input[type=file]").nth(place).set_input_files(file, timeout=LONG)


def test_a_finished_run_is_there_after_a_reload_in_another_tab_and_for_who_has_the_link(server, tab):
    opened = tab().open(f"{server.url}/{SMALL}")
    press(opened.page, "Run")
    opened.page.get_by_text("Finished: ").wait_for(timeout=LONG)
    opened.page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=LONG)
    opened.page.reload()
    other = tab("dark", width=640).open(f"{server.url}/{SMALL}")
    for page in (opened.page, other.page):
        page.get_by_text("and kept on this machine; Run computes it anew").wait_for(timeout=LONG)
        page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=LONG)
        assert page.get_by_text("no longer has").count() == 0
    press(other.page, "Run")
    other.page.get_by_text("and kept on this machine").wait_for(state="detached", timeout=LONG)
    other.page.get_by_text("Finished: ").wait_for(timeout=LONG)
    assert (opened.problems, other.problems) == ([], [])


def test_a_run_that_goes_on_is_offered_after_a_reload_and_one_that_was_stopped_is_named(server, tab):
    opened = tab().open(f"{server.url}/Simplex_labels?steps=20000&seeds=8&show=answers")
    page = opened.page
    press(page, "Run")
    page.get_by_text(re.compile(r"step \d[\d,]* of .* steps/s")).wait_for(timeout=LONG)
    page.reload()
    page.get_by_text("A run of these settings goes on").wait_for(timeout=LONG)
    press(page, "Show it")
    page.get_by_text(re.compile(r"^step \d[\d,]* of .* steps/s")).wait_for(timeout=LONG)
    assert page.get_by_text("no longer has").count() == 0
    press(page, "Stop")
    stopped = page.get_by_text("Stopped.", exact=True)
    stopped.wait_for(timeout=LONG)
    assert page.get_by_test_id("stAlert").count() == 0  # no error: the user asked for it
    page.reload()
    notice = page.get_by_text("the run that was here (finished runs alone are kept), Run starts it anew")
    notice.wait_for(timeout=LONG)
    press(page, "Put away")
    notice.wait_for(state="hidden")
    page.reload()
    opened.settle()
    assert notice.is_hidden()
    assert opened.problems == []


def test_a_run_that_nobody_began_is_not_lost(server, tab):
    opened = tab().open(f"{server.url}/Noise_floor")
    opened.page.get_by_text("A finished run, ").wait_for()
    visit = opened.page.wait_for_function(VISIT).json_value()
    opened.open(f"{server.url}/Noise_floor?exponent=1.5&repetitions=300")
    opened.page.wait_for_function(f"visit => ![null, visit].includes(({VISIT})())", arg=visit)
    assert opened.page.get_by_text("no longer has").count() == 0
    assert opened.problems == []


def test_slides_that_were_added_before_the_page_talk_was_seen_stay_in_this_tab(server, tab):
    page = tab().open(f"{server.url}/Coordinate_lens").page
    for address, number in (("Coordinate_lens", 1), ("Endpoint_tails", 2)):
        page.goto(f"{server.url}/{address}")
        page.get_by_role("button", name="Add to talk").first.click()
        page.get_by_text(f"Slide {number} of the talk").wait_for()
    page.goto(f"{server.url}/Talk")
    page.get_by_role("button", name=re.compile("^2 · Figure")).wait_for()
    assert page.get_by_role("button", name=re.compile(r"^\d+ · Figure")).count() == 2


@pytest.mark.parametrize(("address", "place"), [("Checkpoints?show=similarity", 0), ("Compare?show=table", 0)])
def test_an_upload_is_taken_back_by_a_page_that_was_loaded_anew_and_by_no_other(server, tab, address, place):
    opened = tab().open(f"{server.url}/{address}")
    page = opened.page
    give(page, "mine.npz", bundle(), place)
    kept = page.get_by_role("button", name="Put away …")  # there once the lab has the file
    kept.wait_for(timeout=LONG)
    opened.settle()
    assert page.get_by_text("no longer has").count() == 0
    go_to(page, "Losses")
    page.get_by_text("Which pairs are in this loss?").wait_for(timeout=LONG)
    opened.settle()
    go_to(page, address.split("?")[0])
    kept.wait_for(timeout=LONG)
    opened.settle()
    assert page.get_by_text("no longer has").count() == 0
    page.reload()
    kept.wait_for(timeout=LONG)
    page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=LONG)
    opened.settle()
    assert page.get_by_text("no longer has").count() == 0
    other = tab().open(page.url)  # somebody who has the link has not the file
    other.page.locator("[data-testid=stAlert], .js-plotly-plot").first.wait_for(timeout=LONG)
    assert other.page.get_by_role("button", name="Put away …").count() == 0
    assert opened.problems == []


def test_a_file_that_the_user_has_removed_is_not_lost(server, tab):
    opened = tab().open(f"{server.url}/Checkpoints?show=similarity")
    give(opened.page, "mine.npz", bundle())
    opened.page.get_by_text("mine.npz").first.wait_for(timeout=LONG)
    opened.settle()
    opened.page.get_by_test_id("stFileChipDeleteBtn").first.click()
    opened.page.get_by_text("mine.npz").first.wait_for(state="detached")
    opened.settle()
    opened.page.reload()
    opened.page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=LONG)
    opened.settle()
    assert opened.page.get_by_text("no longer has").count() == 0


def test_a_server_that_was_stopped_is_called_that_and_what_was_lost_with_it(tmp_path, tab):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir(), second.mkdir()
    with running(first / "log") as server:
        contents = tab().open(f"{server.url}/File_contents").page
        checkpoints = tab().open(f"{server.url}/Checkpoints?show=similarity").page
        world = tab().open(f"{server.url}/Simplex_labels?steps=20000&seeds=8&show=answers").page
        press(world, "Run")
        world.get_by_text(re.compile(r"step \d[\d,]* of .* steps/s")).wait_for(timeout=LONG)
        give(contents, "images.zip", images())
        contents.get_by_test_id("stAlert").wait_for(timeout=LONG)
        give(checkpoints, "mine.npz", bundle())
        checkpoints.wait_for_function("sessionStorage['nce-lab opened']?.includes('mine.npz')")  # the page has run
        port = urlsplit(server.url).port
    for page in (contents, checkpoints, world):
        page.get_by_text("The lab does not answer. If it was stopped, start it again").wait_for(timeout=LONG)
        assert page.get_by_text("connected to the internet").count() == 0
    with running(second / "log", port=port):
        said = "The lab was started anew since this tab was last here, and no longer has: "
        contents.get_by_text(f"{said}images.zip, upload it again.").wait_for(timeout=LONG)
        checkpoints.get_by_text(f"{said}mine.npz, upload it again.").wait_for(timeout=LONG)
        world.get_by_text(f"{said}the run that was here").wait_for(timeout=LONG)
        for page in (contents, checkpoints, world):
            page.get_by_text("The lab does not answer").wait_for(state="detached")
