"""Each loss in its limit: against sums over the grid, another optimiser, closed forms, and large batches."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from torch import Generator

from losses.simplex_integral import integral_and_mean
from toy_models.simplex import LOSSES, SimplexSpec, population, reference
from toy_models.simplex.contrast import Contrast
from toy_models.simplex.objectives import OBJECTIVES, Candidates
from toy_models.simplex.processes import world_of
from toy_models.simplex.sampling import Sampler
from toy_models.simplex.spec import PROCESSES
from toy_models.simplex.tilted import build
from toy_models.simplex.triangle import TriangleSum

SMALL = SimplexSpec(side=6, concentration=1.7, sharpness=4.0)


def lopsided(world):
    """The world on a part of its positions: its classes are not equally frequent, so the prior matters."""
    return replace(world, positions=world.positions[:25], weights=torch.full((25,), 1 / 25, dtype=torch.float64))


@pytest.fixture(scope="module")
def world():
    return lopsided(build(SMALL.side, SMALL.concentration, SMALL.sharpness))


@pytest.fixture(scope="module")
def logits(world):
    return torch.randn(len(world.positions), 3, generator=Generator().manual_seed(3), dtype=torch.float64) * 3


@pytest.mark.parametrize("scale", [0.0, 1.0, 30.0, 5000.0])
def test_the_triangle_sum_is_the_log_sum_over_the_grid(world, scale):
    measure = torch.randn(len(world.labels), generator=Generator().manual_seed(1), dtype=torch.float64)
    logits = scale * torch.randn(2, 50, 3, generator=Generator().manual_seed(2), dtype=torch.float64)
    expected = (measure + logits @ world.labels.T).logsumexp(dim=-1)
    torch.testing.assert_close(TriangleSum(world.process.steps, 0.5, measure)(logits), expected, rtol=1e-13, atol=1e-13)


def scores(world, name, f):
    """Scores a(w) of every label of the grid, as the loss would give them, one label at a time."""
    prior = [float(world.mean_labels[:, k].mean()) for k in range(3)]
    marginal, base = world.log_marginal.tolist(), world.log_base.tolist()
    for g, w in enumerate(world.labels.tolist()):
        dot = sum(a * b for a, b in zip(w, f, strict=True))
        if name == "soft_target_infonce":
            yield dot - sum(a * math.log(b) for a, b in zip(w, prior, strict=True))
        else:
            yield dot - (marginal[g] - base[g])


@pytest.mark.parametrize("name", ["soft_target_infonce", "soft_target_infonce_exact_noise"])
def test_the_bound_of_soft_targets_by_loops(world, logits, name):
    """E[a(w)] - E_x log E_{w'} exp a(w'), with w given x and w' from the marginal."""
    density, marginal = world.log_density.exp().tolist(), world.log_marginal.exp().tolist()
    total = 0.0
    for row, f in zip(density, logits.tolist(), strict=True):
        a = list(scores(world, name, f))
        total += sum(p * s for p, s in zip(row, a, strict=True))
        total -= math.log(sum(q * math.exp(s) for q, s in zip(marginal, a, strict=True)))
    bound = OBJECTIVES[name].population(world).bound(logits)
    assert float(bound) == pytest.approx(total / len(density), rel=1e-11)


@pytest.mark.parametrize("name", ["label_infonce", "soft_distribution_infonce"])
def test_the_bound_of_labels_by_loops(world, logits, name):
    """The same with classes y as candidates, corrected by log P(y)."""
    probs = (world.argmax_probs if name == "label_infonce" else world.mean_labels).tolist()
    marginal = [sum(row[k] for row in probs) / len(probs) for k in range(3)]
    total = 0.0
    for row, f in zip(probs, logits.tolist(), strict=True):
        a = [f[k] - math.log(marginal[k]) for k in range(3)]
        total += sum(p * s for p, s in zip(row, a, strict=True))
        total -= math.log(sum(q * math.exp(s) for q, s in zip(marginal, a, strict=True)))
    assert float(OBJECTIVES[name].population(world).bound(logits)) == pytest.approx(total / len(probs), rel=1e-11)


