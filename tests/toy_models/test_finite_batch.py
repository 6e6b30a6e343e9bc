"""What a finite batch does to the optimum: exactly for two candidates, and not at all where the scores are right."""

import pytest
import torch
from scipy.optimize import minimize

from toy_models.simplex import LOSSES, SimplexSpec, population, reference
from toy_models.simplex.finite_batch import batch_optimum
from toy_models.simplex.measure import Meter
from toy_models.simplex.tilted import build


@pytest.fixture(scope="module")
def world():
    return build(12).thinned()


def test_thinning_keeps_the_averages():
    full = build()
    few = full.thinned()
    assert few.mutual_information == pytest.approx(full.mutual_information, abs=1e-5)
    torch.testing.assert_close(few.mean(few.mean_labels), full.mean(full.mean_labels), rtol=0, atol=2e-4)


def test_two_candidates_against_the_exact_double_sum(world):
    """With N = 2 the other candidate is one label: its expectation is a sum over the grid as well."""
    correction = population.class_prior_correction(world)
    ours = batch_optimum(world, correction, population.class_prior(world).optimum(), 2)
    meter, exact = Meter(world, []), torch.zeros_like(ours)
    other, density = world.log_marginal.exp().numpy(), world.log_density.exp().numpy()
    for x in range(len(exact)):

        def loss(f, own=density[x]):
            a = torch.from_numpy(f) @ world.labels.T - correction
            return own @ torch.logaddexp(a[:, None], a[None, :]).sub(a[:, None]).numpy() @ other

        exact[x] = torch.from_numpy(minimize(loss, ours[x].numpy(), tol=1e-10).x)
    for column in (meter.density, meter.mean):
        assert column.excess(ours) == pytest.approx(float(column.excess(exact)), abs=0.02)


@pytest.mark.parametrize("batch_size", [8, 128])
def test_with_the_exact_noise_the_batch_size_does_not_matter(world, batch_size):
    start = population.class_prior(world).optimum()
    optimum = batch_optimum(world, world.log_marginal - world.log_base, start, batch_size)
    assert population.exact_noise(world).excess(optimum) < 1e-3


def test_a_large_batch_comes_to_the_unlimited_one(world):
    limit = population.class_prior(world).optimum()
    large = batch_optimum(world, population.class_prior_correction(world), limit, 1024)
    meter = Meter(world, [])
    assert meter.density.excess(large) == pytest.approx(float(meter.density.excess(limit)), abs=2e-3)


def test_only_the_class_prior_correction_feels_the_batch():
    answer = reference(SimplexSpec(batch_size=16, side=12))
    for name, floor, batch_floor in zip(LOSSES, answer.floors, answer.batch_floors, strict=True):
        if name == "soft_target_infonce":
            assert batch_floor.kl_density < floor.kl_density - 0.005
            assert batch_floor.kl_mean > floor.kl_mean + 0.01
        else:
            assert batch_floor == floor
