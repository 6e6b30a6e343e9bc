"""From a training script's file and a zip of images to outputs, and what is said of both."""

import dataclasses
import json
import re
from argparse import Namespace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from checkpoints import open_outputs
from checkpoints.foreign.heads import linear
from checkpoints.foreign.preparation import preparation_of
from checkpoints.foreign.spec import ForeignSpec, Stopped
from checkpoints.inspect import main
from losses.errors import LabError
from tests.checkpoints.foreign import by_hand
from tests.checkpoints.foreign.states import PLANS, saved, state_of


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "nce-lab" / "outputs"


@torch.inference_mode()
def straight(plan, pixels, options=None):
    """(features, outputs) at once, without batches or files."""
    model = plan.build()
    model.load_state_dict(state_of(plan), strict=True, assign=True)
    preparation = preparation_of(plan, options or {}, "", ForeignSpec())
    images = np.stack([preparation.pixels(image, name="x") for image in pixels])
    return [part.numpy() for part in model(preparation.tensor(images))]


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("name", PLANS)
def test_every_layout_from_file_and_images_to_outputs(tmp_path, image_zip, pixels, name):
    plan = PLANS[name]
    outputs = open_outputs(saved(tmp_path / "last.pth", plan), image_zip)
    features, given = straight(plan, pixels)
    expected = unit(given if plan.role == "projection" else features)
    np.testing.assert_allclose(outputs.train.embeddings, expected[[0, 3, 1, 4, 2, 5]], atol=1e-5)  # class by class
    np.testing.assert_allclose(outputs.test.embeddings, expected[6:], atol=1e-5)
    assert outputs.class_names == ("ant", "bee", "cat")
    np.testing.assert_array_equal(outputs.test.labels, [0, 1, 2])
    assert outputs.test.ids.tolist() == [f"insects/test/{c}/{r}.png" for c, r in (("ant", 6), ("bee", 7), ("cat", 8))]
    if plan.role == "logits":
        np.testing.assert_allclose(outputs.test.logits, given[6:], rtol=1e-4, atol=1e-4)
    else:
        assert outputs.test.logits is None


def test_the_encoders_features_on_request(tmp_path, image_zip, pixels):
    path = saved(tmp_path / "last.pth", PLANS["supcon"])
    outputs = open_outputs(path, image_zip, spec=ForeignSpec(space="encoder"))
    np.testing.assert_allclose(outputs.test.embeddings, unit(straight(PLANS["supcon"], pixels)[0])[6:], atol=1e-5)
    assert outputs.provenance["embeddings"] == "the encoder's features at unit length; the loss saw the head's output"


def test_provenance_says_how_and_what_was_left_out(tmp_path, image_zip):
    options = {"dataset": "cifar100", "temp": 0.07, "method": "SINCERE", "size": 16}
    outputs = open_outputs(saved(tmp_path / "last.pth", PLANS["supcon"], options=options), image_zip)
    said = outputs.provenance
    assert json.loads(json.dumps(said)) == said
    assert (outputs.temperature, said["loss"], said["data"]) == (
        0.07,
        "SINCERE",
        "insects.zip (an image folder in a zip)",
    )
    assert "scaled to 16 x 16 pixels" in said["preprocessing"]
    assert "mean (0.5071, 0.4867, 0.4408) and std (0.2675, 0.2565, 0.2761)" in said["preprocessing"]
    assert "1 files are no images of a class and were left out (.txt 1): insects/README.txt" in said["notes"]
    assert "1 train images were refused: insects/train/bee/broken.png must be a whole JPEG or PNG" in said["notes"]
    assert len(outputs.train) == 6


def test_a_file_of_the_linear_stage_says_that_it_holds_the_encoder(tmp_path, image_zip):
    path = saved(tmp_path / "last.pth", PLANS["supcon"], options={"ckpt": "save/last.pth", "n_cls": 3})
    outputs = open_outputs(path, image_zip)
    assert "whose script saves the encoder and not the classifier" in outputs.provenance["notes"]
    assert outputs.test.logits is None


