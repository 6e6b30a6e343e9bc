"""A run: the same numbers as training each network alone, every time, in every thread."""

import threading
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Generator

from losses import soft_target_cross_entropy, soft_target_infonce
from losses.errors import LabError
from toy_models.device import available_devices
from toy_models.network import StackedMLP
from toy_models.simplex import SimplexSpec, Trace, reference, simulate
from toy_models.simplex.measure import PROBES
from toy_models.simplex.objectives import OBJECTIVES, Objective
from toy_models.simplex.run import WEIGHT_DECAY
from toy_models.simplex.sampling import Sampler
from toy_models.simplex.trace import METRICS
from toy_models.simplex.world import build

QUICK = SimplexSpec(steps=12, batch_size=16, hidden=8, side=10, seeds=2)
NUMBERS = (*METRICS, "logits")


def same(one, other):
    return all(np.array_equal(getattr(a, n), getattr(b, n)) for a, b in zip(one, other, strict=True) for n in NUMBERS)


def test_stacking_changes_nothing(one_network):
    """Each network trained alone, with torch's layers and optimiser and the loss as published."""
    alone = {
        "soft_target_cross_entropy": lambda f, w: soft_target_cross_entropy(f, w),
        "soft_target_infonce": lambda f, w: soft_target_infonce(f, w, torch.full((3,), 1 / 3)),
    }
    spec = replace(QUICK, losses=tuple(alone))
    last = list(simulate(spec))[-1]
    sampler, widths = Sampler(build(spec.side), torch.device("cpu")), (1, spec.hidden, spec.hidden, 3)
    for row, loss in enumerate(alone.values()):
        for seed in range(spec.seeds):
            generator = Generator().manual_seed(spec.seed + seed)
            network = one_network(StackedMLP(widths).initial(generator), widths)
            optimiser = torch.optim.AdamW(network.parameters(), lr=spec.learning_rate, weight_decay=WEIGHT_DECAY)
            schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, spec.steps)
            for _ in range(spec.steps):
                batch = sampler.draw([generator], spec.batch_size)
                optimiser.zero_grad()
                loss(network(batch.inputs[0]), batch.targets[0]).backward()
                optimiser.step()
                schedule.step()
            probes = network(torch.tensor(PROBES)[:, None]).detach().numpy()
            np.testing.assert_allclose(last.logits[row, seed], probes, rtol=1e-4, atol=1e-5)


def test_the_same_spec_gives_the_same_numbers():
    assert same(list(simulate(QUICK)), list(simulate(QUICK)))
    assert not same(list(simulate(QUICK)), list(simulate(replace(QUICK, seed=7))))


def test_two_threads_at_once_give_the_numbers_of_one_alone():
    specs = [replace(QUICK, seed=seed, steps=40) for seed in (0, 1)]
    alone = [list(simulate(spec)) for spec in specs]
    together, start = {}, threading.Barrier(2)

    def work(index):
        start.wait()
        together[index] = list(simulate(specs[index]))

    threads = [threading.Thread(target=work, args=(index,)) for index in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(same(alone[index], together[index]) for index in (0, 1))


def test_more_seeds_and_fewer_losses_leave_the_others_as_they_were():
    full, one = list(simulate(QUICK)), list(simulate(replace(QUICK, losses=("soft_target_infonce",), seeds=1)))
    row = QUICK.losses.index("soft_target_infonce")
    np.testing.assert_allclose(full[-1].logits[row, :1], one[-1].logits[0], rtol=1e-4, atol=1e-5)


def test_every_loss_begins_with_the_same_networks_and_frames_follow_the_schedule():
    frames = list(simulate(QUICK))
    assert tuple(frame.step for frame in frames) == QUICK.frames
    first = frames[0]
    assert first.logits.shape == (6, 2, len(PROBES), 3)
    assert all(np.array_equal(first.logits[0], each) for each in first.logits)
    assert not np.array_equal(first.logits[:, 0], first.logits[:, 1])
    assert np.unique(first.kl_density[:, 0]).size == 1
    assert all(b.seconds > a.seconds for a, b in pairwise(frames))


def test_on_step_is_asked_before_each_step_and_can_end_the_run():
    seen = []
    list(simulate(QUICK, on_step=seen.append))
    assert seen == list(range(QUICK.steps + 1))

    def stop(step):
        if step == 5:
            raise KeyboardInterrupt

    run, frames = simulate(QUICK, on_step=stop), []
    with pytest.raises(KeyboardInterrupt):
        frames.extend(run)


def test_a_run_gives_the_process_its_threads_back(monkeypatch):
    before = torch.get_num_threads()
    monkeypatch.setattr("toy_models.threads._USUAL", 2)
    run, other = simulate(QUICK), simulate(QUICK)
    next(run)
    next(other)
    run.close()
    assert torch.get_num_threads() == 1
    other.close()
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)


