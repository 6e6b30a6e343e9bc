"""The two terms on the nearest negatives that the released WEINCE run adds: against double loops and autograd."""

from math import exp, log

import numpy as np
import pytest
import torch
from torch.func import grad
from torch.testing import assert_close

import losses
from losses import hardest
from losses.hardest import batch_beta
from losses.nearest import smallest_of_all

TAU = 0.5
OFF = {"temperature": TAU}


def cosines_of(a, b):
    z = torch.cat([a, b])
    return (z @ z.T).tolist()


def over_nearest(s, i, top, link):
    """Cross-entropy of the linked cosines of the other view and the nearest negatives, in plain Python."""
    other = (i + len(s) // 2) % len(s)
    nearest = sorted((s[i][j] for j in range(len(s)) if j not in (i, other)), reverse=True)[:top]
    return log(sum(exp(link(each)) for each in [s[i][other], *nearest])) - link(s[i][other])


def beta_of(s):
    """The released estimate before its running mean: polyfit through the batch's smallest shortfalls."""
    count = len(s)
    pairs = [(i, j) for i in range(count) for j in range(count) if j not in (i, (i + count // 2) % count)]
    shortfalls = np.sort([max(1 - s[i][j], 1e-6) for i, j in pairs])
    size = min(max(1024, int(0.05 * len(pairs))), len(pairs))
    x, y = np.log(shortfalls[:size]), np.log(np.arange(1, size + 1) / (size + 1))
    x, y = x[max(1, size // 20) :], y[max(1, size // 20) :]
    slope = np.polyfit(x, y, 1)[0]
    if slope <= 0 or np.corrcoef(x, y)[0, 1] ** 2 < 0.85:
        return 4.0
    return float(np.clip(slope, 0.5, 16))


@pytest.fixture
def views(sphere):
    """40 pairs, near each other: 78 negatives an anchor, of which 50 are the nearest."""
    a = sphere(40, 6)
    return a, torch.nn.functional.normalize(a + 0.3 * sphere(40, 6), dim=1)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("top", [1, 50, 78, 200])
def test_against_a_double_loop(views, plain, top):
    s, without = cosines_of(*views), losses.weince(*views, **OFF, reduction="none", plain=plain)
    beta = beta_of(s)
    for weights, link in (
        ({"softmax_weight": 0.5, "softmax_top": top}, lambda c: c / TAU),
        ({"weibull_weight": 0.5, "weibull_top": top}, lambda c: -beta * log(1 - min(c, 1 - 1e-6))),
    ):
        found = losses.weince(*views, **OFF, **weights, reduction="none", plain=plain) - without
        expected = [0.5 * over_nearest(s, i, top, link) for i in range(80)]
        assert found.tolist() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("pairs", [2, 3, 20, 60, 150])
@pytest.mark.parametrize("rows", [None, 7])
def test_the_batchs_beta_is_the_line_through_its_tail(sphere, pairs, rows):
    a, b = sphere(pairs, 5), sphere(pairs, 5)
    found = batch_beta(torch.cat([a, b]), rows)
    assert found.item() == pytest.approx(beta_of(cosines_of(a, b)), rel=1e-9)
    assert found.shape == ()


@pytest.mark.parametrize("rows", [1, 3, 50])
@pytest.mark.parametrize("count", [1, 8, 40, 90])
def test_the_smallest_of_all_blocks(generator, rows, count):
    """With ties, infinite entries, and more numbers than are held at a time."""
    values = torch.randn(30, 4, generator=generator, dtype=torch.float64).mul(3).round()
    values[3:6] = torch.inf
    found = smallest_of_all(iter(values.clone().split(rows)), count)
    assert_close(found, values.flatten().sort().values[:count])


def test_the_line_is_the_same_in_parts(sphere, monkeypatch):
    z = sphere(300, 5)
    whole = batch_beta(z)
    monkeypatch.setattr(hardest, "SLOPE_PART", 100)
    assert_close(batch_beta(z), whole, rtol=1e-12, atol=0)


def test_a_line_that_does_not_fit_is_not_believed():
    """Two clumps of negatives, at cosine 0.9 and at -1, and rows that are all one: beta 4."""
    angles = torch.tensor([0.0, 0.45, 3.1, 3.4], dtype=torch.float64)
    z = torch.stack([angles.cos(), angles.sin()], dim=1)
    s = (torch.cat([z, z]) @ torch.cat([z, z]).T).tolist()
    assert batch_beta(torch.cat([z, z])).item() == beta_of(s) == 4.0
    assert batch_beta(torch.ones(8, 1)).item() == 4.0


def test_they_are_off_unless_asked_for(views):
    alone = losses.weince(*views, **OFF)
    assert losses.weince(*views, **OFF, weibull_top=3, softmax_top=3) == alone
    released = losses.weince(*views, **OFF, weibull_weight=0.5, softmax_weight=0.5)
    one, other = (losses.weince(*views, **OFF, **{name: 0.5}) for name in ("weibull_weight", "softmax_weight"))
    assert_close(released, one + other - alone)
    module = losses.WEINCE(**OFF, weibull_weight=0.5, softmax_weight=0.5)
    assert_close(module(*views), released)
    assert "weibull_weight=0.5" in repr(module)


def test_with_all_negatives_the_softmax_term_is_nt_xent(views):
    found = losses.weince(*views, **OFF, softmax_weight=2.0, softmax_top=78) - losses.weince(*views, **OFF)
    assert_close(found, 2 * losses.nt_xent(*views, **OFF), rtol=1e-10, atol=0)


@pytest.mark.parametrize("reduction", ["mean", "none"])
@pytest.mark.parametrize("tau", [0.005, 0.5])
def test_the_fast_path_is_autograds(views, reduction, tau):
    """Both terms, with the evidence and beta, which carry no gradient, the same on both paths."""
    upstream = None if reduction == "mean" else torch.linspace(-1, 1, 80, dtype=torch.float64)
    found = []
    for options in ({"plain": True}, {}, {"chunk_size": 7}):
        leaves = [each.clone().requires_grad_() for each in views]
        value = losses.weince(
            *leaves, temperature=tau, weibull_weight=0.5, softmax_weight=0.7, reduction=reduction, **options
        )
        value.backward(upstream)
        found.append([value.detach(), *(leaf.grad for leaf in leaves)])
    assert_close(found[1], found[0], rtol=1e-9, atol=1e-10 / tau)
    assert_close(found[2], found[0], rtol=1e-9, atol=1e-10 / tau)


@pytest.mark.parametrize("plain", [False, True])
def test_gradcheck_where_the_evidence_is_still(sphere, plain):
    """The softmax term alone over WEINCE without evidence, and a learned temperature with it."""
    a, b = (0.9 * sphere(6, 3) for _ in range(2))
    tau = torch.tensor(0.4, dtype=torch.float64, requires_grad=True)

    def loss(x, y, t):
        return losses.weince(x, y, temperature=t, aic_margin=1e9, softmax_weight=0.5, softmax_top=4, plain=plain)

    assert torch.autograd.gradcheck(loss, (a.requires_grad_(), b.requires_grad_(), tau))


def test_beyond_the_clamp_the_weibit_term_moves_nothing(sphere):
    a = sphere(6, 3)
    b = torch.cat([a[:1], sphere(5, 3)])
    found = []
    for plain in (False, True):
        leaf = a.clone().requires_grad_()
        value = losses.weince(leaf, b, **OFF, weibull_weight=1.0, plain=plain)
        value.backward()
        assert leaf.grad.isfinite().all()
        found.append((value.detach(), leaf.grad))
    assert_close(*found, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("tau", [1e-4, 0.1, 1e3])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float64])
def test_rows_of_zeros_and_equal_rows(tau, dtype):
    x = torch.tensor([[0.5, 0.75], [0.0, 0.0], [0.5, 0.75], [0.5, 0.75], [-0.5, -0.75], [0.0, 0.0]], dtype=dtype)
    for plain in (False, True):
        leaf = x.clone().requires_grad_()
        options = {"temperature": tau, "weibull_weight": 0.5, "softmax_weight": 0.5, "normalize": True, "plain": plain}
        value = losses.weince(*leaf.chunk(2), **options)
        value.backward()
        assert value.isfinite()
        assert leaf.grad.isfinite().all()
        assert not leaf.grad[1].any()


def test_under_torch_func_and_compile(views):
    a, b = views
    options = {"temperature": TAU, "weibull_weight": 0.5, "softmax_weight": 0.5}
    leaf = a.clone().requires_grad_()
    losses.weince(leaf, b, **options).backward()
    assert_close(grad(lambda x: losses.weince(x, b, **options))(a), leaf.grad, rtol=1e-9, atol=1e-10)
    torch.compiler.reset()
    compiled = torch.compile(lambda x: losses.weince(x, b, **options), fullgraph=True, backend="aot_eager")
    again = a.clone().requires_grad_()
    compiled(again).backward()
    assert_close(again.grad, leaf.grad, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"weibull_weight": -0.5}, "^weibull_weight must not be negative, but is -0.5. 0 leaves the term out"),
        ({"softmax_weight": float("nan")}, "^softmax_weight must be a finite number"),
        ({"softmax_top": 0}, "^softmax_top must be a whole number from 1, but is 0"),
        ({"weibull_top": 2.5}, "^weibull_top must be a whole number from 1, but is 2.5"),
    ],
)
def test_what_is_refused(views, setting, sentence):
    with pytest.raises(losses.LabError, match=sentence):
        losses.weince(*views, **setting)
    with pytest.raises(losses.LabError, match=sentence):
        losses.WEINCE(**setting)


@pytest.mark.parametrize(
    ("weights", "released"),
    [
        ({}, 2.8033036151406807),
        ({"softmax_weight": 0.5}, 4.219151472581673),
        ({"weibull_weight": 0.5}, 3.8914062920672836),
        ({"weibull_weight": 0.5, "softmax_weight": 0.5}, 5.3072541495082755),
    ],
)
def test_the_authors_numbers(weights, released):
    """Their NT_Xent, policy "tlambda_select", topm terms of 50 by half, auto_weib_beta with beta_ema_momentum 0."""
    z = torch.sin(0.7 * (torch.arange(300).reshape(60, 5) ** 2).double())
    found = losses.weince(z[:30], z[:30] + 0.6 * z[30:], **OFF, **weights, normalize=True)
    assert found.item() == pytest.approx(released, rel=1e-12)
