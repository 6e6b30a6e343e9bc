"""The batched forces of world 2 against the losses' own, autograd, and the arrows made of them."""

import numpy as np
import pytest
import torch
from torch import Generator

import losses
from losses import forces
from losses.errors import LabError
from tests.kin import KIN, of_row
from toy_models.repulsion import RepulsionSpec
from toy_models.repulsion.arrows import arrows, force_of
from toy_models.repulsion.batch import RepulsionBatch, draw_start
from toy_models.repulsion.objectives import OBJECTIVES
from toy_models.repulsion.run import _Program

SPECS = [
    RepulsionSpec(dimensions=5, seeds=3),
    RepulsionSpec(dimensions=2, classes=3, per_class=5, singletons=2, seeds=2, epsilon=0.7, start="random"),
    RepulsionSpec(temperature=0.005, seeds=2),
    RepulsionSpec(classes=1, per_class=6, temperature=0.5, seeds=2),
]


def by_library(name, spec, labels, views):
    """The loss as everybody calls it, on one batch of embeddings."""
    tau = spec.temperature
    return {
        "supcon": lambda z: losses.supcon(z, labels, temperature=tau, plain=True),
        "sincere": lambda z: losses.sincere(z, labels, temperature=tau, plain=True),
        "x_clr": lambda z: losses.x_clr(z, labels, temperature=tau, plain=True),
        "eps_sup_infonce": lambda z: losses.eps_sup_infonce(
            z, labels, temperature=tau, epsilon=spec.epsilon, plain=True
        ),
        "nt_xent": lambda z: losses.supcon(z, views, temperature=tau, plain=True),
    }[name]


def by_paper(name, s, views, sides, tau):
    """The losses (N,) of the anchors that have another view, by a loop over rows of cosines (N, N)."""
    found = []
    for i in range(len(views)):
        other = (views == views[i]) & (torch.arange(len(views)) != i)
        noise = views != views[i]
        across = noise & (sides != sides[i])
        found += [of_row(name, s[i][other][0], s[i][noise], s[i][across], tau)] if other.any() else []
    return torch.stack(found)


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("name", OBJECTIVES)
def test_forces_and_values_are_the_librarys_for_every_seed(spec, name):
    batch, objective = RepulsionBatch.of(spec), OBJECTIVES[name]
    z = torch.stack([draw_start(spec, Generator().manual_seed(seed)) for seed in range(spec.seeds)])
    cosines, tau = z @ z.mT, spec.temperature
    if name in KIN:
        check_by_paper(name, spec, batch, cosines)
        return
    one = {
        "supcon": lambda s: forces.supcon_forces(s, batch.labels, temperature=tau),
        "sincere": lambda s: forces.sincere_forces(s, batch.labels, temperature=tau),
        "x_clr": lambda s: forces.x_clr_forces(s, batch.labels, temperature=tau),
        "eps_sup_infonce": lambda s: forces.eps_sup_infonce_forces(
            s, batch.labels, temperature=tau, epsilon=spec.epsilon
        ),
        "nt_xent": lambda s: forces.supcon_forces(s, batch.views, temperature=tau),
    }[name]
    stacked = objective.forces(cosines, objective.roles(batch), spec)
    torch.testing.assert_close(stacked, torch.stack([one(s) for s in cosines]), rtol=1e-10, atol=1e-12 / tau)
    wanted = torch.stack([by_library(name, spec, batch.labels, batch.views)(each) for each in z])
    torch.testing.assert_close(objective.mean_loss(cosines, batch, spec), wanted, rtol=1e-10, atol=1e-12)


def check_by_paper(name, spec, batch, cosines):
    objective = OBJECTIVES[name]
    forces_found = objective.forces(cosines, objective.roles(batch), spec)
    means = objective.mean_loss(cosines, batch, spec)
    for s, found, mean in zip(cosines, forces_found, means, strict=True):
        leaf = s.clone().requires_grad_()
        values = by_paper(name, leaf, batch.views, batch.sides, spec.temperature)
        if not values.isfinite().all():  # the papers' own form has no number here
            continue
        (expected,) = torch.autograd.grad(values.sum(), leaf)
        torch.testing.assert_close(mean, values.mean(), rtol=1e-10, atol=1e-12)
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9 * float(expected.abs().max()))


