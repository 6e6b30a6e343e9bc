import numpy as np
import pytest
import torch

from checkpoints.training.augmentations import Augmentation, mixup, smooth, view

STILL = Augmentation(rotation=0, shift=0, scaling=0, noise=0)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def images():
    return torch.rand((50, 1, 8, 8), generator=seeded(9))


def centre_of_mass(images):
    """(N, 2) column and row."""
    axis = torch.arange(images.shape[-1], dtype=torch.float32)
    mass = images.sum(dim=(1, 2, 3))
    return torch.stack([(images.sum(2)[:, 0] @ axis) / mass, (images.sum(3)[:, 0] @ axis) / mass], dim=1)


def test_a_view_without_change_is_the_image(images):
    torch.testing.assert_close(view(images, seeded(), STILL), images, rtol=0, atol=1e-6)


def test_a_view_stays_in_range_and_comes_from_the_generator(images):
    before = torch.get_rng_state()
    first, same, other = view(images, seeded(1)), view(images, seeded(1)), view(images, seeded(2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)
    assert 0 <= first.min() <= first.max() <= 1
    assert torch.equal(torch.get_rng_state(), before)


def test_a_shift_moves_by_at_most_its_pixels_both_ways():
    dot = torch.zeros((400, 1, 8, 8))
    dot[:, :, 3:5, 3:5] = 1
    moved = centre_of_mass(view(dot, seeded(), Augmentation(rotation=0, shift=1, scaling=0, noise=0))) - 3.5
    assert moved.abs().max() <= 1 + 1e-5
    assert moved.min() < -0.9
    assert moved.max() > 0.9


def test_a_rotation_turns_about_the_centre_by_at_most_its_degrees():
    bar = torch.zeros((400, 1, 9, 9))
    bar[:, :, 4, 8] = 1
    turned = centre_of_mass(view(bar, seeded(), Augmentation(rotation=20, shift=0, scaling=0, noise=0))) - 4
    angle = torch.atan2(turned[:, 1], turned[:, 0]).rad2deg()
    assert angle.abs().max() < 25
    assert angle.min() < -15
    assert angle.max() > 15


def test_a_scaling_keeps_the_centre_and_changes_the_size():
    square = torch.zeros((400, 1, 16, 16))
    square[:, :, 4:12, 4:12] = 1
    scaled = view(square, seeded(), Augmentation(rotation=0, shift=0, scaling=0.2, noise=0))
    torch.testing.assert_close(centre_of_mass(scaled), torch.full((400, 2), 7.5), rtol=0, atol=1e-4)
    side = scaled.sum(dim=(1, 2, 3)).sqrt()
    assert side.min() == pytest.approx(8 / 1.2, rel=0.02)
    assert side.max() == pytest.approx(8 / 0.8, rel=0.02)


def test_smoothed_targets_by_hand():
    expected = torch.tensor([[0.925, 0.025, 0.025, 0.025], [0.025, 0.025, 0.925, 0.025]])
    torch.testing.assert_close(smooth(torch.tensor([0, 2]), 4, 0.1), expected)
    assert torch.equal(smooth(torch.tensor([1]), 3, 0.0), torch.tensor([[0.0, 1.0, 0.0]]))


def test_mixup_mixes_images_and_targets_by_one_share(images):
    """Images that are their own targets: mixed alike, they stay so."""
    targets = images.flatten(1)
    mixed_images, mixed_targets = mixup(images, targets, 0.4, seeded(5))
    torch.testing.assert_close(mixed_images.flatten(1), mixed_targets)
    assert not torch.equal(mixed_targets, targets)
    torch.testing.assert_close(mixed_targets.mean(0), targets.mean(0))


def test_mixup_of_nothing_is_nothing(images):
    targets = torch.rand((50, 3), generator=seeded(1))
    mixed_images, mixed_targets = mixup(images, targets, 0.0, seeded())
    assert torch.equal(mixed_images, images)
    assert torch.equal(mixed_targets, targets)


def test_the_share_is_a_beta_variate():
    """Var[share] = 1 / (4 (2a + 1)) for Beta(a, a), over 2,000 batches of two items of different targets."""
    generator, targets = seeded(3), torch.eye(2)
    images = torch.zeros((2, 1, 2, 2))
    shares = np.array([mixup(images, targets, 0.4, generator)[1][0, 0].item() for _ in range(2000)])
    moved = shares[shares < 1]  # the partner was the other item, as in half of the batches
    assert len(moved) / 2000 == pytest.approx(0.5, abs=0.05)
    assert moved.mean() == pytest.approx(0.5, abs=0.04)
    assert moved.var() == pytest.approx(1 / (4 * 1.8), rel=0.1)