def test_logits_of_other_classes_are_left_out_and_said(tmp_path, image_zip):
    plan = dataclasses.replace(PLANS["supce"], layers=linear(32, 7))
    outputs = open_outputs(saved(tmp_path / "last.pth", plan), image_zip)
    assert outputs.test.logits is None
    assert "the head has 7 classes and the images 3: its logits are left out" in outputs.provenance["notes"]
    assert outputs.no_head == "the head has 7 classes and the images 3"


def test_a_limit_takes_the_first_of_each_class(tmp_path, image_zip):
    path, heard = saved(tmp_path / "last.pth", PLANS["supcon"]), []
    outputs = open_outputs(path, image_zip, spec=ForeignSpec(limit=3), watch=lambda *so_far: heard.append(so_far))
    assert [re.sub(r".*/", "", name) for name in outputs.train.ids] == ["0.png", "1.png", "2.png"]
    assert "3 of 7 train images, the first of each class evenly" in outputs.provenance["notes"]
    assert heard[:3] == [(0, 0), (0, 0), (0, 6)]
    assert heard[-1] == (6, 6)


def test_stop_ends_the_pass_and_keeps_nothing(tmp_path, image_zip, cache):
    def watch(done, total):
        raise Stopped

    with pytest.raises(LabError, match="the forward pass was stopped before its end"):
        open_outputs(saved(tmp_path / "last.pth", PLANS["supcon"]), image_zip, watch=watch)
    assert not list(cache.glob("*"))
    assert len(open_outputs(tmp_path / "last.pth", image_zip).test) == 3  # and nothing is left locked


def test_images_are_needed(tmp_path):
    with pytest.raises(LabError, match=r"data must be given for last\.pth: its network needs images"):
        open_outputs(saved(tmp_path / "last.pth", PLANS["supcon"]))


def test_a_network_that_collapsed_is_refused(tmp_path, image_zip):
    state = {name: torch.zeros_like(value) for name, value in state_of(PLANS["supcon"]).items()}
    torch.save({"model": state}, tmp_path / "last.pth")
    with pytest.raises(LabError, match="embeddings must have a direction"):
        open_outputs(tmp_path / "last.pth", image_zip)


@pytest.mark.parametrize(
    ("field", "value"), [("limit", 0), ("limit", 10**9), ("device", "tpu"), ("space", "x"), ("side", 4)]
)
def test_a_spec_keeps_its_bounds(field, value):
    with pytest.raises(LabError, match=f"{field} must be"):
        ForeignSpec(**{field: value})


def test_a_device_that_is_not_here_is_refused(tmp_path, image_zip):
    absent = "mps" if not torch.backends.mps.is_available() else "cuda"
    with pytest.raises(LabError, match="device must be auto or one of this machine"):
        open_outputs(saved(tmp_path / "last.pth", PLANS["supcon"]), image_zip, spec=ForeignSpec(device=absent))


