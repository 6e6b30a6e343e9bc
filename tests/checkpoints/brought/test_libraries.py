"""Networks of transformers and timm give the libraries' own numbers. Skipped where they are not installed."""

import json
import os

import numpy as np
import pytest
import torch
from PIL import Image

from checkpoints import open_outputs
from checkpoints.brought.hub_config import config_beside
from checkpoints.foreign.spec import ForeignSpec
from losses.errors import LabError

os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
TINY = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48, "image_size": 32,
    "patch_size": 8,
}  # fmt: skip
TEXT = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "vocab_size": 99}
CONFIGS = {
    "vit": TINY,
    "deit": TINY,
    "dinov2": TINY,
    "convnext": {"hidden_sizes": [8, 16, 16, 24], "depths": [1, 1, 2, 1], "image_size": 32},
    "clip_vision_model": TINY,
    "siglip_vision_model": TINY,
    "clip": {"vision_config": TINY, "text_config": TEXT | {"eos_token_id": 2, "bos_token_id": 1}, "projection_dim": 16},
}
PREPROCESSOR = {"image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.25, 0.3], "size": {"height": 32, "width": 32}}
FEATURES = {
    "vit": lambda model, x: model(pixel_values=x).last_hidden_state[:, 0],
    "deit": lambda model, x: model(pixel_values=x).last_hidden_state[:, 0],
    "dinov2": lambda model, x: model(pixel_values=x).pooler_output,
    "clip": lambda model, x: model.visual_projection(model.vision_model(pixel_values=x).pooler_output),
}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def prepared(pixels, side=32, mean=PREPROCESSOR["image_mean"], std=PREPROCESSOR["image_std"]):
    small = [np.asarray(Image.fromarray(each).resize((side, side), Image.Resampling.BILINEAR)) for each in pixels]
    images = torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2) / 255
    return (images - torch.tensor(mean).view(1, 3, 1, 1)) / torch.tensor(std).view(1, 3, 1, 1)


def unit(rows):
    return (rows / rows.norm(dim=1, keepdim=True)).numpy()


@pytest.mark.parametrize("kind", CONFIGS)
@torch.inference_mode()
def test_a_config_beside_the_weights_gives_the_librarys_own_numbers(tmp_path, image_zip, pixels, kind):
    transformers = pytest.importorskip("transformers", reason="transformers is not installed: requirements-models.txt")
    config = transformers.AutoConfig.for_model(kind, **CONFIGS[kind])
    torch.manual_seed(0)
    model = transformers.AutoModel.from_config(config).eval()
    model.save_pretrained(tmp_path / "saved")
    (tmp_path / "saved" / "preprocessor_config.json").write_text(json.dumps(PREPROCESSOR))
    outputs = open_outputs(tmp_path / "saved", image_zip)
    of = FEATURES.get(kind, lambda model, x: model(pixel_values=x).pooler_output)
    expected = unit(of(model, prepared(pixels)).flatten(1))
    np.testing.assert_allclose(outputs.test.embeddings, expected[6:], atol=2e-5)
    assert outputs.provenance["network"] == f"{kind} of transformers"
    assert "as the preprocessor_config.json beside the file says" in outputs.provenance["preprocessing"]


@torch.inference_mode()
def test_a_classifier_gives_its_logits(tmp_path, image_zip, pixels):
    transformers = pytest.importorskip("transformers", reason="transformers is not installed: requirements-models.txt")
    config = transformers.ViTConfig(**TINY, num_labels=3)
    model = transformers.ViTForImageClassification(config).eval()
    model.save_pretrained(tmp_path)
    outputs = open_outputs(tmp_path / "model.safetensors", image_zip)
    logits = model(pixel_values=prepared(pixels, mean=[0.0] * 3, std=[1.0] * 3)).logits
    np.testing.assert_allclose(outputs.test.logits, logits.numpy()[6:], atol=2e-5)
    assert "assumed: no preprocessor_config.json beside it names mean and std" in outputs.provenance["notes"]


