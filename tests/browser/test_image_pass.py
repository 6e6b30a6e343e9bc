"""A training script's checkpoint and a zip of images in a real browser: what is in the file, the pass, its outputs."""

import pytest

from tests.checkpoints.foreign.states import PLANS, saved
from tests.ui.test_image_source import images, zipped

pytestmark = pytest.mark.browser


def test_weights_and_images_become_a_map(server, tab, tmp_path):
    path = saved(tmp_path / "last.pth", PLANS["supce"], options={"dataset": "cifar10"})
    page = (opened := tab("dark", width=900).open(f"{server.url}/Checkpoints?show=map&map=pca")).page
    page.locator("input[type=file]").set_input_files(path, timeout=60_000)
    page.get_by_text("SupCEResNet: encoder and classifier").wait_for(timeout=60_000)
    page.get_by_text("encoder.conv1.weight").first.wait_for(state="attached")
    run = page.get_by_role("button", name="Run the images through")
    assert run.is_disabled()
    refused, good = (zipped({"a.txt": b""}), "must have images as train/CLASS"), (images(), "What is near test")
    for content, after in (refused, good):
        held = page.locator("[data-testid=stFileChipDeleteBtn]")
        if held.count() > 1:
            held.nth(1).click()
        upload = {"name": "images.zip", "mimeType": "application/zip", "buffer": content}
        page.locator("input[type=file]").nth(1).set_input_files(upload)
        run.click(timeout=60_000)
        page.get_by_text(after).wait_for(timeout=60_000)
    assert page.get_by_text("normalised by mean (0.4914, 0.4822, 0.4465)").count() == 1
    assert "Traceback" not in page.locator("body").inner_text()
    assert not opened.problems
