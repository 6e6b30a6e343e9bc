"""Outputs on disk: the same again for the same inputs, anew for others, and never a damaged one."""

import numpy as np
import pytest

from checkpoints import open_outputs
from checkpoints.foreign import cache as module
from checkpoints.foreign.cache import key_of
from checkpoints.foreign.opening import open_foreign
from checkpoints.foreign.spec import ForeignSpec
from tests.checkpoints.foreign.states import PLANS, saved

READ = "read from disk: these very inputs were seen before"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept"


@pytest.fixture
def opened(tmp_path, image_zip, folder):
    """Open a checkpoint with some spec; gives the outputs and what they say of the cache."""
    path = saved(tmp_path / "last.pth", PLANS["supce"])

    def open_again(**spec):
        outputs = open_foreign(path, image_zip, ForeignSpec(**spec), cache=folder)
        return outputs, outputs.provenance["cache"]

    return open_again


def test_what_was_kept_is_the_same(opened):
    first, said = opened()
    assert said == "computed now, kept on disk"
    again, said = opened()
    assert said == READ
    for before, after in ((first.train, again.train), (first.test, again.test)):
        for name in ("embeddings", "labels", "logits", "images", "ids"):
            np.testing.assert_array_equal(getattr(before, name), getattr(after, name))
            assert getattr(before, name).dtype.kind == getattr(after, name).dtype.kind
    drop = {"cache": ""}
    assert {**first.provenance, **drop} == {**again.provenance, **drop}
    assert (again.class_names, again.temperature) == (first.class_names, first.temperature)


def test_other_inputs_are_computed_anew(opened, tmp_path, image_zip, folder, pixels):
    opened()
    assert opened(limit=3)[1] != READ
    other = saved(tmp_path / "other.pth", PLANS["supce"], seed=1).rename(tmp_path / "last.pth")
    assert open_foreign(other, image_zip, ForeignSpec(), cache=folder).provenance["cache"] != READ
    assert len(list(folder.glob("*.safetensors"))) == 3


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "other"])
def test_a_damaged_file_is_made_anew_and_that_is_said(opened, folder, harm):
    first, _ = opened()
    (path,) = folder.glob("*.safetensors")
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    path.write_bytes({"flip": bytes(data), "cut": data[:-9], "empty": b"", "other": b"x" * 500}[harm])
    again, said = opened()
    assert said == "the kept file was damaged and was made anew; computed now, kept on disk"
    np.testing.assert_array_equal(again.test.embeddings, first.test.embeddings)
    assert opened()[1] == READ


def test_a_folder_that_cannot_be_written_is_no_error(opened, folder):
    folder.write_text("a file in the folder's place")
    assert "not kept on disk" in opened()[1]


def test_the_longest_unused_go_first(opened, folder, monkeypatch):
    opened()
    size = next(folder.glob("*.safetensors")).stat().st_size
    monkeypatch.setattr(module, "MOST_BYTES", int(2.5 * size))
    opened(limit=5)
    opened()
    opened(limit=4)
    assert opened()[1] == READ
    assert opened(limit=5)[1] != READ


def test_nothing_is_kept_unless_wanted(tmp_path, image_zip, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    outputs = open_outputs(saved(tmp_path / "last.pth", PLANS["supcon"]), image_zip, keep=False)
    assert outputs.provenance["cache"] == "not used"
    assert not (tmp_path / "cache").exists()


def test_keys_tell_parts_apart():
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})
    assert len({key_of({"a": "1 b"}), key_of({"a": 1, "b": ""}), key_of({"a": "1"})}) == 3