def test_weights_that_do_not_fit_the_config_are_named(tmp_path, image_zip):
    transformers = pytest.importorskip("transformers", reason="transformers is not installed: requirements-models.txt")
    transformers.AutoModel.from_config(transformers.ViTConfig(**TINY)).save_pretrained(tmp_path)
    said = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(said | {"num_hidden_layers": 3, "intermediate_size": 47}))
    with pytest.raises(LabError, match=r"is \(48, 32\) where \(47, 32\) is needed; .* and \d+ more"):
        open_outputs(tmp_path, image_zip)
    (tmp_path / "config.json").write_text(json.dumps(said | {"num_attention_heads": 5}))
    with pytest.raises(LabError):
        open_outputs(tmp_path, image_zip)


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "vit_tiny_patch16_224", "convnext_atto", "efficientnet_b0"])
@torch.inference_mode()
def test_timm_by_name(tmp_path, image_zip, pixels, name):
    try:
        import timm
    except (ImportError, RuntimeError) as error:
        pytest.skip(f"timm cannot be imported here ({error}): requirements-models.txt")
    model = timm.create_model(name, pretrained=False, num_classes=3).eval()
    torch.save(
        {"state_dict": {f"module.{name}": each for name, each in model.state_dict().items()}}, tmp_path / "a.pth"
    )
    outputs = open_outputs(tmp_path / "a.pth", image_zip, spec=ForeignSpec(network=f"timm:{name}", crop="square"))
    way = Image.Resampling.BICUBIC if "bicubic" in outputs.provenance["preprocessing"] else Image.Resampling.BILINEAR
    small = np.stack([np.asarray(Image.fromarray(each).resize((224, 224), way)) for each in pixels[6:]])
    said = model.default_cfg
    mean, std = (torch.tensor(said[each]).view(1, 3, 1, 1) for each in ("mean", "std"))
    x = (torch.from_numpy(small).permute(0, 3, 1, 2) / 255 - mean) / std
    np.testing.assert_allclose(outputs.test.logits, model(x).numpy(), atol=1e-3)
    features = model.forward_head(model.forward_features(x), pre_logits=True)
    np.testing.assert_allclose(outputs.test.embeddings, unit(features), atol=1e-4)


HOSTILE = {
    "code beside it": {"auto_map": {"AutoModel": "modeling.Own"}},
    "layers": {"num_hidden_layers": 10**9},
    "depths": {"depths": [10**7] * 4},
    "width": {"hidden_size": 2**40},
    "pixels": {"image_size": 10**6},
    "negative": {"num_hidden_layers": -(10**9)},
    "deep": {"a": [[[[[[[[[[[[1]]]]]]]]]]]]},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_config_asks_for_no_code_and_nothing_absurd(tmp_path, name):
    """Before any library is imported."""
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "vit"} | HOSTILE[name]))
    with pytest.raises(LabError):
        config_beside(tmp_path / "model.safetensors")


@pytest.mark.parametrize("text", ["{", '{"a": 1, "a": 2}', "[" * 9000, '{"model_type": NaN}', '{"a": 1e999}'])
def test_what_is_no_plain_json_is_refused(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(LabError):
        config_beside(tmp_path / "model.safetensors")


def test_a_config_of_something_else_is_passed_over(tmp_path):
    (tmp_path / "config.json").write_text('{"learning_rate": 0.1}')
    assert config_beside(tmp_path / "model.safetensors") is None


def test_a_preprocessor_is_numbers_alone(tmp_path):
    said = {"image_mean": ["a", {}, None], "image_std": [0, 0, 0], "size": {"height": "x"}, "resample": "__import__"}
    (tmp_path / "config.json").write_text('{"model_type": "vit", "image_size": 64}')
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(said))
    wanted = config_beside(tmp_path / "model.safetensors").wanted
    assert (wanted.side, wanted.constants, wanted.interpolation) == (64, None, "bilinear")
