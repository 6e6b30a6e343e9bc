"""Batches follow the world, and a seed's data depend on nobody else."""

import torch
from scipy.stats import chisquare
from torch import Generator

from toy_models.simplex.plane import category
from toy_models.simplex.sampling import Sampler
from toy_models.simplex.tilted import build

CPU = torch.device("cpu")


def generators(*seeds):
    return [Generator().manual_seed(seed) for seed in seeds]


def test_positions_and_labels_have_their_joint_distribution():
    world = build(6)
    batch = Sampler(world, CPU).draw(generators(5), 400_000)
    row, point = batch.row[0], batch.point[0]
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


def test_a_place_is_that_of_the_target():
    world = build(6)
    batch = Sampler(world, CPU).draw(generators(0), 200)
    torch.testing.assert_close(world.labels[batch.point].float(), batch.targets)
    assert torch.equal(batch.inputs[0].double(), world.positions.float().double())


def test_a_seed_sees_the_same_data_in_any_company():
    sampler = Sampler(build(6), CPU)
    alone, together = sampler.draw(generators(4), 50), sampler.draw(generators(3, 4, 5), 50)
    for one, all_three in zip(alone, together, strict=True):
        assert torch.equal(one[0], all_three[1])


def test_the_ends_of_the_unit_interval_are_labels_too():
    sampler = Sampler(build(6), CPU)
    process, nearly_one = sampler.process, 1 - 2**-53
    for row in range(len(process.support)):
        for uniform, expected in ((0.0, 0), (nearly_one, len(process.labels) - 1)):
            found = process.sample(torch.tensor([[(row + 0.5) / 60], [uniform]], dtype=torch.float64))
            assert [each.item() for each in found] == [row, expected]


def test_a_category_without_probability_is_never_drawn():
    uniform = torch.tensor([0.0, 0.3, 0.999999])
    assert category(torch.tensor([[0.0, 1.0, 0.0]]).repeat(3, 1), uniform).tolist() == [1, 1, 1]


def test_batches_drawn_ahead_are_those_drawn_one_by_one():
    sampler, one_by_one, ahead = Sampler(build(6), CPU), generators(3, 4), generators(3, 4)
    for expected in sampler.draw_many(ahead, 30, 3):
        for found, part in zip(sampler.draw(one_by_one, 30), expected, strict=True):
            assert torch.equal(found, part)


def test_few_samples_are_positions_of_their_own():
    sampler = Sampler(build(6), CPU)
    batch = sampler.draw(generators(0), 20)
    assert torch.equal(batch.row, torch.arange(20)[None])
    assert set(batch.inputs.flatten().tolist()) <= set(sampler.process.support.float().flatten().tolist())