@pytest.mark.parametrize("labels", PROCESSES)
def test_large_batches_come_to_the_limit(labels):
    """log N - loss (H(label) - loss without candidates) of the losses that train, on a batch of 6,000.

    The bound of one sample spreads by about 1 nat, so 0.05 is four standard errors of the mean.
    """
    world = world_of(SimplexSpec(labels=labels, side=20, imbalance=3.0))
    objectives = list(OBJECTIVES.values())
    batch = Sampler(world, torch.device("cpu")).draw([Generator().manual_seed(0)], 6000)
    slopes = torch.tensor([[0.5, -0.4, 0.1], [0.2, 0.3, -0.9]])[: batch.inputs.shape[-1]]
    logits, exact = (
        x @ slopes.to(x.dtype) + torch.tensor([0.3, 0.0, 0.0]).to(x.dtype) for x in (batch.inputs, world.positions)
    )
    losses, _ = Contrast(objectives, world, torch.device("cpu"))(logits.expand(len(objectives), 1, -1, -1), batch)
    for name, objective, loss in zip(LOSSES, objectives, losses[:, 0].tolist(), strict=True):
        limit = objective.population(world)
        if objective.candidates is Candidates.SIMPLEX:  # its loss has a limit where the bound says nothing
            assert loss == pytest.approx(float(limit.risk(exact)), abs=0.05), name
            continue
        entropy = -float(torch.special.xlogy(limit.prior, limit.prior).sum())
        constant = entropy if name in ("nll", "soft_target_cross_entropy") else math.log(6000)
        assert constant - loss == pytest.approx(float(limit.bound(exact)), abs=0.05), name


@pytest.mark.parametrize("name", LOSSES)
def test_the_optimum_has_no_gradient_and_beats_its_neighbours(world, name):
    limit = OBJECTIVES[name].population(world)
    optimum = limit.optimum().requires_grad_()
    (gradient,) = torch.autograd.grad(limit.risk(optimum), optimum)
    assert gradient.abs().max() < 1e-9
    for seed in range(5):
        noise = 0.01 * torch.randn(optimum.shape, generator=Generator().manual_seed(seed), dtype=torch.float64)
        assert limit.risk(optimum + noise) > limit.risk(optimum)


@pytest.mark.parametrize("name", ["soft_target_infonce", "soft_target_infonce_exact_noise"])
def test_the_optimum_against_another_optimiser(world, name):
    limit = OBJECTIVES[name].population(world)
    correction = np.array([-s for s in scores(world, name, [0.0, 0.0, 0.0])])
    log_measure = world.log_marginal.numpy() - correction
    for position in (0, 7, 24):
        mean = world.mean_labels[position].numpy()

        def risk(f, mean=mean):
            return np.logaddexp.reduce(log_measure + world.labels.numpy() @ f) - mean @ f

        other = minimize(risk, np.zeros(3), tol=1e-12, options={"gtol": 1e-9}).x
        ours = limit.optimum()[position].numpy()
        np.testing.assert_allclose(ours - ours.mean(), other - other.mean(), atol=1e-5)


def test_closed_forms_of_the_optima(world):
    for name, probs in (("nll", world.argmax_probs), ("soft_target_cross_entropy", world.mean_labels)):
        optimum = OBJECTIVES[name].population(world).optimum()
        torch.testing.assert_close(optimum.softmax(dim=-1), probs, rtol=0, atol=1e-7)
    truth, optimum = world.process.tilt(world.positions), population.exact_noise(world).optimum()
    torch.testing.assert_close(optimum - optimum.mean(dim=1, keepdim=True), truth, rtol=0, atol=1e-6)


def test_excess_is_the_divergence_that_the_columns_report(world, logits):
    density = world.log_density
    kl_density = (density.exp() * (density - world.log_density_of(logits))).sum(dim=1).mean()
    assert population.exact_noise(world).excess(logits) == pytest.approx(kl_density)
    mean = world.mean_labels
    kl_mean = (mean * (mean.log() - logits.log_softmax(dim=1))).sum(dim=1).mean()
    assert population.of_classes(world, mean).excess(logits) == pytest.approx(kl_mean)


