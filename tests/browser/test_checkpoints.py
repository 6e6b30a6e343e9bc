"""A checkpoint in a real browser: PCA and then UMAP, a click on a point, files that are none."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
ALL_IMAGES = "[...document.images].every(image => image.complete)"


@pytest.fixture
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No map is known before the server starts."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_pca_at_once_and_then_umap(empty_cache, cold_server, tab):
    page = (opened := tab()).page
    page.goto(f"{cold_server.url}/Checkpoints?show=map")
    page.get_by_text("principal axis 1").wait_for()
    page.get_by_text("UMAP is being computed").wait_for()
    page.get_by_text("UMAP 1 (no unit)").wait_for()
    page.get_by_text("UMAP is being computed").wait_for(state="detached")
    assert len(list(empty_cache.rglob("*.map"))) == 1
    assert not opened.problems


def test_a_click_on_a_point_shows_its_item_and_names_it_in_the_link(server, tab):
    page = (opened := tab().open(f"{server.url}/Checkpoints?show=map&map=pca")).page
    page.get_by_text("What is near test item 0?").wait_for()
    page.locator(".scatterlayer .trace").nth(4).locator(".points path").nth(10).click(force=True)
    page.get_by_text("What is near test item 0?").wait_for(state="detached")
    page.wait_for_url(re.compile(r"[?&]item=\d"))
    item = re.search(r"[?&]item=(\d+)", page.url).group(1)
    page.get_by_text(f"What is near test item {item}?").wait_for()
    expect(page.locator("[data-testid=stImage] img")).to_have_count(13)
    assert not opened.problems


def test_a_part_of_the_histogram_that_is_dragged_over_shows_its_items(server, tab):
    page = (opened := tab().open(f"{server.url}/Checkpoints?show=similarity")).page
    plot = page.locator(".st-key-nearest-similarity .nsewdrag").first
    plot.wait_for()
    box = plot.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.6 * box["height"], steps=5)
    page.mouse.up()
    page.get_by_text(re.compile(r"\d+ items between 0\.\d+ and 0\.\d+")).wait_for()
    page.locator("[data-testid=stDataFrame]").wait_for()
    assert not opened.problems


def test_a_file_that_is_no_checkpoint_is_one_sentence(server, tab):
    page = (opened := tab().open(f"{server.url}/Checkpoints?show=map&map=pca")).page
    map_title = page.get_by_text("Which test items does the encoder put together?")
    map_title.wait_for()
    page.wait_for_function(ALL_IMAGES)  # else those that leave with the page are asked for in vain
    sign_in = {
        "name": "a.safetensors",
        "mimeType": "application/octet-stream",
        "buffer": b"<!doctype html><html></html>",
    }
    page.locator("input[type=file]").set_input_files(sign_in)
    alert = page.locator("[data-testid=stAlert]")
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text("is a web page")
    assert "Traceback" not in page.locator("body").inner_text()
    page.locator("[data-testid=stFileChipDeleteBtn]").click()
    map_title.wait_for()
    page.wait_for_function(ALL_IMAGES)
    assert not opened.problems
