"""Views of images against what can be worked out by hand, against colorsys, and against torch's own scaling."""

import colorsys
import math
import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.stats import ks_2samp, kstest

from checkpoints.training.images.augmentations import DRAWS, crop_boxes, cropped, jittered, luma, turned, view, viewed
from checkpoints.training.images.keyed import key_of, uniforms
from checkpoints.training.images.recipe import Views

PLAIN = Views(crop=1.0, flip=0.0, jitter=0.0, jittered=0.0, grey=0.0)


def pixels(items: int = 5, side: int = 8, seed: int = 0) -> torch.Tensor:
    return torch.rand(items, 3, side, side, generator=torch.Generator().manual_seed(seed))


def test_a_number_depends_on_its_key_and_row_alone():
    rows = torch.tensor([7, 3, 49_999])
    among, alone = uniforms(key_of(0, 5), rows, 31), uniforms(key_of(0, 5), rows[2:], 31)
    assert torch.equal(among[2:], alone)
    assert not torch.equal(uniforms(key_of(0, 6), rows, 31), among)


def test_the_numbers_are_those_of_splitmix64():
    # Steele et al.'s generator from state 1234567, as published with java.util.SplittableRandom's test values.
    known = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
    found = uniforms(1234567, torch.zeros(1, dtype=torch.int64), 5)[0]
    assert found.tolist() == pytest.approx([value / 2**64 for value in known], abs=2**-23)


def test_the_numbers_are_uniform_and_do_not_hang_together():
    found = uniforms(key_of(3, 1, 0), torch.arange(20_000), 4).double()
    assert min(kstest(column, "uniform").pvalue for column in found.T.numpy()) > 1e-3
    assert np.abs(np.corrcoef(found.T.numpy()) - np.eye(4)).max() < 0.03
    assert abs(np.corrcoef(found[:-1, 0], found[1:, 0])[0, 1]) < 0.03


def test_a_crop_is_the_box_scaled_by_torch():
    images, boxes = pixels(3), torch.tensor([[1.0, 2, 5, 3], [0, 0, 8, 8], [7, 7, 1, 1]])
    found = cropped(images, boxes, torch.tensor([False, False, False]))
    for image, (left, top, width, height), got in zip(images, boxes.int().tolist(), found, strict=True):
        cut = image[None, :, top : top + height, left : left + width]
        wanted = F.interpolate(cut, size=(8, 8), mode="bilinear", align_corners=False)[0]
        torch.testing.assert_close(got, wanted, atol=2e-6, rtol=0)


def test_a_flip_mirrors_left_and_right_of_those_that_it_names():
    images, whole = pixels(2), torch.tensor([[0.0, 0, 8, 8]] * 2)
    found = cropped(images, whole, torch.tensor([True, False]))
    torch.testing.assert_close(found[0], images[0].flip(-1), atol=2e-6, rtol=0)
    torch.testing.assert_close(found[1], images[1], atol=2e-6, rtol=0)


def test_boxes_lie_inside_and_have_the_shares_and_ratios_of_torchvision():
    boxes = crop_boxes(uniforms(0, torch.arange(20_000), 22), 32, 0.2)
    left, top, width, height = boxes.T
    assert boxes.equal(boxes.round())
    assert left.min() >= 0
    assert top.min() >= 0
    assert (left + width).max() == 32
    assert (top + height).max() == 32
    area, ratio = (width * height / 32**2).numpy(), (width / height).numpy()
    wanted = np.array([torchvision_box(32, 0.2, random.Random(seed)) for seed in range(5000)])
    assert ks_2samp(area[:5000], wanted[:, 0]).pvalue > 1e-3
    assert ks_2samp(ratio[:5000], wanted[:, 1]).pvalue > 1e-3