def test_the_command_inspects_and_refuses(tmp_path, image_zip, capsys):
    path = saved(tmp_path / "last.pth", PLANS["supce"])
    assert main([str(path), "--data", str(image_zip), "--limit", "6", "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert (numbers["train_items"], numbers["test_items"], numbers["classes"]) == (6, 3, 3)
    assert numbers["network"].endswith("linear fc to 3 class logits")
    assert numbers["class_head_accuracy"] is not None
    assert main([str(path), "--json"]) == 0
    assert "encoder.conv1.weight" in capsys.readouterr().out
    for words in (["--data", "/nowhere"], ["--data", str(path)], ["--data", str(image_zip), "--limit", "0"]):
        assert main([str(path), *words]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_a_vits_own_constants_reach_its_images(tmp_path, image_zip, pixels):
    """Of its data set, as the release normalises them; the note says what is assumed where the file says nothing."""
    path = tmp_path / "last.pth"
    state, plan = state_of(PLANS["vit"]), PLANS["vit"]
    torch.save({"model": state, "args": Namespace(dataset="cifar10", nb_classes=3)}, path)
    images = [by_hand_pixels(image) for image in pixels]
    mean, std = np.array((0.4914, 0.4822, 0.4465)), np.array((0.2023, 0.1994, 0.2010))
    normal = torch.tensor(np.stack([(image / 255 - mean) / std for image in images])).permute(0, 3, 1, 2).float()
    expected = by_hand.vit(state, normal, heads=3)
    outputs = open_outputs(path, image_zip)
    np.testing.assert_allclose(outputs.test.embeddings, unit(expected.numpy())[6:], atol=1e-5)
    assert "assumed: the" not in outputs.provenance["notes"]
    torch.save({"model": state}, path)
    assumed = open_outputs(path, image_zip)
    assert "assumed: the file does not name its data set: those of ImageNet are assumed" in assumed.provenance["notes"]
    assert np.abs(assumed.test.embeddings - outputs.test.embeddings).max() > 1e-3
    assert plan.encoder.side == 32


def by_hand_pixels(image):
    """The centre 32 x 32 of an image whose shorter side was scaled to 36, bicubic."""
    height, width = image.shape[:2]
    assert height < width
    scaled = Image.fromarray(image).resize((int(36 * width / height), 36), Image.Resampling.BICUBIC)
    left = round((scaled.width - 32) / 2)
    return np.asarray(scaled)[2:34, left : left + 32]


def test_the_command_takes_size_and_constants_instead_of_the_files(tmp_path, image_zip, capsys):
    path = saved(tmp_path / "last.pth", PLANS["supcon"], options={"dataset": "cifar10", "size": 32})
    words = ["--side", "40", "--mean", "0.5,0.4,0.3", "--std", "0.2,0.2,0.1"]
    assert main([str(path), "--data", str(image_zip), "--json", *words]) == 0
    said = json.loads(capsys.readouterr().out)["preprocessing"]
    assert said.startswith("scaled to 40 x 40 pixels, values in [0, 1] normalised by mean (0.5, 0.4, 0.3) and std")
    assert main([str(path), "--data", str(image_zip), "--mean", "0.5,0.4"]) == 2
    assert capsys.readouterr().err.startswith("--mean must be three numbers with commas between, such as 0.49,0.48,")


def test_the_config_beside_a_file_of_weince_is_read(tmp_path, image_zip):
    saved(tmp_path / "checkpoint_100.tar", PLANS["simclr large"])
    (tmp_path / "config.yaml").write_text("dataset: STL10\nimage_size: 48\n")
    said = open_outputs(tmp_path / "checkpoint_100.tar", image_zip).provenance
    assert "scaled to 48 x 48 pixels" in said["preprocessing"]
    (tmp_path / "config.yaml").unlink()
    said = open_outputs(tmp_path / "checkpoint_100.tar", image_zip).provenance
    assert "assumed: there is no config.yaml beside the file that can be read: 96 pixels" in said["notes"]


def test_which_of_several_networks_was_taken_is_said(tmp_path, image_zip):
    student, teacher = ({f"backbone.{n}": value for n, value in state_of(PLANS["supcon"], s).items()} for s in (0, 1))
    torch.save({"student": student, "teacher": teacher}, tmp_path / "both.pth")
    notes = open_outputs(tmp_path / "both.pth", image_zip).provenance["notes"]
    assert "all names begin with 'backbone.' in the file, which was left out" in notes
    assert "the weights are those of 'student/backbone'; the file has others in 'teacher/backbone': --weights" in notes
    teacher = open_outputs(tmp_path / "both.pth", image_zip, spec=ForeignSpec(weights="teacher")).provenance
    assert teacher["weights"] == "teacher/backbone"
    assert open_outputs(tmp_path / "both.pth", image_zip).provenance["digest"] != teacher["digest"]


def test_the_same_weights_in_safetensors_give_the_same_outputs(tmp_path, image_zip):
    state = {name: value.contiguous() for name, value in state_of(PLANS["supcon"]).items()}
    save_file(state, tmp_path / "last.safetensors", metadata={"format": "pt"})
    torch.save(state, tmp_path / "last.pth")
    first, second = (open_outputs(tmp_path / name, image_zip) for name in ("last.pth", "last.safetensors"))
    np.testing.assert_array_equal(first.test.embeddings, second.test.embeddings)
    with pytest.raises(LabError, match=r"data must be given for last\.safetensors: its network needs images"):
        open_outputs(tmp_path / "last.safetensors")
