"""A temperature that is a tensor: the number's loss, and its gradient, on both paths."""

import copy
import math

import pytest
import torch
from torch import nn
from torch.func import grad
from torch.nn.functional import normalize
from torch.testing import assert_close

import losses

LABELS = torch.arange(8) % 3
TARGETS = torch.full((8, 5), 0.1, dtype=torch.float64) + 0.5 * torch.eye(5, dtype=torch.float64)[torch.arange(8) % 5]
PRIOR = TARGETS.mean(dim=0)

LOSSES = {
    "nll": lambda x, tau, **o: losses.nll(x, LABELS, temperature=tau, **o),
    "ntce": lambda x, tau, **o: losses.ntce(x, LABELS, temperature=tau, **o),
    "nonl": lambda x, tau, **o: losses.nonl(x, LABELS, temperature=tau, **o),
    "soft_target_cross_entropy": lambda x, tau, **o: losses.soft_target_cross_entropy(x, TARGETS, temperature=tau, **o),
    "label_infonce": lambda x, tau, **o: losses.label_infonce(x, LABELS, PRIOR, temperature=tau, **o),
    "soft_target_infonce": lambda x, tau, **o: losses.soft_target_infonce(x, TARGETS, PRIOR, temperature=tau, **o),
    "continuous_categorical": lambda x, tau, **o: losses.continuous_categorical(x, TARGETS, temperature=tau, **o),
    "supcon": lambda x, tau, **o: losses.supcon(x, LABELS, temperature=tau, **o),
    "sincere": lambda x, tau, **o: losses.sincere(x, LABELS, temperature=tau, **o),
    "eps_sup_infonce": lambda x, tau, **o: losses.eps_sup_infonce(x, LABELS, temperature=tau, **o),
    "x_clr": lambda x, tau, **o: losses.x_clr(x, LABELS, temperature=tau, target_temperature=0.5, **o),
    "nt_xent": lambda x, tau, **o: losses.nt_xent(*x.chunk(2), temperature=tau, **o),
    "weince": lambda x, tau, **o: losses.weince(*x.chunk(2), temperature=tau, aic_margin=0.0, quantile=0.8, **o),
    "weince, released": lambda x, tau, **o: losses.weince(
        *x.chunk(2), temperature=tau, aic_margin=0.0, quantile=0.8, weibull_weight=0.5, softmax_weight=0.5, **o
    ),
    "dcl": lambda x, tau, **o: losses.dcl(*x.chunk(2), temperature=tau, **o),
    "rince": lambda x, tau, **o: losses.rince(*x.chunk(2), temperature=tau, **o),
    "siglip": lambda x, tau, **o: losses.siglip(*x.chunk(2), temperature=tau, bias=-2.0, **o),
}
PATHS = [(name, plain) for name in LOSSES for plain in (False, True) if name in list(LOSSES)[5:] or not plain]


def options(plain):
    return {"plain": True} if plain else {}


@pytest.fixture
def x(sphere):
    return 0.9 * sphere(8, 5)


@pytest.mark.parametrize(("name", "plain"), PATHS)
@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_gradcheck(x, name, plain, reduction):
    tau = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    loss = LOSSES[name]
    assert torch.autograd.gradcheck(lambda t: loss(x, t, reduction=reduction, **options(plain)), (tau,))
    if not name.startswith("weince"):  # the evidence, which has no gradient, depends on x
        both = (x.clone().requires_grad_(), tau)
        assert torch.autograd.gradcheck(lambda z, t: loss(z, t, reduction=reduction, **options(plain)), both)


@pytest.mark.parametrize("name", list(LOSSES)[5:])
def test_both_paths_agree(x, name):
    found = []
    for plain in (False, True):
        z, tau = x.clone().requires_grad_(), torch.tensor([0.07], dtype=torch.float64, requires_grad=True)
        LOSSES[name](z, tau, **options(plain)).backward()
        found.append((z.grad, tau.grad))
    assert_close(*found, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(("name", "plain"), PATHS)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float64])
def test_the_value_and_the_gradient_of_the_number(x, name, plain, dtype):
    rows = x.to(dtype)
    number = rows.clone().requires_grad_()
    expected = LOSSES[name](number, 0.25, **options(plain))
    expected.backward()
    for tau in (torch.tensor(0.25), nn.Parameter(torch.tensor([0.25], dtype=torch.float64)), torch.tensor(0.25).half()):
        leaf = rows.clone().requires_grad_()
        found = LOSSES[name](leaf, tau, **options(plain))
        found.backward()
        assert found.dtype == expected.dtype
        assert_close(found, expected, rtol=1e-6, atol=0)
        assert_close(leaf.grad, number.grad, rtol=2 * torch.finfo(dtype).eps + 1e-5, atol=1e-6)
        assert tau.grad is None or tau.grad.shape == tau.shape


@pytest.mark.parametrize("name", sorted(set(LOSSES) - {"weince", "weince, released"}))
def test_under_torch_func(x, name):
    tau = torch.tensor(0.3, dtype=torch.float64)
    leaf = tau.clone().requires_grad_()
    LOSSES[name](x, leaf).backward()
    assert_close(grad(lambda t: LOSSES[name](x, t))(tau), leaf.grad)


def test_weince_under_torch_func(x):
    tau = torch.tensor(0.3, dtype=torch.float64)
    leaf = tau.clone().requires_grad_()
    LOSSES["weince"](x, leaf).backward()
    assert_close(grad(lambda t: LOSSES["weince"](x, t))(tau), leaf.grad)


def test_as_clip_learns_it(sphere):
    """log(1 / tau) as the parameter, through exp: descent finds the temperature that the number's search finds."""
    a = sphere(32, 5)
    b = normalize(a + 0.6 * sphere(32, 5), dim=1)
    log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
    optimiser = torch.optim.Adam([log_scale], lr=0.02)
    for _ in range(300):
        optimiser.zero_grad()
        losses.nt_xent(a, b, temperature=(-log_scale).exp()).backward()
        optimiser.step()
    searched = {tau / 200: losses.nt_xent(a, b, temperature=tau / 200).item() for tau in range(2, 200)}
    best = min(searched, key=searched.get)
    assert 0.01 < best < 0.99
    assert (-log_scale).exp().item() == pytest.approx(best, abs=0.01)


MODULES = [losses.NLL, losses.SupCon, losses.SINCERE, losses.EpsSupInfoNCE, losses.XCLR, losses.NTXent, losses.WEINCE]
MODULES += [losses.DCL, losses.RINCE, losses.SigLIP]


@pytest.mark.parametrize("kind", MODULES)
def test_a_module_learns_and_saves_it(kind, x):
    module = kind(temperature=nn.Parameter(torch.tensor(0.2)))
    assert [name for name, _ in module.named_parameters()] == ["temperature"]
    assert "temperature=0.2" in repr(module)
    assert "\n" not in repr(module)
    inputs = x.chunk(2) if kind in MODULES[5:] else (x, LABELS)
    copied = copy.deepcopy(module)
    copied(*inputs).backward()
    assert copied.temperature.grad.abs() > 0
    assert_close(copied(*inputs), kind(temperature=0.2)(*inputs), rtol=1e-6, atol=0)
