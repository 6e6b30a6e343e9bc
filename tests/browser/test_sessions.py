"""Sessions do not get in each other's way, and what is opened reaches nobody."""

import re

import numpy as np
import pytest
import torch

from tests.checkpoints import hostile
from tests.checkpoints.hostile_data import bundle
from tests.fuzz.seeds import ZOO

pytestmark = pytest.mark.browser
MAP = "Checkpoints?show=map"


def give(opened, name, data):
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    opened.page.locator("input[type=file]").first.set_input_files(file)


def test_two_sessions_each_with_a_umap_and_a_bad_file_in_one(server, tab):
    first, second = (tab().open(f"{server.url}/{MAP}&map=umap") for _ in range(2))
    for number, opened in enumerate((first, second)):
        give(opened, f"{number}.npz", bundle(test_embeds=np.random.default_rng(number).standard_normal((20, 6))))
    bad = tab().open(f"{server.url}/{MAP}&map=pca")
    (damaged,) = [case for case in hostile.corpus(server.log) if case.name == "flipped.npz"]
    give(bad, "bad.npz", damaged.data)
    bad.page.get_by_text("must be whole, but is damaged in").wait_for()
    for opened in (first, second):
        opened.page.get_by_text("UMAP 1 (no unit)").wait_for()
        opened.settle()
        assert opened.page.get_by_text("damaged in").count() == 0
    assert [each.problems for each in (first, second, bad)] == [[], [], []]
    assert server.process.poll() is None
    assert "Traceback" not in server.log.read_text()


def test_each_kind_is_opened_and_nobody_is_reached(server, tab, refused_connections, tmp_path):
    armed = refused_connections.with_name("refused.armed").read_text()
    assert re.search(rf"^{server.process.pid} ", armed, re.MULTILINE), "the server does not watch its connections"
    opened = tab().open(f"{server.url}/{MAP}&map=pca")
    title = opened.page.get_by_text("Which test items does the encoder put together?")
    for name, data in (("bundle.npz", bundle()), ("nll.safetensors", (ZOO / "nll.safetensors").read_bytes())):
        give(opened, name, data)
        opened.page.get_by_text(name).first.wait_for()
        opened.settle()
        title.wait_for()
        opened.page.get_by_test_id("stFileChipDeleteBtn").first.click()
        opened.settle()
    torch.save({"model": {"w": torch.ones(3)}}, tmp_path / "last.pth")
    contents = tab().open(f"{server.url}/File_contents")
    give(contents, "last.pth", (tmp_path / "last.pth").read_bytes())
    contents.page.get_by_text("1 tensor: 3").wait_for()
    assert (opened.problems, contents.problems) == ([], [])
    assert refused_connections.read_text() == ""
