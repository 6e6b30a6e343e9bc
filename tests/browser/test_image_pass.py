"""A training script's checkpoint and a zip of images in a real browser: what is in the file, the pass, its outputs."""

import pytest

from tests.checkpoints.foreign.states import PLANS, saved
from tests.ui.test_image_source import images, zipped

pytestmark = pytest.mark.browser


def test_weights_and_images_become_a_map(server, tab, tmp_path):
    path = saved(tmp_path / "last.pth", PLANS["supce"], options={"dataset": "cifar10"})
    page = (opened := tab("dark", width=900).open(f"{server.url}/Checkpoints?show=map&map=pca")).page
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_text("SupCEResNet: encoder and classifier").wait_for()
    page.get_by_text("encoder.conv1.weight").first.wait_for(state="attached")
    run = page.get_by_role("button", name="Run the images through")
    assert run.is_disabled()
    refusal = page.get_by_text("must have images as train/CLASS")
    give_images(page, zipped({"a.txt": b""}))
    run.click()
    refusal.wait_for()
    page.locator("[data-testid=stFileChipDeleteBtn]").nth(1).click()
    refusal.wait_for(state="detached")
    give_images(page, images())
    run.click()
    page.get_by_text("What is near test").wait_for()
    assert page.get_by_text("normalised by mean (0.4914, 0.4822, 0.4465)").count() == 1
    assert "Traceback" not in page.locator("body").inner_text()
    assert not opened.problems


def give_images(page, content):
    upload = {"name": "images.zip", "mimeType": "application/zip", "buffer": content}
    page.locator("input[type=file]").nth(1).set_input_files(upload)
