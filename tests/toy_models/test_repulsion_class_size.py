"""Push to pull against class size: the same as the losses' forces, and the claim read off honestly."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import stats

from losses.errors import LabError
from losses.forces import sincere_forces, supcon_forces
from toy_models.repulsion import Study, StudySpec, study
from toy_models.repulsion.verdict import Answer, interval, verdict

SMALL = StudySpec(
    temperatures=(0.1, 0.5), spreads=(0.3, 0.05), classes=3, largest=8, noise_per_class=4, draws=3, seed=5
)


def drawn(spec, spread, index):
    """The vectors of a draw, (C, most, D), from the documented numbers."""
    generator = torch.Generator().manual_seed(spec.seed + 1_000_003 * index)
    centres = torch.randn(spec.classes, 1, spec.dimensions, generator=generator)
    noise = torch.randn(spec.classes, max(spec.largest, spec.noise_per_class), spec.dimensions, generator=generator)
    centres = centres / centres.norm(dim=-1, keepdim=True)
    return torch.nn.functional.normalize(centres + spread * noise, dim=-1).double()


def ratio(forces, same):
    push, pull = forces[same].clamp(min=0).sum(), -forces[same].clamp(max=0).sum()
    return (push / pull).item()


@pytest.mark.parametrize("spread", SMALL.spreads)
@pytest.mark.parametrize("tau", SMALL.temperatures)
def test_ratios_are_those_of_the_losses_own_forces(tau, spread):
    """Its float32 against float64."""
    found = study(SMALL)
    where = SMALL.temperatures.index(tau), SMALL.spreads.index(spread)
    for index in range(SMALL.draws):
        z = drawn(SMALL, spread, index)
        for at, size in enumerate(SMALL.sizes):
            labels = torch.arange(3).repeat_interleave(size)
            batch = z[:, :size].flatten(0, 1)
            same = (labels[:, None] == labels) & ~torch.eye(len(labels), dtype=torch.bool)
            forces = supcon_forces(batch @ batch.mT, labels, temperature=tau)
            assert found.push_to_pull[0, *where, at, index] == pytest.approx(ratio(forces, same), abs=2e-4)
            assert ratio(sincere_forces(batch @ batch.mT, labels, temperature=tau), same) == 0
            shares = (forces * tau + same / (size - 1)) * same
            assert found.positive_share[0, *where, at, index] == pytest.approx(shares.sum(1).mean().item(), abs=1e-4)
            push = pull = 0.0
            for own in range(3):  # that class alone at this size, the others at the fixed one
                kept = [z[c, : size if c == own else SMALL.noise_per_class] for c in range(3)]
                labels = torch.cat([torch.full((len(each),), c) for c, each in enumerate(kept)])
                batch = torch.cat(kept)
                mine = (labels == own)[:, None] & (labels == own) & ~torch.eye(len(labels), dtype=torch.bool)
                acting = supcon_forces(batch @ batch.mT, labels, temperature=tau)[mine]
                push, pull = push + acting.clamp(min=0).sum(), pull - acting.clamp(max=0).sum()
            assert found.push_to_pull[1, *where, at, index] == pytest.approx((push / pull).item(), abs=2e-4)


@pytest.fixture(scope="module")
def default():
    return study(StudySpec(spreads=(0.05, 0.3)))


def test_a_single_positive_is_never_repelled(default):
    assert default.spec.sizes == (2, 4, 8, 16, 32, 64, 128)
    assert default.push_to_pull[:, :, :, 0].max() == 0


def test_a_prototypes_single_draw_lies_among_ours(default):
    """8 classes, 16 dimensions, tau 0.1, spread 0.3, balanced: one draw, so within 3 standard deviations over draws."""
    ours = default.push_to_pull[0, 1, 1]
    prototype = np.array([0, 0.21, 0.40, 0.47, 0.47, 0.50, 0.51])
    assert (np.abs(prototype - ours.mean(axis=1)) <= 3 * ours.std(axis=1, ddof=1)).all()


def test_tight_classes_are_pushed_as_hard_as_pulled_and_warm_ones_not_at_all(default):
    assert default.push_to_pull[0, 0, 0, 1:].min() > 0.95
    assert default.push_to_pull[0, 3].max() == 0


def test_the_balanced_batch_levels_off_where_its_share_of_the_denominator_does(default):
    found = verdict(default, "balanced", 0.1, 0.3)
    assert found.answer is Answer.LEVELS_OFF
    assert 8 <= found.level_from < 128
    shares = default.positive_share[0, 1, 1].mean(axis=1)
    assert np.diff(shares)[-1] < 0.02 < np.diff(shares)[0]


def test_with_the_noise_fixed_it_gets_worse_at_every_size(default):
    assert verdict(default, "fixed_noise", 0.1, 0.3).answer is Answer.RISES
    assert (np.diff(default.push_to_pull[1, 1, 1].mean(axis=1)) > 0.02).all()


def test_draws_are_independent_of_their_number_and_repeatable():
    one, more = study(replace(SMALL, draws=2)), study(SMALL)
    np.testing.assert_array_equal(one.push_to_pull, more.push_to_pull[..., :2])
    assert not np.array_equal(more.push_to_pull[..., 0], more.push_to_pull[..., 1])


def test_each_draw_is_announced_and_can_end_the_study():
    seen = []
    study(SMALL, seen.append)
    assert seen == [0, 1, 2]


@pytest.mark.parametrize(
    ("means", "answer", "level_from"),
    [
        ([0, 0.001, 0.002], Answer.NOTHING, 2),
        ([0.3, 0.3, 0.305], Answer.LEVEL, 2),
        ([0, 0.1, 0.11], Answer.LEVELS_OFF, 4),
        ([0, 0.1, 0.15], Answer.RISES, 8),
        ([0, 0.5, 0.4], Answer.FALLS, 4),
    ],
)
def test_verdicts(means, answer, level_from):
    spec = StudySpec(temperatures=(0.1,), spreads=(0.3,), largest=8, draws=4)
    wiggle = np.array([-0.002, 0.002, -0.001, 0.001])
    ratios = np.array(means)[:, None] + wiggle * np.array([[0], [1], [2]])
    found = Study(spec, np.broadcast_to(ratios, (2, 1, 1, 3, 4)), np.zeros((2, 1, 1, 3, 4)))
    result = verdict(found, "balanced", 0.1, 0.3)
    assert (result.answer, result.level_from) == (answer, level_from)
    assert result.largest == pytest.approx(means[-1])


def test_the_interval_is_students():
    draws = np.random.default_rng(0).normal(size=(3, 10))
    found = interval(draws)
    low, high = stats.t.interval(0.95, 9, draws.mean(axis=1), stats.sem(draws, axis=1))
    np.testing.assert_allclose(found.low, low)
    np.testing.assert_allclose(found.high, high)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"draws": 1}, r"^draws must be a whole number from 2 to 100"),
        ({"temperatures": ()}, r"^temperatures must name at least one"),
        ({"temperatures": (0.0,)}, r"^temperatures must be a number from 0\.005 to 10"),
        ({"spreads": (float("nan"),)}, r"^spreads must be a number from 0 to 10"),
        ({"classes": 1}, r"^classes must be a whole number from 2 to 16"),
    ],
)
def test_a_study_says_what_it_cannot_do(changed, message):
    with pytest.raises(LabError, match=message):
        StudySpec(**changed)
