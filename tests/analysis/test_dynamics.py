"""Gradients of pairs by hand, the nearest simplex by search, levels against world 2's own."""

import math

import numpy as np
import pytest
import torch

import losses
from analysis.forces.dynamics import nearest_simplex, pair_dynamics, simplex_loss, tangent_gradient, toward
from analysis.forces.training_log import loss_lines
from losses.forces import sincere_forces, supcon_forces
from toy_models.repulsion import RepulsionSpec, reference


def unit(rows, seed=0, dimensions=5):
    z = torch.randn(rows, dimensions, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return torch.nn.functional.normalize(z, dim=1)


def test_the_nearest_simplex_is_one_and_no_turn_of_it_is_nearer():
    z, labels = unit(24), torch.arange(24) % 4
    goal = nearest_simplex(z, labels)
    corners = goal[:4]
    expected = torch.full((4, 4), -1 / 3, dtype=torch.float64).fill_diagonal_(1)
    torch.testing.assert_close(corners @ corners.T, expected)
    torch.testing.assert_close(goal, corners[labels])
    for seed in range(50):
        wild = torch.randn(5, 5, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        small = torch.linalg.matrix_exp(0.1 * (wild - wild.T))
        for turn in (small, torch.linalg.qr(wild)[0]):
            assert (z * (goal @ turn)).sum() <= (z * goal).sum() + 1e-12


def test_a_batch_at_the_optimum_is_its_own_goal():
    corners = nearest_simplex(unit(24), torch.arange(24) % 4)[:4]
    labels = torch.arange(12) % 4
    torch.testing.assert_close(nearest_simplex(corners[labels], labels), corners[labels])


def test_labels_may_have_any_names():
    z, labels = unit(12), torch.arange(12) % 3
    torch.testing.assert_close(nearest_simplex(z, labels), nearest_simplex(z, labels * 7 + 40))


def test_where_there_is_no_simplex_or_no_nearest_one():
    assert nearest_simplex(unit(6), torch.zeros(6, dtype=torch.int64)) is None  # one class
    assert nearest_simplex(unit(14), torch.arange(14) % 7) is None  # 7 corners need 6 dimensions
    assert nearest_simplex(unit(12), torch.arange(12) % 6) is not None
    assert nearest_simplex(unit(1).repeat(12, 1), torch.arange(12) % 4) is None  # all equal: every turn is as near


def test_two_classes_on_the_circle_go_straight_apart():
    angles = torch.tensor([0.5, 0.5, -0.5, -0.5], dtype=torch.float64)
    z, labels = torch.stack([angles.cos(), angles.sin()], dim=1), torch.tensor([0, 0, 1, 1])
    gradient = tangent_gradient(z, sincere_forces(z @ z.T, labels, temperature=0.5))
    goal = nearest_simplex(z, labels)
    torch.testing.assert_close(goal[0], torch.tensor([0.0, 1.0], dtype=torch.float64))
    assert toward(z, gradient, goal) == pytest.approx(1)
    assert toward(z, -gradient, goal) == pytest.approx(-1)
    assert toward(z, torch.zeros_like(z), goal) is None


def test_descent_by_the_gradient_lowers_the_loss():
    """The tangent gradient is d (summed loss) / d (a turn of one vector)."""
    import losses

    z, labels = unit(10), torch.arange(10) % 3
    free = z.clone().requires_grad_()
    losses.supcon(free, labels, temperature=0.3, normalize=True, reduction="none").sum().backward()
    forces = supcon_forces(z @ z.T, labels, temperature=0.3)
    torch.testing.assert_close(tangent_gradient(z, forces), free.grad)


def test_groups_that_are_not_there_are_none():
    z, labels = unit(6), torch.tensor([0, 0, 1, 1, 2, 2])
    forces = supcon_forces(z @ z.T, labels, temperature=0.5)
    found = pair_dynamics(z, forces, labels)
    assert found.other_view is None
    assert found.noise > 0
    one_class = pair_dynamics(z, forces, torch.zeros(6, dtype=torch.int64))
    assert one_class.noise is None
    singletons = pair_dynamics(z, torch.ones(6, 6, dtype=torch.float64), torch.arange(6))
    assert (singletons.same_class, singletons.repelling_share, singletons.push_to_pull) == (None, None, None)


def test_sincere_never_repels_and_supcon_does_above_its_share():
    z, labels = torch.nn.functional.normalize(unit(1) + 0.1 * unit(40, 1), dim=1), torch.arange(40) % 2
    cosines = z @ z.T
    assert pair_dynamics(z, sincere_forces(cosines, labels, temperature=0.1), labels).repelling_share == 0
    found = pair_dynamics(z, supcon_forces(cosines, labels, temperature=0.1), labels)
    shares = (cosines / 0.1).masked_fill(torch.eye(40, dtype=torch.bool), -torch.inf).softmax(1)
    same = (labels[:, None] == labels) & ~torch.eye(40, dtype=torch.bool)
    assert found.repelling_share == pytest.approx((shares[same] > 1 / 19).double().mean().item())


@pytest.mark.parametrize("loss", ["supcon", "sincere", "eps_sup_infonce"])
def test_the_least_loss_is_world_twos(loss):
    spec = RepulsionSpec(losses=(loss,), classes=5, per_class=6, dimensions=4, temperature=0.2, epsilon=0.3)
    expected = reference(spec).optima[0].loss
    assert simplex_loss(loss, 30, 5, {"temperature": 0.2, "epsilon": 0.3}) == pytest.approx(expected, rel=1e-12)


def test_the_least_of_soft_targets_is_their_entropy_or_the_simplexs():
    """At tau = tau_s = 0.1 targets are met at cosines 1 and 0; at tau 1 not even the simplex's cosines do."""
    labels = torch.arange(30) % 5
    for tau, z in ((0.1, torch.eye(5)), (1.0, torch.eye(5) - 1 / 5)):
        corners = torch.nn.functional.normalize(z.double(), dim=1)[labels]
        expected = losses.x_clr(corners, labels, temperature=tau).item()
        assert simplex_loss("x_clr", 30, 5, {"temperature": tau}) == pytest.approx(expected, rel=1e-12)
        (optimum,) = reference(
            RepulsionSpec(losses=("x_clr",), classes=5, per_class=6, dimensions=4, temperature=tau)
        ).optima
        assert (optimum is None) == (tau == 0.1)
        assert optimum is None or optimum.loss == pytest.approx(expected, rel=1e-12)
    assert [line.name for line in loss_lines("x_clr", 15, 5, {})] == ["chance, log(2N - 1)", "least, at the targets"]


def test_levels_of_a_batch():
    parameters = {"temperature": 0.1, "epsilon": 0.25}
    levels = {loss: [line.value for line in loss_lines(loss, 40, 10, parameters)] for loss in LEVELS}
    for loss, expected in LEVELS.items():
        np.testing.assert_allclose(levels[loss][: len(expected)], expected)
    assert [len(levels[loss]) for loss in LEVELS] == [2, 2, 1, 2, 2, 1]


LEVELS = {
    "nll": [math.log(10), 0.0],
    "label_infonce": [math.log(40), math.log(4)],
    "soft_target_infonce": [math.log(40)],
    "supcon": [math.log(79)],
    "sincere": [math.log(1 + 72)],
    "nt_xent": [math.log(79)],
}
