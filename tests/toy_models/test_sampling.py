"""Batches follow the world, and a seed's data depend on nobody else."""

import torch
from scipy.stats import chisquare
from torch import Generator

from toy_models.simplex.sampling import Sampler, _category
from toy_models.simplex.world import build

CPU = torch.device("cpu")


def generators(*seeds):
    return [Generator().manual_seed(seed) for seed in seeds]


def test_positions_and_labels_have_their_joint_distribution():
    world = build(6)
    batch = Sampler(world, CPU).draw(generators(5), 400_000)
    row = ((batch.inputs[0, :, 0].double() + 1) * len(world.positions) / 2).long()
    steps = (batch.targets[0].double() * (6 + 1.5) - 0.5).round().long()
    index = {tuple(point): g for g, point in enumerate(world.steps.tolist())}
    point = torch.tensor([index[tuple(p)] for p in steps.tolist()])
    counts = torch.zeros(world.log_density.shape).index_put((row, point), torch.ones(len(row)), accumulate=True)
    expected = world.log_density.exp() * len(row) / len(world.positions)
    common = expected > 5
    observed = torch.cat([counts[common], counts[~common].sum()[None]]).double()
    predicted = torch.cat([expected[common], expected[~common].sum()[None]])
    assert chisquare(observed, predicted * observed.sum() / predicted.sum()).pvalue > 1e-3


def test_labels_of_a_target_have_its_probabilities():
    world = build(6)
    batch = Sampler(world, CPU).draw(generators(1), 200_000)
    for k in range(3):
        drawn = (batch.sampled_labels[0] == k).double().mean()
        assert abs(drawn - batch.targets[0, :, k].double().mean()) < 4e-3
        assert abs((batch.argmax_labels[0] == k).double().mean() - world.argmax_probs[:, k].mean()) < 4e-3


def test_an_argmax_label_is_an_argmax():
    batch = Sampler(build(9), CPU).draw(generators(0, 1), 5000)
    chosen = batch.targets.gather(-1, batch.argmax_labels[..., None]).squeeze(-1)
    assert torch.equal(chosen, batch.targets.amax(dim=-1))


def test_the_correction_is_that_of_the_target():
    world = build(6)
    batch = Sampler(world, CPU).draw(generators(0), 200)
    steps = (batch.targets[0].double() * (6 + 1.5) - 0.5).round().long().tolist()
    for point, ratio in zip(steps, batch.log_ratios[0].tolist(), strict=True):
        g = world.steps.tolist().index(point)
        assert abs(ratio - float(world.log_marginal[g] - world.log_base[g])) < 1e-5


def test_a_seed_sees_the_same_data_in_any_company():
    sampler = Sampler(build(6), CPU)
    alone, together = sampler.draw(generators(4), 50), sampler.draw(generators(3, 4, 5), 50)
    for one, all_three in zip(alone, together, strict=True):
        assert torch.equal(one[0], all_three[1])


def test_the_ends_of_the_unit_interval_are_labels_too():
    sampler = Sampler(build(6), CPU)
    last = len(sampler.world.labels) - 1
    nearly_one = torch.tensor(1 - 2**-53, dtype=torch.float64)
    for row in range(len(sampler.world.positions)):
        assert sampler._point(torch.tensor([row]), torch.zeros(1, dtype=torch.float64)).item() == 0
        assert sampler._point(torch.tensor([row]), nearly_one[None]).item() == last


def test_a_category_without_probability_is_never_drawn():
    uniform = torch.tensor([0.0, 0.3, 0.999999])
    assert _category(torch.tensor([[0.0, 1.0, 0.0]]).repeat(3, 1), uniform).tolist() == [1, 1, 1]
