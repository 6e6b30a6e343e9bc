"""Images reach a network as its layout's own evaluation prepares them."""

import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image

from checkpoints.foreign.constants import CIFAR10, CIFAR100, IMAGENET, SOFT_TARGETS, SUPCONTRAST, triple
from checkpoints.foreign.preparation import preparation_of
from checkpoints.foreign.spec import ForeignSpec
from losses.errors import LabError
from tests.checkpoints.foreign.states import PLANS

CIFAR2 = (0.4977, 0.4605, 0.4160), (0.2537, 0.2481, 0.2535)
TINY = (0.4802, 0.4481, 0.3975), (0.2302, 0.2265, 0.2262)


def prepared(plan, options=None, data_set="", path=None, **asked):
    return preparation_of(PLANS[plan], options or {}, data_set, ForeignSpec(**asked), path)


@pytest.mark.parametrize(
    ("plan", "options", "data_set", "constants", "why"),
    [
        ("supcon", {"dataset": "cifar10"}, "cifar100", CIFAR10, "std of cifar10, which"),
        ("supcon", {"dataset": "cifar100"}, "", CIFAR100, "std of cifar100, which"),
        ("supcon", {}, "cifar100", CIFAR100, "CIFAR-100, which these images are, are assumed"),
        ("supcon", {"dataset": "cifar2"}, "cifar10", CIFAR2, "std of cifar2, which"),
        ("supce", {"dataset": "imagenet100"}, "", IMAGENET, "std of imagenet100, which"),
        ("supcon", {"dataset": "svhn"}, "", CIFAR10, "the data set 'svhn', whose mean and std are not known here"),
        ("supce", {}, "", CIFAR10, "are assumed"),
        ("supcon", {"dataset": "path", "mean": "(0.1, 0.2, .3)", "std": "[1,0.5,0.25]"}, "",
         ((0.1, 0.2, 0.3), (1.0, 0.5, 0.25)), "as the file's options give them"),
        ("supcon", {"dataset": "path", "mean": "__import__('os')", "std": "(1, 1, 1)"}, "", CIFAR10, "are assumed"),
        ("supcon", {"dataset": "path", "mean": "(0, 0, 0)", "std": "(0, 0, 0)"}, "", CIFAR10, "are assumed"),
        ("supcon", {"dataset": "path", "mean": "(125.3/255, 51 / 255, 0)", "std": "(1, 51/102, .5)"}, "",
         ((125.3 / 255, 0.2, 0.0), (1.0, 0.5, 0.5)), "as the file's options give them"),
        ("vit", {"dataset": "cifar100"}, "", CIFAR100, "std of cifar100, which"),
        ("vit mlp", {"dataset": "tiny-imagenet"}, "", TINY, "std of tiny-imagenet, which"),
        ("vit", {"dataset": "aircraft"}, "", IMAGENET, "those of ImageNet are assumed"),
        ("vit", {}, "", IMAGENET, "does not name its data set: those of ImageNet are assumed"),
        ("vit", {}, "cifar10", CIFAR10, "CIFAR-10, which these images are, are assumed"),
        ("simclr", {}, "cifar100", None, "code does not normalise"),
        ("small_conv", {}, "", None, "NCE Lab"),
    ],
)  # fmt: skip
def test_constants_and_their_reason(plan, options, data_set, constants, why):
    found = prepared(plan, options, data_set)
    assert found.constants == constants
    assert why in found.why
    assert why in found.words


def test_the_authors_tables():
    """`set_loader` of SINCERE's scripts has eleven data sets, `build_transform` of soft target InfoNCE four."""
    assert sorted(SUPCONTRAST) == [
        "aircraft", "cars", "cifar10", "cifar100", "cifar2", "dtd", "flowers", "food101", "imagenet", "imagenet100",
        "pet",
    ]  # fmt: skip
    assert sorted(SOFT_TARGETS) == ["cifar10", "cifar100", "imagenet", "tiny-imagenet"]
    assert SUPCONTRAST["flowers"] == ((0.4312, 0.3786, 0.2944), (0.2385, 0.1858, 0.1986))
    assert all(
        0 < number < 1 for table in (SUPCONTRAST, SOFT_TARGETS) for pair in table.values() for number in sum(pair, ())
    )


@pytest.mark.parametrize(
    "text", ["(1, 2)", "(1/0, 0, 0)", "(2, 0, 0)", "(-1, 0, 0)", "(1e9, 0, 0)", "(a, b, c)", 3, "1" * 300]
)
def test_what_is_no_triple_is_none(text):
    assert triple(text) is None


def test_sizes_and_what_of_them_is_assumed():
    assert (prepared("supcon", {"size": 64}).side, prepared("supcon", {"size": 64, "dataset": "cifar10"}).assumed) == (
        64,
        (),
    )
    for options in ({}, {"size": "64"}, {"size": 10**9}):
        found = prepared("supcon", options | {"dataset": "cifar10"})
        assert (found.side, len(found.assumed)) == (32, 1)
        assert "32 pixels, SupContrast's default, are assumed" in found.words
    assert (prepared("vit").side, prepared("small_conv").side) == (32, 8)


