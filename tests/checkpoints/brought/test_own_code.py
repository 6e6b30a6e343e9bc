"""An encoder of the user's own: its numbers are those of the code itself; what does not fit is named, all of it."""

import json
import sys

import numpy as np
import pytest
import torch

from checkpoints import open_outputs
from checkpoints.brought.own_code import add_own_encoder, own_encoder
from checkpoints.compare import main as compare
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.inspect import main
from losses.errors import LabError
from tests.checkpoints.brought.conftest import CODE, made

OWN = ForeignSpec(network="own")


def saved(path, state, **beside):
    torch.save({"state_dict": state} | beside if beside else state, path)
    return path


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@torch.inference_mode()
def straight(network, pixels):
    """(features, logits) at once, with the code's own preprocessing."""
    from PIL import Image

    small = [np.asarray(Image.fromarray(image).resize((12, 12), Image.Resampling.BILINEAR)) for image in pixels]
    images = torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2) / 255
    mean, std = (torch.tensor(each).view(1, 3, 1, 1) for each in (network.mean, network.std))
    return [part.numpy() for part in network((images - mean) / std)]


@pytest.mark.parametrize("wrapper", ["", "module.", "net._orig_mod.", "module.model."])
def test_numbers_are_those_of_the_code_itself(tmp_path, image_zip, pixels, code, wrapper):
    network = made()
    state = {f"{wrapper}{name}": tensor for name, tensor in network.state_dict().items()}
    add_own_encoder(f"{code}:net")
    outputs = open_outputs(saved(tmp_path / "last.pt", state, epoch=3), image_zip, spec=OWN)
    features, logits = straight(network, pixels)
    np.testing.assert_allclose(outputs.test.embeddings, unit(features)[6:], atol=1e-5)
    np.testing.assert_allclose(outputs.test.logits, logits[6:], rtol=1e-4, atol=1e-5)
    assert outputs.provenance["network"] == "net of mine.py"
    assert "normalised by mean (0.5, 0.4, 0.3)" in outputs.provenance["preprocessing"]
    assert "9 tensors of the file fill net of mine.py" in outputs.provenance["notes"]


def test_the_command_says_the_same(tmp_path, image_zip, code, capsys):
    path = saved(tmp_path / "last.pt", made().state_dict())
    words = ["--data", str(image_zip), "--encoder", f"{code}:net"]
    assert main([str(path), *words, "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert (numbers["network"], numbers["dimensions"], numbers["test_items"]) == ("net of mine.py", 16, 3)
    assert compare([str(path), str(path), *words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["models"] == ["last.pt", "last.pt (2)"]


def test_all_that_is_missing_too_much_or_misshapen_is_said(tmp_path, image_zip, code):
    state = made().state_dict()
    state |= {"last.weight": torch.zeros(5, 16), "extra.weight": torch.zeros(2)}
    del state["stem.0.bias"], state["stem.1.running_var"]
    add_own_encoder(f"{code}:net")
    sentence = (
        r"but last\.weight is \(5, 16\) where \(3, 16\) is needed; stem\.0\.bias is missing; stem\.1\.running_var is"
        r" missing; 1 tensor of the file is of no part of it, such as extra\.weight\.$"
    )
    with pytest.raises(LabError, match=sentence):
        open_outputs(saved(tmp_path / "last.pt", state), image_zip, spec=OWN)


def test_what_is_too_much_alone_is_a_note(tmp_path, image_zip, code):
    add_own_encoder(f"{code}:net")
    state = made().state_dict() | {"projector.0.weight": torch.zeros(2, 16)}
    said = open_outputs(saved(tmp_path / "last.pt", state), image_zip, spec=OWN).provenance["notes"]
    assert "1 tensor of the file is of no part of it, such as projector.0.weight" in said


def test_of_several_sets_the_one_that_follows_none_or_the_one_asked_for(tmp_path, image_zip, pixels, code):
    first, other = made(), made()
    other.load_state_dict({name: each * 0.5 if each.ndim else each for name, each in other.state_dict().items()})
    torch.save({"model_ema": other.state_dict(), "net": first.state_dict()}, tmp_path / "last.pt")
    add_own_encoder(f"{code}:net")
    for asked, network in (("", first), ("model_ema", other)):
        outputs = open_outputs(tmp_path / "last.pt", image_zip, spec=ForeignSpec(network="own", weights=asked))
        np.testing.assert_allclose(outputs.test.embeddings, unit(straight(network, pixels)[0])[6:], atol=1e-5)
        others = "the file has others of these names under model_ema"
        assert (others in outputs.provenance["notes"]) == (asked == "")


def test_a_callable_has_its_own_weights_and_says_so(tmp_path, image_zip, code):
    code.write_text("def net():\n    return (lambda images: images.mean(dim=(2, 3))), {'side': 8}\n")
    add_own_encoder(f"{code}:net")
    outputs = open_outputs(saved(tmp_path / "last.pt", {"a": torch.zeros(2)}), image_zip, spec=OWN)
    assert outputs.test.embeddings.shape == (3, 3)
    assert outputs.test.logits is None
    assert "none of the file's are used" in outputs.provenance["notes"]


def test_grey_images_have_one_channel(tmp_path, image_zip, code):
    said = "{'channels': 1, 'mean': 0.5, 'std': 0.5, 'side': 8}"
    code.write_text(f"def net():\n    return (lambda images: images.flatten(1)), {said}\n")
    add_own_encoder(f"{code}:net")
    outputs = open_outputs(saved(tmp_path / "last.pt", {"a": torch.zeros(2)}), image_zip, spec=OWN)
    assert outputs.test.embeddings.shape == (3, 64)


def test_kept_outputs_are_of_this_very_code(tmp_path, image_zip, code):
    path, seen = saved(tmp_path / "last.pt", made().state_dict()), []
    helper = tmp_path / "beside_mine.py"
    for name, content in ((code, CODE), (code, CODE), (code, CODE + "# other"), (code, CODE + "import beside_mine")):
        helper.write_text("x = 1")
        sys.modules.pop("beside_mine", None)
        name.write_text(content)
        add_own_encoder(f"{code}:net")
        seen.append(open_outputs(path, image_zip, spec=OWN).provenance["cache"].split(":")[0].split(",")[0])
    assert seen == ["computed now", "read from disk", "computed now", "computed now"]
    before = own_encoder().digest
    helper.write_text("x = 2")
    sys.modules.pop("beside_mine", None)
    assert add_own_encoder(f"{code}:net").digest != before
    sys.modules.pop("beside_mine", None)


def test_one_that_does_not_fit_is_not_kept(code):
    add_own_encoder(f"{code}:net")
    with pytest.raises(LabError):
        add_own_encoder(f"{code}:other")
    assert own_encoder().title == "net of mine.py"


def test_without_one_there_is_none(tmp_path, image_zip):
    with pytest.raises(LabError, match=r"^network cannot be own in a lab that was started without an encoder"):
        open_outputs(saved(tmp_path / "last.pt", {"a": torch.zeros(2)}), image_zip, spec=OWN)
