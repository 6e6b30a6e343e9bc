"""A training script's checkpoint and a zip of images in a real browser: what is in the file, the pass, its outputs."""

import io
import zipfile

import pytest
import torch
from playwright.sync_api import expect

from checkpoints.foreign.heads import linear
from checkpoints.foreign.plan import Plan
from checkpoints.foreign.resnet import ResNetSpec
from tests.browser.buttons import pictures_there
from tests.browser.server import running
from tests.checkpoints.foreign.states import PLANS, saved, state_of
from tests.ui.test_image_source import images, zipped

pytestmark = pytest.mark.browser


def test_weights_and_images_become_a_map(server, tab, tmp_path):
    path = saved(tmp_path / "last.pth", PLANS["supce"], options={"dataset": "cifar10"})
    page = (opened := tab("dark", width=900).open(f"{server.url}/Checkpoints?show=map&map=pca")).page
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_text("SupCEResNet: encoder and classifier").wait_for()
    page.get_by_text("encoder.conv1.weight").first.wait_for(state="attached")
    run = page.get_by_role("button", name="Run the images through")
    expect(run).to_be_disabled()
    refusal = page.get_by_text("must have images as train/CLASS")
    give_images(page, zipped({"a.txt": b""}))
    run.click()
    refusal.wait_for()
    page.locator("[data-testid=stFileChipDeleteBtn]").nth(1).click()
    refusal.wait_for(state="detached")
    give_images(page, images())
    run.click()
    page.get_by_text("What is near test").wait_for()
    expect(page.get_by_text("normalised by mean (0.4914, 0.4822, 0.4465)")).to_have_count(1)
    assert "Traceback" not in page.locator("body").inner_text()
    assert not opened.problems


def give_images(page, content):
    upload = {"name": "images.zip", "mimeType": "application/zip", "buffer": content}
    page.locator("input[type=file]").nth(1).set_input_files(upload)


def test_from_a_torchvision_resnet_and_a_folder_of_images_to_the_three_pictures(tmp_path, tab):
    """Where the lab was started at a folder: choose it, choose the images, press the button."""
    root = tmp_path / "root"
    encoder = ResNetSpec((2, 2, 2, 2), False, "downsample", "imagenet", width=4)
    plan = Plan("resnet", encoder, "logits", "fc", linear(32, 1000))
    root.mkdir()
    state = {name.removeprefix("encoder."): tensor for name, tensor in state_of(plan).items()}
    torch.save(state, root / "resnet18.pth")
    with zipfile.ZipFile(io.BytesIO(images())) as archive:
        archive.extractall(root / "pets")
    with running(tmp_path / "log", "--", "--root", str(root)) as server:
        page = (opened := tab().open(f"{server.url}/Checkpoints?map=pca")).page
        pictures_there(page)
        choose(opened, "Open", "A file under the root")
        page.get_by_text("weights of ResNet-18, first width 4, linear fc to 1,000 class logits").wait_for()
        choose(opened, "Or images that are here", "pets")
        page.get_by_role("button", name="Run the images through").click()
        for title in (
            "does the encoder put together?",
            "Is an item nearer to its own class",
            "probabilities be trusted?",
        ):
            page.get_by_text(title).first.wait_for()
        page.locator(".js-plotly-plot .main-svg").nth(2).wait_for()
        opened.settle()
        assert opened.problems == []


def choose(opened, label, option):
    """One action of a user's: out of a list of the sidebar, which a run of the page would close."""
    page = opened.page
    opened.settle()
    page.get_by_test_id("stSelectbox").filter(has_text=label).get_by_role("combobox").click()
    page.get_by_role("option", name=option).click()
