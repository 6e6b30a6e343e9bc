import json
from pathlib import Path

import numpy as np
import pytest

import checkpoints
from checkpoints.native import file as native
from checkpoints.opening import OPENERS, open_outputs
from checkpoints.reading.content import kind_of
from losses.errors import LabError


def test_outputs_are_the_data_sets_items_through_the_model(native_file, bars_data):
    outputs = checkpoints.open_outputs(native_file("classes"))
    for split, items in ((outputs.train, bars_data.train), (outputs.test, bars_data.test)):
        np.testing.assert_array_equal(split.images, items.images)
        np.testing.assert_array_equal(split.labels, items.labels)
        np.testing.assert_array_equal(split.ids, items.ids)
        np.testing.assert_allclose(np.linalg.norm(split.embeddings, axis=1), 1, atol=1e-6)
        assert split.embeddings.dtype == np.float32
        assert split.logits.shape == (len(items), 4)
    assert outputs.class_names == ("first", "second", "third", "fourth")
    assert outputs.temperature == 1.0


def test_a_model_without_a_class_head_has_no_logits(native_file):
    outputs = open_outputs(native_file())
    assert outputs.train.logits is None
    assert outputs.temperature == 0.1


def test_provenance_is_plain_json_and_names_the_file_by_digest(native_file):
    path = native_file()
    outputs = open_outputs(str(path))
    said = json.loads(json.dumps(outputs.provenance))
    assert said == outputs.provenance
    assert outputs.digest == native.peek(path).digest
    assert (said["file"], said["loss"], said["data"], said["seed"]) == ("model.safetensors", "supcon", "bars", 3)
    assert said["parameters"] == {"temperature": 0.1}
    assert said["log"]["knn_accuracy"] == [0.9]
    assert said["embeddings"] == "the projection head's unit output, which the loss saw"
    assert "encoder's features" in open_outputs(native_file("classes")).provenance["embeddings"]


def test_opening_twice_gives_the_same(native_file):
    path = native_file()
    np.testing.assert_array_equal(open_outputs(path).test.embeddings, open_outputs(path).test.embeddings)


def test_data_for_a_file_that_names_its_own_are_refused(native_file, tmp_path):
    with pytest.raises(LabError, match=r"data must be left out for model\.safetensors"):
        open_outputs(native_file(), data=tmp_path)


def test_the_name_of_a_file_does_not_decide(native_file):
    path = native_file()
    renamed = path.rename(path.with_name("model.pth"))
    assert len(open_outputs(renamed).test) == 24


@pytest.mark.parametrize("content", [b"", b"<html>", b"version https://git-lfs", b"PK\x03\x04", b"hello"])
def test_a_wrong_file_is_refused_by_its_content(tmp_path: Path, content):
    (tmp_path / "model.safetensors").write_bytes(content)
    assert kind_of(content) not in OPENERS
    with pytest.raises(
        LabError,
        match=r"model\.safetensors must be a torch, safetensors, .npz, .npy, .* MATLAB or pickle file, but is ",
    ):
        open_outputs(tmp_path / "model.safetensors")