def test_a_loss_that_leaves_the_finite_numbers_is_named(monkeypatch):
    calls = []

    def breaks(logits, batch, prior):
        calls.append(1)
        return logits.sum() * (float("nan") if len(calls) == 4 else 1.0)

    broken = {**OBJECTIVES, "soft_target_infonce": Objective(breaks, OBJECTIVES["soft_target_infonce"].population)}
    monkeypatch.setattr("toy_models.simplex.run.OBJECTIVES", broken)
    frames = []
    with pytest.raises(LabError, match=r"^Soft target InfoNCE, class prior, seed 0: the loss must .* nan at step 3\. "):
        frames.extend(simulate(QUICK))
    assert [frame.step for frame in frames] == [0, 1, 2]


@pytest.mark.parametrize("device", available_devices()[2:])
def test_an_accelerator_sees_the_same_data_and_starts_the_same(device):
    here, there = list(simulate(QUICK, device)), list(simulate(QUICK))
    np.testing.assert_allclose(here[0].loss, there[0].loss, rtol=1e-4)
    np.testing.assert_allclose(here[-1].kl_density, there[-1].kl_density, rtol=1e-2)


def test_an_unknown_device_is_a_mistake():
    with pytest.raises(LabError, match=r"^device must be one of auto, cpu"):
        next(simulate(QUICK, "tpu"))


@pytest.fixture(scope="module")
def default_run():
    return Trace.of(SimplexSpec(), list(simulate(SimplexSpec())))


def test_the_default_run_answers_which_question_each_loss_answers(default_run):
    spec = default_run.spec
    floors = dict(zip(spec.losses, reference(spec).floors, strict=True))
    density = dict(zip(spec.losses, default_run.kl_density[-1, :, 0], strict=True))
    mean = dict(zip(spec.losses, default_run.kl_mean[-1, :, 0], strict=True))
    assert density["soft_target_infonce_exact_noise"] < 0.02
    for name in spec.losses:
        assert density[name] == pytest.approx(floors[name].kl_density, abs=0.02)
    assert mean["soft_target_cross_entropy"] < 0.005
    assert mean["soft_distribution_infonce"] < 0.005
    by_density = sorted(density, key=density.__getitem__)
    assert by_density[:2] == ["soft_target_infonce_exact_noise", "soft_target_infonce"]
    assert set(by_density[2:4]) == {"nll", "label_infonce"}
    by_mean = sorted(mean, key=mean.__getitem__)
    assert set(by_mean[:2]) == {"soft_target_cross_entropy", "soft_distribution_infonce"}
    assert by_mean[4:] == ["soft_target_infonce", "soft_target_infonce_exact_noise"]


def test_the_default_run_learns_the_information_and_claims_no_more(default_run):
    spec, information = default_run.spec, reference(default_run.spec).mutual_information
    assert default_run.information_bound.max() <= information
    exact = spec.losses.index("soft_target_infonce_exact_noise")
    assert default_run.information_bound[-1, exact, 0] == pytest.approx(information, abs=0.01)
    # The same from the loss itself, over the last steps' batches.
    assert np.log(spec.batch_size) - default_run.loss[-20:, exact, 0].mean() == pytest.approx(information, abs=0.05)