def test_the_size_of_simclr_is_in_the_config_beside_the_file(tmp_path):
    checkpoint = tmp_path / "checkpoint_100.tar"
    (tmp_path / "config.yaml").write_text("dataset: STL10\nimage_size: 160\nmodel_path: save\n")
    found = prepared("simclr large", path=checkpoint)
    assert (found.side, found.assumed) == (160, ())
    assert "the image_size in the config.yaml beside the file" in found.words
    assert prepared("simclr large", path=checkpoint, side=64).side == 64


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "there is no config.yaml beside the file that can be read"),
        ("dataset: STL10", "has no image_size"),
        ("image_size: 160\nimage_size: 96", "has more than one image_size"),
        ("image_size: !!python/object/apply:os.system [id]", "is no whole number from 8 to 512"),
        ("image_size: 4", "is no whole number from 8 to 512"),
        ("x:\n  image_size: 160", "has no image_size"),
    ],
)
def test_without_a_size_in_a_config_it_is_assumed(tmp_path, text, why):
    if text is not None:
        (tmp_path / "config.yaml").write_text(text)
    for plan, side in (("simclr", 32), ("simclr large", 96)):
        found = prepared(plan, path=tmp_path / "checkpoint_100.tar")
        assert found.side == side
        assert why in found.assumed[0]
        assert f"{side} pixels" in found.assumed[0]


def test_what_is_asked_for_goes_before_the_file():
    asked = {"mean": (0.1, 0.2, 0.3), "std": (0.4, 0.5, 0.6)}
    for plan in ("supcon", "vit", "simclr"):
        found = prepared(plan, {"dataset": "cifar10", "size": 32}, side=32, **asked)
        assert (found.constants, found.assumed) == (((0.1, 0.2, 0.3), (0.4, 0.5, 0.6)), ())
        assert "as asked for" in found.words


@pytest.mark.parametrize(
    ("plan", "asked", "sentence"),
    [
        ("vit", {"side": 64}, "side must be 32, the one size that this network's weights fit, but is 64"),
        ("small_conv", {"side": 32}, "side must be 8"),
        ("small_conv", {"mean": (0, 0, 0), "std": (1, 1, 1)}, "must be left out for a network of grey images"),
        ("supcon", {"mean": (0, 0, 0)}, "mean and std must be given both or neither"),
        ("supcon", {"mean": (0, 0), "std": (1, 1, 1)}, "mean must be three numbers from 0 to 1"),
        ("supcon", {"mean": (123.7, 116.3, 103.5), "std": (1, 1, 1)}, "Divide by 255"),
        ("supcon", {"mean": (0, 0, 0), "std": (1, 0, 1)}, "std must be three numbers from 0 to 1, none of them 0"),
    ],
)
def test_what_no_network_takes_is_refused(plan, asked, sentence):
    with pytest.raises(LabError, match=sentence):
        prepared(plan, **asked)


@pytest.mark.parametrize(("side", "scaled"), [(224, 256), (160, 182), (32, 36), (384, 384)])
def test_the_scale_before_the_centre_is_taken_is_the_authors(side, scaled):
    """int(input_size / crop_pct), with crop_pct 224 / 256 up to 224 pixels and 1 above (util/data.py)."""
    found = dataclasses.replace(prepared("vit"), side=side)
    assert f"scaled to {scaled} (bicubic)" in found.words


def test_an_image_of_the_right_size_stays_as_it_is(pixels):
    image = pixels[0, :32, :32]
    np.testing.assert_array_equal(prepared("supcon").pixels(image, name="x"), image)


def test_normalised_by_channel(pixels):
    preparation = prepared("supcon")
    images = np.stack([preparation.pixels(image, name="x") for image in pixels[:2]])
    mean, std = CIFAR10
    for channel in range(3):
        expected = (images[..., channel] / 255 - mean[channel]) / std[channel]
        np.testing.assert_allclose(preparation.tensor(images)[:, channel].numpy(), expected, atol=1e-6)


def test_without_normalisation_values_stay_between_0_and_1(pixels):
    preparation = prepared("simclr")
    tensor = preparation.tensor(np.stack([preparation.pixels(pixels[0], name="x")]))
    assert tensor.dtype == torch.float32
    assert 0 <= tensor.min() < tensor.max() <= 1


@pytest.mark.parametrize("shape", [(40, 48, 3), (48, 40, 3), (300, 37, 3), (40, 48)])
def test_the_centre_of_the_scaled_image(shape):
    image = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
    found = prepared("vit").pixels(image, name="x")  # 32 of 36 pixels
    height, width = shape[:2]
    size = (36, int(36 * height / width)) if width <= height else (int(36 * width / height), 36)
    scaled = Image.fromarray(image).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    left, top = round((size[0] - 32) / 2), round((size[1] - 32) / 2)
    np.testing.assert_array_equal(found, np.asarray(scaled)[top : top + 32, left : left + 32])


def test_an_image_like_a_thread_is_refused():
    with pytest.raises(LabError, match=r"a\.png must not be longer than"):
        prepared("vit").pixels(np.zeros((1, 60_000, 3), np.uint8), name="a.png")


def test_grey_for_a_network_of_one_channel(pixels):
    found = prepared("small_conv").pixels(pixels[0], name="x")
    assert found.shape == (8, 8, 1)
