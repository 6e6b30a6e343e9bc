"""The textbook forms that times are compared with are the same losses: else their times would say nothing."""

import pytest
import torch
from torch import Generator
from torch.nn.functional import normalize

import losses
from benchmarks import textbook

Z = normalize(torch.randn(40, 6, generator=Generator().manual_seed(0), dtype=torch.float64), dim=1)
LABELS = torch.arange(40) % 7
GRAPH = torch.rand(40, 40, generator=Generator().manual_seed(1), dtype=torch.float64)


@pytest.mark.parametrize("name", ["supcon", "sincere", "eps_sup_infonce", "x_clr"])
def test_of_labels(name):
    found = getattr(textbook, name)(Z, LABELS, 0.1).item()
    assert found == pytest.approx(getattr(losses, name)(Z, LABELS, temperature=0.1).item(), rel=1e-12)


def test_of_similarities():
    found = textbook.x_clr_of_similarities(Z, GRAPH, 0.1).item()
    assert found == pytest.approx(losses.x_clr(Z, similarities=GRAPH, temperature=0.1).item(), rel=1e-12)
    assert found != pytest.approx(textbook.x_clr_of_similarities(Z, GRAPH.T, 0.1).item(), rel=1e-3)


@pytest.mark.parametrize("name", ["nt_xent", "weince"])
def test_of_views(name):
    a, b = Z.chunk(2)
    found = getattr(textbook, name)(a, b, 0.1).item()
    assert found == pytest.approx(getattr(losses, name)(a, b, temperature=0.1).item(), rel=1e-9)