def test_views_are_nt_xents_where_every_vector_has_one():
    spec = RepulsionSpec(per_class=6)
    batch, z = RepulsionBatch.of(spec), draw_start(spec, Generator().manual_seed(1))
    stacked = torch.cat([torch.arange(0, 24, 2), torch.arange(1, 24, 2)])
    ours = OBJECTIVES["nt_xent"].forces(z @ z.mT, batch.by_view(), spec)[stacked][:, stacked]
    theirs = forces.nt_xent_forces(z[stacked] @ z[stacked].mT, temperature=spec.temperature)
    torch.testing.assert_close(ours, theirs)
    loss = losses.nt_xent(z[0::2], z[1::2], temperature=spec.temperature)
    torch.testing.assert_close(OBJECTIVES["nt_xent"].mean_loss(z @ z.mT, batch, spec), loss)


def test_an_odd_one_out_and_a_singleton_have_no_second_view():
    spec = RepulsionSpec(classes=2, per_class=3, singletons=1)
    assert RepulsionBatch.of(spec).by_view().positive_count.tolist() == [1, 1, 0, 1, 1, 0, 0]
    assert RepulsionBatch.of(spec).by_class().positive_count.tolist() == [2, 2, 2, 2, 2, 2, 0]


@pytest.mark.parametrize("spec", SPECS)
def test_the_gradient_along_the_sphere_is_autograds(spec):
    """Of the summed loss, the mean times the anchors that take part; through z / |z|, so it lies in the tangent."""
    program = _Program(spec, torch.device("cpu"))
    ours = program.gradient(program.forces()[1])
    for row, name in enumerate(spec.losses):
        labels = program.batch.views if name == "nt_xent" else program.batch.labels
        loss = by_library(name, spec, program.batch.labels, program.batch.views)
        anchors = sum(int((labels == label).sum() > 1) for label in labels)
        for seed in range(spec.seeds):
            z = program.z[row, seed].clone().requires_grad_()
            (anchors * loss(z / z.norm(dim=-1, keepdim=True))).backward()
            torch.testing.assert_close(ours[row, seed], z.grad, rtol=1e-8, atol=1e-10 / spec.temperature)


@pytest.mark.parametrize("spec", SPECS)
def test_a_row_of_forces_adds_up_to_0_and_to_at_most_two_over_tau_in_size(spec):
    program = _Program(spec, torch.device("cpu"))
    _, found = program.forces()
    assert found.diagonal(dim1=-2, dim2=-1).abs().max() == 0
    assert found.sum(-1).abs().max() < 1e-10 / spec.temperature
    assert found.abs().sum(-1).max() <= 2 / spec.temperature + 1e-9


@pytest.mark.parametrize("name", OBJECTIVES)
def test_arrows_add_up_to_descent_and_single_anchors_to_all(name):
    spec = RepulsionSpec(classes=3, per_class=4, singletons=1, losses=(name,), seeds=1)
    program = _Program(spec, torch.device("cpu"))
    positions = program.z[0, 0].numpy()
    whole = arrows(spec, name, positions)
    descent = -program.gradient(program.forces()[1])[0, 0].numpy()
    np.testing.assert_allclose(whole.pull + whole.push + whole.noise, descent, atol=1e-9)
    singles = [arrows(spec, name, positions, anchor) for anchor in range(spec.vectors)]
    for kind in ("pull", "push", "noise"):
        parts = [getattr(each, kind) for each in singles]
        np.testing.assert_allclose(np.sum(parts, axis=0), getattr(whole, kind), atol=1e-9)
        assert np.abs((getattr(whole, kind) * positions).sum(axis=1)).max() < 1e-9
    if name in ("sincere", "eps_sup_infonce"):
        assert np.abs(whole.push).max() == 0


def test_a_pull_points_towards_the_anchor_and_a_push_away():
    spec = RepulsionSpec(seeds=1, losses=("supcon",))
    positions = draw_start(spec, Generator().manual_seed(0)).numpy()
    found, signs = arrows(spec, "supcon", positions, 0), force_of(spec, "supcon", positions)[0]
    for other in range(1, spec.vectors):
        along = (found.pull + found.push + found.noise)[other] @ positions[0]
        assert np.sign(along) == -np.sign(signs[other])


def test_an_anchor_that_is_not_there_is_a_sentence():
    spec = RepulsionSpec(classes=2, per_class=2)
    with pytest.raises(LabError, match=r"^anchor must be a whole number from 0 to 3, but is 4"):
        arrows(spec, "supcon", np.eye(4)[:, :3], 4)
