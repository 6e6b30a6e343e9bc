"""Images reach a network as its layout's own evaluation prepares them."""

import numpy as np
import pytest
import torch
from PIL import Image

from checkpoints.foreign.preparation import CIFAR10, CIFAR100, IMAGENET, preparation_of
from losses.errors import LabError
from tests.checkpoints.foreign.states import PLANS


def prepared(plan, options=None, data_set="", side=None):
    return preparation_of(PLANS[plan], options or {}, data_set, side)


@pytest.mark.parametrize(
    ("plan", "options", "data_set", "constants", "why"),
    [
        ("supcon", {"dataset": "cifar10"}, "cifar100", CIFAR10, "name cifar10"),
        ("supcon", {"dataset": "cifar100"}, "", CIFAR100, "name cifar100"),
        ("supcon", {}, "cifar100", CIFAR100, "are assumed"),
        ("supce", {}, "", CIFAR10, "are assumed"),
        ("supcon", {"dataset": "path", "mean": "(0.1, 0.2, .3)", "std": "[1,0.5,0.25]"}, "",
         ((0.1, 0.2, 0.3), (1.0, 0.5, 0.25)), "as the file's options give them"),
        ("supcon", {"dataset": "path", "mean": "__import__('os')", "std": "(1, 1, 1)"}, "", CIFAR10, "are assumed"),
        ("supcon", {"dataset": "path", "mean": "(0, 0, 0)", "std": "(0, 0, 0)"}, "", CIFAR10, "are assumed"),
        ("vit", {"dataset": "cifar100"}, "", IMAGENET, "ImageNet's constants"),
        ("simclr", {}, "cifar100", None, "cifar stem"),
        ("small_conv", {}, "", None, "NCE Lab"),
    ],
)  # fmt: skip
def test_constants_and_their_reason(plan, options, data_set, constants, why):
    found = prepared(plan, options, data_set)
    assert found.constants == constants
    assert why in found.why
    assert why in found.words


def test_sizes():
    assert (prepared("supcon").side, prepared("supcon", {"size": 64}).side) == (32, 64)
    assert prepared("supcon", {"size": "64"}).side == prepared("supcon", {"size": 10**9}).side == 32
    assert (prepared("simclr").side, prepared("simclr large").side, prepared("simclr large", side=96).side) == (
        32,
        224,
        96,
    )
    assert (prepared("vit").side, prepared("small_conv").side) == (32, 8)


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
    found = prepared("vit").pixels(image, name="x")  # 32 of 37 pixels
    height, width = shape[:2]
    size = (37, int(37 * height / width)) if width <= height else (int(37 * width / height), 37)
    scaled = Image.fromarray(image).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    left, top = round((size[0] - 32) / 2), round((size[1] - 32) / 2)
    np.testing.assert_array_equal(found, np.asarray(scaled)[top : top + 32, left : left + 32])


def test_an_image_like_a_thread_is_refused():
    with pytest.raises(LabError, match=r"a\.png must not be longer than"):
        prepared("vit").pixels(np.zeros((1, 60_000, 3), np.uint8), name="a.png")


def test_grey_for_a_network_of_one_channel(pixels):
    found = prepared("small_conv").pixels(pixels[0], name="x")
    assert found.shape == (8, 8, 1)
