"""WEINCE's tail evidence against a loop with numpy's least squares, and its edge cases."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

import losses
from losses.evidence import TailEvidence, fit_lines
from losses.nearest import smallest


def oracle(z, spec):
    """lam, beta_hat, r2, delta_aic, rho of each anchor, one at a time."""
    anchors = len(z)
    tails = []
    for i in range(anchors):
        negatives = [j for j in range(anchors) if j not in (i, (i + anchors // 2) % anchors)]
        size = min(max(spec.min_tail_points, round(spec.tail_fraction * len(negatives)), 10), len(negatives))
        tails.append(sorted(1 - float(z[i] @ z[j]) for j in negatives)[:size])
    rho = np.maximum([tail[0] for tail in tails], 1e-6)
    rho0 = sorted(rho)[round(spec.quantile * (anchors - 1))]
    rows = []
    for i, tail in enumerate(tails):
        drop = max(1, len(tail) // 20)
        x = np.log(tail[drop:])
        share = np.arange(1, len(tail) + 1)[drop:] / (len(tail) + 1)
        aics, slopes, r2 = [], [], None
        for y, sign in ((np.log(share), 1), (np.log(-np.log(share)), -1)):
            slope, intercept = np.polyfit(x, y, 1)
            error = ((y - slope * x - intercept) ** 2).sum()
            r2 = 1 - error / ((y - y.mean()) ** 2).sum() if sign == 1 else r2
            penalised = error + (0 if slope * sign > 0 else 1e6)
            aics.append(len(x) * np.log(penalised / len(x)) + 4)
            slopes.append(slope)
        delta = aics[1] - aics[0]
        near = 1 / (1 + np.exp(-spec.kappa_rho * (np.log(rho0) - np.log(rho[i]))))
        shaped = 1 / (1 + np.exp(-spec.kappa_aic * (delta - spec.aic_margin)))
        lam = {"both": near * shaped, "rho": near, "aic": shaped}[spec.evidence]
        rows.append((lam, slopes[0], r2, delta, rho[i]))
    return np.array(rows).T


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"evidence": "rho", "quantile": 0.5},
        {"evidence": "aic", "aic_margin": 6.0, "kappa_aic": 0.5},
        {"tail_fraction": 0.9, "min_tail_points": 1},
        {"tail_fraction": 0.01, "min_tail_points": 1, "kappa_rho": 20.0},
    ],
)
@pytest.mark.parametrize("pairs", [3, 20])
def test_against_a_loop(sphere, pairs, options):
    a, b = sphere(pairs, 6), sphere(pairs, 6)
    found = losses.weince_diagnostics(a, b, **options)
    expected = oracle(torch.cat([a, b]).numpy(), TailEvidence(**options))
    for name, column in zip(("lam", "beta_hat", "r2", "delta_aic", "rho"), expected, strict=True):
        assert_close(getattr(found, name).numpy(), column, rtol=1e-8, atol=1e-12)


def test_estimated_beta_is_the_clamped_slope_and_one_is_one(sphere):
    a, b = sphere(20, 3), sphere(20, 3)
    found = losses.weince_diagnostics(a, b, beta="estimated")
    assert_close(found.beta, found.beta_hat.clamp(0.5, 16))
    assert (losses.weince_diagnostics(a, b).beta == 1).all()
    assert losses.weince(a, b, beta="estimated") != losses.weince(a, b)


def test_evidence_carries_no_gradient_and_the_loss_treats_it_as_given(sphere):
    a, b = sphere(16, 4).requires_grad_(), sphere(16, 4)
    found = losses.weince_diagnostics(a, b)
    assert not found.lam.requires_grad
    cosines = torch.cat([a, b]) @ torch.cat([a, b]).T
    lam = found.lam[:, None]
    scores = (1 - lam) * cosines / 0.5 - lam * torch.log(1 - cosines.clamp(max=1 - 1e-6))
    scores = scores.masked_fill(torch.eye(32, dtype=torch.bool), -torch.inf)
    expected = torch.nn.functional.cross_entropy(scores, (torch.arange(32) + 16) % 32)
    (wanted,) = torch.autograd.grad(expected, a)
    (gradient,) = torch.autograd.grad(losses.weince(a, b), a)
    assert_close(gradient, wanted, rtol=1e-10, atol=1e-13)


def test_degenerate_tails_give_finite_evidence():
    """All negatives equally far: no slope, so both lines are penalised and neither wins."""
    same = torch.ones(8, 3, dtype=torch.float64) / 3**0.5
    found = losses.weince_diagnostics(same, same, beta="estimated")
    for name in ("lam", "beta_hat", "r2", "delta_aic", "rho"):
        assert getattr(found, name).isfinite().all()
    assert (found.rho == 1e-6).all()
    assert (found.beta_hat == 0).all()
    assert (found.beta == 0.5).all()
    assert found.delta_aic.abs().max() < 1e-3


def test_chunks_change_nothing(sphere):
    a, b = sphere(15, 4), sphere(15, 4)
    whole, parts = losses.weince_diagnostics(a, b), losses.weince_diagnostics(a, b, chunk_size=7)
    assert_close(whole.lam, parts.lam)


def test_lines_of_exact_data():
    x = torch.tensor([[0.0, 1.0, 2.0], [0.0, 2.0, 4.0]], dtype=torch.float64)
    line = fit_lines(x, torch.tensor([1.0, 3.0, 5.0], dtype=torch.float64))
    assert line.slope.tolist() == [2.0, 1.0]
    assert line.squared_error.tolist() == [0.0, 0.0]
    assert line.variation.tolist() == [8.0, 8.0]


def test_without_numpy_the_nearest_are_the_same(monkeypatch):
    """torch does not require numpy, and says "Numpy is not available" where it is not."""
    rows = torch.randn(7, 50, generator=torch.Generator().manual_seed(0))
    with_numpy = smallest(rows.clone(), 9)

    def refuse(tensor):
        raise RuntimeError(f"Numpy is not available for {tensor.shape}")

    monkeypatch.setattr(torch.Tensor, "numpy", refuse)
    assert torch.equal(smallest(rows.clone(), 9), with_numpy)
    assert torch.equal(with_numpy, rows.sort(dim=1).values[:, :9])
