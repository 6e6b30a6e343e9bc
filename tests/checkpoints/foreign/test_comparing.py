"""Files of the authors' layouts compared on a zip of images, beside each other and beside what has other items."""

import json

import numpy as np
import pytest

from checkpoints.compare import main
from tests.checkpoints.foreign.states import PLANS, saved


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def supcons(tmp_path):
    return [str(saved(tmp_path / f"{seed}.pth", PLANS["supcon"], seed=seed)) for seed in (0, 1)]


def test_two_encoders_on_the_same_images(capsys, supcons, image_zip):
    assert main([*supcons, "--data", str(image_zip), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["test_items"] == 3
    unavailable = {row["measure"] for row in found["rows"] if row["unavailable"]}
    assert {"margin", "ece"} <= unavailable  # three items are too few
    assert "knn_accuracy" not in unavailable


def test_images_go_to_those_that_need_them_alone(capsys, supcons, image_zip, tmp_path):
    rows = np.eye(6, 4) + 0.1
    labels = np.array(["ant", "bee", "cat"] * 2)
    arrays = {"train_embeds": rows, "train_labels": labels, "test_embeds": rows[:3], "test_labels": labels[:3]}
    np.savez(tmp_path / "arrays.npz", **arrays)
    assert main([supcons[0], str(tmp_path / "arrays.npz"), "--data", str(image_zip)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("test items of arrays.npz must be those of 0.pth, but 3 are missing, first 'insects/test/")
    assert main(supcons) == 2
    assert "image" in capsys.readouterr().err
