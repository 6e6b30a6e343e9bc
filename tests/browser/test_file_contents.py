"""A torch file in a real browser: what is in it, and what happens with one that was made to harm."""

import argparse

import pytest
import torch

from tests.checkpoints import hostile

pytestmark = pytest.mark.browser


def give(opened, path):
    opened.page.locator("input[type=file]").set_input_files(str(path))


def test_what_is_in_a_training_checkpoint(server, tab, tmp_path):
    path = tmp_path / "last.pth"
    model = {"encoder.conv1.weight": torch.zeros(4, 3, 3, 3), "head.0.weight": torch.zeros(4, 4)}
    model["head.2.weight"] = torch.zeros(2, 4)
    torch.save({"opt": argparse.Namespace(temp=0.1), "model": model, "epoch": 7}, path)
    opened = tab().open(f"{server.url}/File_contents")
    give(opened, path)
    opened.page.get_by_text("3 tensors: 132 parameters of the network, 0 numbers in its buffers").wait_for()
    opened.page.get_by_text("Options and other values").wait_for()
    assert opened.problems == []


@pytest.mark.parametrize("name", ["reduce.pth", "flipped_pickle.pth", "bare_pickle.pth"])
def test_a_file_made_to_harm_does_nothing(server, tab, tmp_path, name):
    marker = tmp_path / "marker"
    (case,) = [case for case in hostile.corpus(marker) if case.name == name]
    path = case.write(tmp_path)
    opened = tab().open(f"{server.url}/File_contents")
    give(opened, path)
    said = case.sentence or "Objects that are only named"
    opened.page.get_by_text(said).first.wait_for()
    opened.settle()
    assert not marker.exists()
    assert opened.page.get_by_text("Traceback").count() == 0
    assert opened.problems == []