def test_floors_of_the_default_world():
    """Which question each loss answers; the rough values are those of an independent prototype on another grid."""
    answer = reference(SimplexSpec())
    floors = dict(zip(LOSSES, answer.floors, strict=True))
    assert answer.mutual_information == pytest.approx(0.806, abs=0.005)
    rough = {
        "nll": (0.42, 0.19),
        "label_infonce": (0.42, 0.19),
        "soft_target_cross_entropy": (0.776, 0.0),
        "soft_distribution_infonce": (0.776, 0.0),
        "soft_target_infonce": (0.183, 0.56),
        "continuous_categorical": (0.073, 0.895),
        "soft_target_infonce_exact_noise": (0.0, 1.51),
    }
    assert list(rough) == list(LOSSES)
    for name, (kl_density, kl_mean) in rough.items():
        assert floors[name].kl_density == pytest.approx(kl_density, abs=0.01)
        assert floors[name].kl_mean == pytest.approx(kl_mean, abs=0.02)
        assert floors[name].information_bound <= answer.mutual_information + 1e-12
    assert floors["soft_target_infonce_exact_noise"].information_bound == pytest.approx(answer.mutual_information)


def test_floors_of_the_papers_family():
    """Concentration 1: the truth is a continuous categorical, and its likelihood has it as the optimum."""
    spec = SimplexSpec(concentration=1.0)
    answer = reference(spec)
    floors = {name: (floor.kl_density, floor.kl_mean) for name, floor in zip(LOSSES, answer.floors, strict=True)}
    assert answer.mutual_information == pytest.approx(0.891, abs=5e-4)
    stated = {
        "nll": (0.3345, 0.1790),
        "label_infonce": (0.3345, 0.1790),
        "soft_target_cross_entropy": (0.7354, 0.0),
        "soft_distribution_infonce": (0.7354, 0.0),
        "soft_target_infonce": (0.1913, 0.3539),
        "soft_target_infonce_exact_noise": (0.0, 1.0868),
    }
    for name, expected in stated.items():
        assert floors[name] == pytest.approx(expected, abs=6e-5), name
    # The integral is over the whole simplex, the world's labels are a grid of it.
    assert floors["continuous_categorical"] == pytest.approx((0.0, 1.0868), abs=4e-3)
    assert floors["continuous_categorical"][0] < 4e-6


def test_a_finer_grid_brings_the_density_nearer_to_the_truth():
    found = []
    for side in (10, 20, 40):
        world = build(side, 1.0, 6.0)
        optimum = population.of_density(world).optimum()
        found.append(float(population.exact_noise(world).excess(optimum)))
    assert found[0] > 4 * found[1] > 16 * found[2] > 0


def test_the_density_has_the_mean_label_as_its_mean():
    for spec in (SimplexSpec(side=20), SimplexSpec(labels="hard"), SimplexSpec(labels="annotators", annotators=3)):
        world = world_of(spec)
        mean = integral_and_mean(population.of_density(world).optimum())[1]
        torch.testing.assert_close(mean, world.mean_labels.clamp_min(1e-15), rtol=1e-11, atol=0)


def test_the_reference_at_the_probes():
    answer, world = reference(SMALL), build(SMALL.side, SMALL.concentration, SMALL.sharpness)
    assert answer.probes[:, 0].tolist()[:: len(answer.probes) - 1] == [-1, 1]
    density = world.process.log_density(torch.from_numpy(answer.probes)).exp()
    np.testing.assert_allclose(answer.probe_means, density @ world.labels)
    np.testing.assert_allclose(answer.prior, world.labels.T @ world.log_marginal.exp())


def test_floors_follow_the_order_of_the_spec():
    back = reference(SimplexSpec(losses=tuple(reversed(LOSSES)), side=6))
    forth = reference(SimplexSpec(side=6))
    assert back.floors == tuple(reversed(forth.floors))
    assert back.batch_floors == tuple(reversed(forth.batch_floors))