def torchvision_box(side: int, least: float, draw: random.Random) -> tuple[float, float]:
    """Share and ratio of RandomResizedCrop.get_params as torchvision 0.20 has it, restated."""
    for _ in range(10):
        area = side * side * draw.uniform(least, 1.0)
        ratio = math.exp(draw.uniform(math.log(3 / 4), math.log(4 / 3)))
        width, height = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < width <= side and 0 < height <= side:
            return width * height / side**2, width / height
    return 1.0, 1.0


def test_where_no_try_fits_the_whole_image_is_taken():
    draws = torch.full((1, 22), 1.0)  # areas of the whole, ratios of 4 to 3: too wide
    assert crop_boxes(draws, 32, 0.2)[0, 2:].tolist() == [32, 32]


def test_hue_turns_as_colorsys_does():
    images, turns = pixels(4, 4), torch.tensor([0.1, -0.1, 0.5, 0.0])
    found = turned(images, turns).permute(0, 2, 3, 1).numpy()
    for image, turn, got in zip(images.permute(0, 2, 3, 1).numpy(), turns.tolist(), found, strict=True):
        for before, after in zip(image.reshape(-1, 3), got.reshape(-1, 3), strict=True):
            h, s, v = colorsys.rgb_to_hsv(*before.tolist())
            assert after.tolist() == pytest.approx(colorsys.hsv_to_rgb((h + turn) % 1, s, v), abs=1e-5)


def test_hue_leaves_grey_as_it_is():
    grey = torch.tensor([0.0, 0.5, 1.0]).view(1, 1, 1, 3).expand(1, 3, 1, 3)
    torch.testing.assert_close(turned(grey, torch.tensor([0.3])), grey)


def test_brightness_contrast_and_saturation_by_hand():
    image = torch.tensor([0.2, 0.4, 0.8]).view(1, 3, 1, 1).expand(1, 3, 1, 2).clone()
    image[..., 1] = 0.5
    one, zero = torch.ones(1), torch.zeros(1)
    torch.testing.assert_close(jittered(image, 1.4 * one, one, one, zero), (image * 1.4).clamp(max=1))
    flat = jittered(image, one, zero, one, zero)  # no contrast: the mean grey everywhere
    first = 0.2989 * 0.2 + 0.587 * 0.4 + 0.114 * 0.8
    torch.testing.assert_close(flat, torch.full_like(flat, (first + 0.5 * 0.9999) / 2), atol=1e-5, rtol=0)
    torch.testing.assert_close(jittered(image, one, one, zero, zero), luma(image).expand(-1, 3, -1, -1))


def test_without_any_change_a_view_is_the_image():
    images = (pixels() * 255).to(torch.uint8)
    torch.testing.assert_close(viewed(images, torch.rand(5, DRAWS), PLAIN), images.float() / 255, atol=2e-6, rtol=0)


def test_a_share_of_views_is_grey_and_a_share_is_coloured():
    images = (pixels(400, 4) * 255).to(torch.uint8)
    found = viewed(images, uniforms(1, torch.arange(400), DRAWS), Views(crop=1.0, flip=0.0, jittered=0.8, grey=0.2))
    grey = (found.amax(dim=1) - found.amin(dim=1)).amax(dim=(1, 2)) < 1e-6
    kept = (found - images.float() / 255).abs().amax(dim=(1, 2, 3)) < 1e-5
    assert grey.float().mean().item() == pytest.approx(0.2, abs=0.06)
    assert kept.float().mean().item() == pytest.approx(0.2 * 0.8, abs=0.06)


def test_a_view_is_the_same_in_whatever_batch_and_another_in_each_epoch():
    images = (pixels(6) * 255).to(torch.uint8)
    rows = torch.tensor([10, 11, 12, 13, 14, 15])
    whole, part = (view(images[take], rows[take], Views(), 0, 3, 1) for take in (torch.arange(6), torch.tensor([4, 2])))
    torch.testing.assert_close(part, whole[[4, 2]])
    assert (view(images, rows, Views(), 0, 4, 1) - whole).abs().max() > 0.05
    assert (view(images, rows, Views(), 0, 3, 0) - whole).abs().max() > 0.05
