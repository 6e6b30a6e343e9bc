"""The fast path against the plain one: random batches, hard temperatures, what it refuses."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator
from torch.nn.functional import normalize
from torch.testing import assert_close

import losses

EMBEDDING_LOSSES = {
    "supcon": lambda z, y, tau, **path: losses.supcon(z, y, temperature=tau, **path),
    "sincere": lambda z, y, tau, **path: losses.sincere(z, y, temperature=tau, **path),
    "eps_sup_infonce": lambda z, y, tau, **path: losses.eps_sup_infonce(z, y, temperature=tau, epsilon=0.4, **path),
    "x_clr": lambda z, y, tau, **path: losses.x_clr(z, y, temperature=tau, target_temperature=5 * tau, **path),
    "nt_xent": lambda z, y, tau, **path: losses.nt_xent(*z.chunk(2), temperature=tau, **path),
    "weibit": lambda z, y, tau, **path: losses.weibit(*z.chunk(2), beta=1 / tau, **path),
    "weince": lambda z, y, tau, **path: losses.weince(*z.chunk(2), temperature=tau, **path),
    "dcl": lambda z, y, tau, **path: losses.dcl(*z.chunk(2), temperature=tau, **path),
    "rince": lambda z, y, tau, **path: losses.rince(*z.chunk(2), temperature=tau, q=min(1, 5 * tau), **path),
    "temperature_free_infonce": lambda z, y, tau, **path: losses.temperature_free_infonce(*z.chunk(2), **path),
    "siglip": lambda z, y, tau, **path: losses.siglip(*z.chunk(2), temperature=tau, bias=-2.0, **path),
}


def value_and_gradient(loss, x, upstream=None):
    leaf = x.detach().clone().requires_grad_()
    value = loss(leaf)
    value.backward(upstream)
    return value.detach(), leaf.grad


@st.composite
def batches(draw):
    """Anchors (2B, D) in float64, some equal to others, and labels with singletons and empty classes."""
    generator = Generator().manual_seed(draw(st.integers(0, 2**31)))
    count, width = 2 * draw(st.integers(3, 40)), draw(st.integers(1, 5))
    z = normalize(torch.randn(count, width, generator=generator, dtype=torch.float64), dim=1)
    copied = torch.rand(count, generator=generator) < draw(st.sampled_from([0.0, 0.3, 1.0]))
    z[copied] = z[0].clone()
    labels = torch.randint(draw(st.integers(1, count)), (count,), generator=generator) * 7 + 3
    labels[1] = labels[0]
    return z, labels


@pytest.mark.parametrize("name", EMBEDDING_LOSSES)
@settings(max_examples=40, deadline=None)
@given(
    batch=batches(),
    tau=st.sampled_from([0.005, 0.07, 1.0, 50.0]),
    rows=st.sampled_from([None, 1, 5, 16]),
    reduction=st.sampled_from(["mean", "none"]),
)
def test_random_batches(name, batch, tau, rows, reduction):
    z, labels = batch
    loss = EMBEDDING_LOSSES[name]
    upstream = None if reduction == "mean" else torch.linspace(-1, 1, len(z), dtype=z.dtype)
    fast = value_and_gradient(lambda x: loss(x, labels, tau, chunk_size=rows, reduction=reduction), z, upstream)
    plain = value_and_gradient(lambda x: loss(x, labels, tau, plain=True, reduction=reduction), z, upstream)
    # Scores reach 1 / tau, and forces are differences of terms as large.
    assert_close(fast, plain, rtol=1e-9, atol=1e-12 / min(tau, 1))


@pytest.mark.parametrize("name", EMBEDDING_LOSSES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_hard_pairs_at_a_small_temperature(sphere, name, dtype):
    """Positives pulled apart, noise pushed together, tau = 0.005: float32 has four digits of float64."""
    centres = sphere(4, 16)
    z = normalize(centres[torch.arange(32) % 4] + 0.2 * sphere(32, 16), dim=1)
    labels = torch.arange(32) // 8
    narrow = z.to(dtype)
    exact = value_and_gradient(lambda x: EMBEDDING_LOSSES[name](x, labels, 0.005), narrow.double())
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
        found = value_and_gradient(lambda x: EMBEDDING_LOSSES[name](x, labels, 0.005), narrow.float())
    assert_close(found[0].double(), exact[0], rtol=1e-4, atol=0)
    assert_close(found[1].double(), exact[1], rtol=1e-4, atol=1e-4 * exact[1].abs().max().item())


@pytest.mark.parametrize("reduction", ["mean", "none"])
@pytest.mark.parametrize("samples", [5, 300])
def test_soft_target_infonce(head, samples, reduction):
    logits, targets, _, prior = head(samples, 7)
    upstream = None if reduction == "mean" else torch.linspace(-1, 1, samples, dtype=logits.dtype)
    fast, plain = (
        value_and_gradient(
            lambda f, plain=plain: losses.soft_target_infonce(
                f, targets, prior, temperature=0.3, reduction=reduction, plain=plain
            ),
            logits,
            upstream,
        )
        for plain in (False, True)
    )
    assert_close(fast, plain, rtol=1e-11, atol=1e-14)


def test_learned_targets_take_the_plain_path(head):
    logits, targets, _, prior = head(6, 4)
    targets.requires_grad_()
    losses.soft_target_infonce(logits, targets, prior).backward()
    assert targets.grad.abs().max() > 0


@pytest.mark.parametrize("name", EMBEDDING_LOSSES)
@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_a_second_derivative_is_refused_and_not_left_out(sphere, name, reduction):
    z, labels = sphere(12, 3).requires_grad_(), torch.arange(12) % 3
    value = EMBEDDING_LOSSES[name](z, labels, 0.5, reduction=reduction).sum()
    (gradient,) = torch.autograd.grad(value, z, create_graph=True)
    with pytest.raises(RuntimeError, match="plain=True"):
        (gradient.square().sum() + z.sum()).backward()


@pytest.mark.parametrize("name", sorted(set(EMBEDDING_LOSSES) - {"weince"}))
def test_the_plain_path_has_second_derivatives(sphere, name):
    z, labels = 0.9 * sphere(8, 3), torch.arange(8) % 2
    assert torch.autograd.gradgradcheck(
        lambda x: EMBEDDING_LOSSES[name](x, labels, 0.5, plain=True), z.requires_grad_()
    )


def test_chunks_and_the_plain_path_exclude_each_other(sphere):
    with pytest.raises(losses.LabError, match="chunk_size must be None on the plain path"):
        losses.supcon(sphere(6, 3), torch.arange(6) % 2, plain=True, chunk_size=2)
