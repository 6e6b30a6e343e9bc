"""A run: the same numbers as training each network alone, every time, in every thread."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Generator

from losses import continuous_categorical, label_infonce, nll, soft_target_cross_entropy, soft_target_infonce
from losses.errors import LabError
from tests.toy_models.at_once import at_once
from toy_models.device import available_devices
from toy_models.network import StackedMLP
from toy_models.simplex import LOSSES, SimplexSpec, Trace, reference, simulate
from toy_models.simplex.contrast import Contrast
from toy_models.simplex.processes import world_of
from toy_models.simplex.program import WEIGHT_DECAY, Program, widths
from toy_models.simplex.sampling import Sampler
from toy_models.simplex.spec import PROCESSES
from toy_models.simplex.tilted import PROBES
from toy_models.simplex.trace import METRICS

QUICK = SimplexSpec(steps=12, batch_size=16, hidden=8, side=10, seeds=2)
NUMBERS = (*METRICS, "logits")


def same(one, other):
    return all(np.array_equal(getattr(a, n), getattr(b, n)) for a, b in zip(one, other, strict=True) for n in NUMBERS)


def plain_losses(prior, argmax_prior):
    """The losses as published, on one batch; both label losses draw nothing of their own."""
    ours = {
        "nll": lambda f, batch: nll(f, batch.argmax_labels[0]),
        "label_infonce": lambda f, batch: label_infonce(f, batch.argmax_labels[0], argmax_prior),
        "soft_target_cross_entropy": lambda f, batch: soft_target_cross_entropy(f, batch.targets[0]),
        # Soft distribution InfoNCE samples labels, then is label InfoNCE; here the sampler has drawn them.
        "soft_distribution_infonce": lambda f, batch: label_infonce(f, batch.sampled_labels[0], prior),
        "soft_target_infonce": lambda f, batch: soft_target_infonce(f, batch.targets[0], prior),
        "continuous_categorical": lambda f, batch: continuous_categorical(f, batch.targets[0]),
    }
    assert list(ours) == list(LOSSES)[:6]
    return ours


def exact_noise_loss(world):
    """Soft target InfoNCE with the noise's log density over b, sample by sample."""
    table = (world.log_marginal - world.log_base).float()

    def loss(f, batch):
        scores = f @ batch.targets[0].T - table[batch.point[0]]
        return torch.nn.functional.cross_entropy(scores, torch.arange(len(f)))

    return loss


@pytest.mark.parametrize("labels", PROCESSES)
@pytest.mark.parametrize("batch_size", [16, 80])
def test_the_program_is_the_plain_loop(one_network, labels, batch_size):
    """Each network trained alone: torch's layers, tape and optimiser, and the losses as published.

    1e-5: float32 has 6e-8, the logits are of order 1 to 10, and Adam divides by small gradients for 20 steps.
    """
    spec = replace(QUICK, labels=labels, batch_size=batch_size, steps=20, imbalance=2.0, learning_rate=1e-3)
    last = list(simulate(spec))[-1]
    world = world_of(spec)
    argmax_prior, prior = (world.mean(each).float() for each in (world.argmax_probs, world.mean_labels))
    plain = {**plain_losses(prior, argmax_prior), "soft_target_infonce_exact_noise": exact_noise_loss(world)}
    for row, name in enumerate(spec.losses):
        for seed in range(spec.seeds):
            network = train_alone(spec, world, seed, plain[name], one_network)
            probes = network(world.process.probes.float()).detach().numpy()
            np.testing.assert_allclose(last.logits[row, seed], probes, rtol=1e-5, atol=1e-5, err_msg=name)


def train_alone(spec, world, seed, loss, one_network):
    sampler, generator = Sampler(world, torch.device("cpu")), Generator().manual_seed(spec.seed + seed)
    network = one_network(StackedMLP(widths(spec), world.process.input_gain).initial(generator), widths(spec))
    optimiser = torch.optim.AdamW(network.parameters(), lr=spec.learning_rate, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, spec.steps)
    for _ in range(spec.steps):
        batch = sampler.draw([generator], spec.batch_size)
        optimiser.zero_grad()
        loss(network(batch.inputs[0][batch.row[0]]), batch).backward()
        optimiser.step()
        schedule.step()
    return network


