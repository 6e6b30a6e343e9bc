"""The pass that meets each pair once: the same losses and gradients as the plain path in float64, tile by tile."""

from functools import partial

import pytest
import torch
from torch import Generator
from torch.nn.functional import normalize

import losses
from losses import symmetric, symmetric_rules

OF_LABELS = {
    "supcon": losses.supcon,
    "sincere": losses.sincere,
    "eps_sup_infonce": losses.eps_sup_infonce,
    "x_clr": losses.x_clr,
}
OF_VIEWS = {
    "nt_xent": losses.nt_xent,
    "weibit": losses.weibit,
    "weibit, steep": partial(losses.weibit, beta=20.0),  # beyond what fits: the sweep over rows
    "dcl": losses.dcl,
    "rince": losses.rince,
    "rince, q = 0": partial(losses.rince, q=0.0),
    "temperature_free_infonce": losses.temperature_free_infonce,
}


@pytest.fixture
def taken(monkeypatch):
    """How often the pass ran."""
    seen = []
    walk = symmetric.SymmetricPass._walk

    def counted(self, z, weights, with_gradient):
        seen.append(len(z))
        return walk(self, z, weights, with_gradient)

    monkeypatch.setattr(symmetric.SymmetricPass, "_walk", counted)
    return seen


def both(loss, z, **path):
    x = z.clone().requires_grad_()
    value = loss(x, **path)
    (value * torch.linspace(0.5, 1.5, value.numel(), dtype=value.dtype).reshape(value.shape)).sum().backward()
    return value.detach().double(), x.grad.double()


@pytest.mark.parametrize("reduction", ["mean", "none"])
@pytest.mark.parametrize("count", [6, 128, 190, 300])  # both views in a tile, one whole tile, across two, three
@pytest.mark.parametrize("name", [*OF_LABELS, *OF_VIEWS])
def test_values_and_gradients(name, count, reduction, taken):
    generator = Generator().manual_seed(count)
    z = normalize(torch.randn(count, 5, generator=generator), dim=1)
    z[1], z[count - 1] = z[0].clone(), -z[0]  # at both poles
    labels = torch.randint(max(2, count // 9), (count,), generator=generator)
    labels[:2] = 0
    if name in OF_LABELS:
        loss = partial(OF_LABELS[name], labels=labels, reduction=reduction)
    else:
        loss = lambda x, **path: OF_VIEWS[name](*x.chunk(2), reduction=reduction, **path)  # noqa: E731
    value, gradient = both(loss, z)
    assert bool(taken) == (name != "weibit, steep")
    true_value, true_gradient = both(loss, z.double(), plain=True)
    torch.testing.assert_close(value, true_value, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(gradient, true_gradient, rtol=1e-3, atol=3e-5 * true_gradient.abs().max().item())


def test_large_classes_take_the_sweep_over_rows(taken):
    """A tile holds whole classes: such a class would be a tile as wide as the batch."""
    largest = symmetric_rules.LARGEST_CLASS
    z = normalize(torch.randn(largest + 9, 4, generator=Generator().manual_seed(5)), dim=1)
    labels = (torch.arange(len(z)) >= largest).long()
    losses.sincere(z, labels)
    assert taken == [len(z)]
    labels[-1] = 0
    losses.sincere(z, labels)
    assert taken == [len(z)]


@pytest.mark.parametrize("asked", [{"chunk_size": 8}, {"temperature": 0.01}, {"plain": True}])
def test_where_it_is_not_taken(asked, taken):
    z = normalize(torch.randn(24, 5, generator=Generator().manual_seed(3)), dim=1)
    losses.nt_xent(*z.chunk(2), **asked)
    assert not taken
    losses.nt_xent(*z.chunk(2))
    assert taken == [24]
