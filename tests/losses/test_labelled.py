"""Identities and edge cases of the labelled-embedding losses."""

from math import exp, log

import pytest
import torch
from torch import vmap
from torch.testing import assert_close

import losses

LABELLED = (losses.supcon, losses.sincere, losses.eps_sup_infonce, losses.x_clr)
PAIR_TAU = 0.1


@pytest.mark.parametrize("loss", LABELLED)
@pytest.mark.parametrize("views", [1, 2])
def test_gradcheck(sphere, loss, views):
    z = sphere(6, views, 3).requires_grad_()
    labels = torch.tensor([0, 0, 1, 1, 1, 2])
    assert torch.autograd.gradcheck(lambda e: loss(e, labels, temperature=0.4), z)
    assert torch.autograd.gradcheck(lambda e: loss(e, labels, temperature=0.4, chunk_size=4), z)


@pytest.mark.parametrize("temperature", [0.05, 0.5])
def test_sincere_is_never_above_supcon(sphere, temperature):
    for _ in range(20):
        z, labels = sphere(24, 4), torch.arange(24) % 4
        lower = losses.sincere(z, labels, temperature=temperature, reduction="none")
        assert (lower < losses.supcon(z, labels, temperature=temperature, reduction="none")).all()


def test_epsilon_zero_is_sincere(sphere):
    z, labels = sphere(12, 4), torch.arange(12) % 3
    assert_close(losses.eps_sup_infonce(z, labels, epsilon=0.0), losses.sincere(z, labels), rtol=0, atol=0)


def test_one_positive_makes_all_infonce(sphere):
    a, b = sphere(10, 5), sphere(10, 5)
    views, labels = torch.stack([a, b], dim=1), torch.arange(10)
    infonce = losses.nt_xent(a, b, temperature=PAIR_TAU)
    assert_close(losses.supcon(views, labels, temperature=PAIR_TAU), infonce, rtol=1e-13, atol=0)
    assert_close(losses.sincere(views, labels, temperature=PAIR_TAU), infonce, rtol=1e-13, atol=0)


@pytest.mark.parametrize("scale", [0.0, 1.0])
def test_all_equal_embeddings_give_the_chance_levels(scale):
    z, labels = torch.full((7, 3), scale, dtype=torch.float64), torch.tensor([0, 0, 0, 1, 1, 2, 2])
    assert losses.supcon(z, labels).item() == pytest.approx(log(6), rel=1e-13)
    noise = [4, 4, 4, 5, 5, 5, 5]
    assert losses.sincere(z, labels, reduction="none").tolist() == pytest.approx([log(1 + n) for n in noise])
    expected = [log(exp(-0.25) + n) for n in noise]
    assert losses.eps_sup_infonce(z, labels, epsilon=0.25, reduction="none").tolist() == pytest.approx(expected)


@pytest.mark.parametrize("loss", LABELLED)
def test_a_singleton_takes_no_part_but_is_noise(sphere, loss):
    z, labels = sphere(7, 4).requires_grad_(), torch.tensor([0, 0, 0, 1, 1, 1, 5])
    each = loss(z, labels, reduction="none")
    assert each[6] == 0
    assert_close(loss(z, labels), each[:6].mean())
    assert (each[:6] > loss(z[:6], labels[:6], reduction="none")).all()
    loss(z, labels).backward()
    assert z.grad.isfinite().all()
    assert z.grad[6].abs().max() > 0


@pytest.mark.parametrize("loss", [losses.sincere, losses.eps_sup_infonce])
def test_one_class_has_nothing_to_contrast(sphere, loss):
    z = sphere(5, 3).requires_grad_()
    value = loss(z, torch.zeros(5, dtype=torch.long))
    value.backward()
    assert value == 0
    assert z.grad.abs().max() == 0


def test_one_class_still_has_a_supcon(sphere):
    z = sphere(5, 3).requires_grad_()
    value = losses.supcon(z, torch.zeros(5, dtype=torch.long))
    value.backward()
    assert value > log(4)
    assert z.grad.abs().max() > 0


@pytest.mark.parametrize("loss", LABELLED)
def test_invariances(sphere, generator, loss):
    """Order, rotation, names of labels and order of views do not matter."""
    z, labels = sphere(12, 2, 4), torch.arange(12) % 3
    value = loss(z, labels)
    order = torch.randperm(12, generator=generator)
    rotation = torch.linalg.qr(torch.randn(4, 4, generator=generator, dtype=torch.float64)).Q
    assert_close(loss(z[order], labels[order]), value)
    assert_close(loss(z @ rotation, labels), value)
    assert_close(loss(z, torch.tensor([2_000_000_000, 0, 7])[labels]), value)
    assert_close(loss(z.flip(1), labels), value)


@pytest.mark.parametrize("loss", LABELLED)
def test_small_temperature_in_float32_agrees_with_float64(loss):
    """A hard batch: one noise sample nearer than the positive. Gradients do not vanish."""
    angles = torch.tensor([0.0, 1.2, 0.05, 1.9, 3.0, 3.3])
    narrow = torch.stack([angles.cos(), angles.sin()], dim=1)
    labels = torch.tensor([0, 0, 1, 1, 2, 2])
    results = []
    for z in (narrow, narrow.double()):
        z = z.clone().requires_grad_()
        value = loss(z, labels, temperature=0.005)
        value.backward()
        results.append((value.detach().double(), z.grad.double()))
    assert results[1][1].abs().max() > 60
    assert_close(results[0][0], results[1][0], rtol=1e-4, atol=0)
    assert_close(results[0][1], results[1][1], rtol=1e-4, atol=1e-4 * results[1][1].abs().max().item())


def test_normalize_is_the_same_as_unit_rows(sphere):
    z, labels = sphere(8, 4), torch.arange(8) % 2
    scales = torch.logspace(-20, 25, 8, dtype=torch.float64)[:, None]
    for loss in LABELLED:
        assert_close(loss(scales * z, labels, normalize=True), loss(z, labels))
        assert_close(loss((scales * z).float(), labels, normalize=True), loss(z, labels).float())


@pytest.mark.parametrize("distance", [0.5, 1.0, 2.0])
def test_sincere_bounds_the_divergences_of_gaussians(generator, distance):
    """Targets N(m, 1), noise N(0, 1), critic log p/q = m x - m^2 / 2: both KLs are m^2 / 2.

    An anchor at 1 on the line sees its positive and the noise at their critic values.
    """
    trials, noise = 300, 64
    target = torch.randn(trials, 1, generator=generator, dtype=torch.float64) + distance
    others = torch.randn(trials, noise, generator=generator, dtype=torch.float64)
    critic = distance * torch.cat([target, others], dim=1) - distance**2 / 2
    z = torch.cat([torch.ones(trials, 1, dtype=torch.float64), critic], dim=1)[..., None]  # (trials, N, 1)
    labels = torch.tensor([0, 0, *[1] * noise])
    found = vmap(lambda e: losses.sincere(e, labels, temperature=1.0, reduction="none")[0])(z)
    error = (found.std() / trials**0.5).item()
    assert found.mean() - 3 * error > log(noise) - distance**2
    if distance < 2:  # the loss itself tends to log|Nz| - KL(p||q) with the number of noise samples
        tolerance = 4 * error + 2 * exp(distance**2) / noise
        assert found.mean().item() == pytest.approx(log(noise) - distance**2 / 2, abs=tolerance)