def test_the_same_spec_gives_the_same_numbers():
    assert same(list(simulate(QUICK)), list(simulate(QUICK)))
    assert not same(list(simulate(QUICK)), list(simulate(replace(QUICK, seed=7))))


def test_two_threads_at_once_give_the_numbers_of_one_alone():
    specs = [replace(QUICK, seed=seed, steps=40) for seed in (0, 1)]
    alone = [list(simulate(spec)) for spec in specs]
    assert all(map(same, alone, at_once(simulate, specs)))


def test_more_seeds_and_fewer_losses_leave_the_others_as_they_were():
    full, one = list(simulate(QUICK)), list(simulate(replace(QUICK, losses=("soft_target_infonce",), seeds=1)))
    row = QUICK.losses.index("soft_target_infonce")
    np.testing.assert_allclose(full[-1].logits[row, :1], one[-1].logits[0], rtol=1e-4, atol=1e-5)


def test_every_loss_begins_with_the_same_networks_and_frames_follow_the_schedule():
    frames = list(simulate(QUICK))
    assert tuple(frame.step for frame in frames) == QUICK.frames
    first = frames[0]
    assert first.logits.shape == (len(LOSSES), 2, len(PROBES), 3)
    assert all(np.array_equal(first.logits[0], each) for each in first.logits)
    assert not np.array_equal(first.logits[:, 0], first.logits[:, 1])
    assert first.kl_density[:, 0] == pytest.approx(
        first.kl_density[0, 0], rel=1e-9
    )  # in whatever order they are summed
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
    calls, honest = [], Contrast.__call__

    def breaks(self, logits, batch):
        losses, gradient = honest(self, logits, batch)
        calls.append(1)
        losses[4, 0] = float("nan") if len(calls) == 4 else losses[4, 0]
        return losses, gradient

    monkeypatch.setattr(Contrast, "__call__", breaks)
    frames = []
    with pytest.raises(LabError, match=r"^Soft target InfoNCE, class prior, seed 0: the loss must .* nan at step 3\. "):
        frames.extend(simulate(QUICK))
    assert [frame.step for frame in frames] == [0, 1, 2]


def test_the_step_is_named_between_two_frames(monkeypatch):
    spec, steps = replace(QUICK, steps=200), []
    honest = Program.gradients

    def breaks(self):
        steps.append(1)
        return honest(self) * (float("inf") if len(steps) - 1 >= 113 else 1.0)

    assert 113 not in spec.frames
    monkeypatch.setattr(Program, "gradients", breaks)
    with pytest.raises(
        LabError, match=r"^NLL, argmax label, seed 0: the loss must stay finite, but is inf at step 113"
    ):
        list(simulate(spec))


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
    assert by_density[:2] == ["soft_target_infonce_exact_noise", "continuous_categorical"]
    assert by_density[2] == "soft_target_infonce"
    assert set(by_density[3:5]) == {"nll", "label_infonce"}
    by_mean = sorted(mean, key=mean.__getitem__)
    assert set(by_mean[:2]) == {"soft_target_cross_entropy", "soft_distribution_infonce"}
    assert by_mean[4:] == ["soft_target_infonce", "continuous_categorical", "soft_target_infonce_exact_noise"]


def test_the_default_run_learns_the_information_and_claims_no_more(default_run):
    spec, information = default_run.spec, reference(default_run.spec).mutual_information
    assert default_run.information_bound.max() <= information
    exact = spec.losses.index("soft_target_infonce_exact_noise")
    assert default_run.information_bound[-1, exact, 0] == pytest.approx(information, abs=0.01)
    # The same from the loss itself, over the last steps' batches.
    assert np.log(spec.batch_size) - default_run.loss[-20:, exact, 0].mean() == pytest.approx(information, abs=0.05)
