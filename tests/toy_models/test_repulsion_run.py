"""A run of world 2: what must hold at every step, and the same numbers every time, in every company."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from torch import Generator

import losses as library
from losses.errors import LabError
from tests.toy_models.at_once import at_once
from toy_models.device import available_devices
from toy_models.repulsion import RepulsionSpec, Trace, simulate
from toy_models.repulsion.arrows import force_of
from toy_models.repulsion.batch import RepulsionBatch, draw_start
from toy_models.repulsion.objectives import OBJECTIVES, Objective
from toy_models.repulsion.trace import METRICS

QUICK = RepulsionSpec(steps=20, seeds=3, classes=3, per_class=4)
NUMBERS = (*METRICS, "positions")
WORLDS = [
    RepulsionSpec(steps=60, seeds=4),
    RepulsionSpec(steps=60, seeds=2, dimensions=2, start="random", temperature=0.3, singletons=2),
    RepulsionSpec(steps=60, seeds=2, dimensions=16, per_class=16, temperature=0.03, learning_rate=2e-3),
    RepulsionSpec(steps=60, seeds=2, per_class=5, start="point", spread=0.05),
]


def same(one, other):
    return all(
        np.array_equal(getattr(a, n), getattr(b, n), equal_nan=True)
        for a, b in zip(one, other, strict=True)
        for n in NUMBERS
    )


@pytest.mark.parametrize("spec", WORLDS)
def test_sincere_repels_no_pair_at_any_step(spec):
    rows = [spec.losses.index(name) for name in ("sincere", "eps_sup_infonce")]
    for frame in simulate(spec):
        assert frame.repelling_share[rows].max() == 0
        assert frame.push_to_pull[rows].max() == 0


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("spec", WORLDS)
def test_supcon_repels_the_pairs_whose_share_is_above_one_over_the_positives_at_every_step(spec, seed):
    spec = replace(spec, losses=("supcon",), seeds=1, seed=seed)
    labels, off = np.array(spec.labels), ~np.eye(spec.vectors, dtype=bool)
    same_class = (labels[:, None] == labels) & off
    for frame in simulate(spec):
        z = frame.positions[0]
        weights = np.exp((z @ z.T - 1) / spec.temperature) * off
        shares = weights / weights.sum(axis=1, keepdims=True)
        beyond = shares[same_class] > 1 / (spec.per_class - 1)
        assert frame.repelling_share[0, 0] == pytest.approx(beyond.mean(), abs=1e-12)
        assert frame.positive_share[0, 0] == pytest.approx(
            (shares * same_class).sum(axis=1)[labels < spec.classes].mean(), rel=1e-9
        )


def test_with_one_positive_supcon_sincere_and_infonce_are_one_and_nothing_repels():
    spec = replace(QUICK, per_class=2, steps=60, losses=("supcon", "sincere", "nt_xent"))
    for frame in simulate(spec):
        assert frame.repelling_share.max() == 0
        for name in NUMBERS:
            values = getattr(frame, name)
            np.testing.assert_allclose(values, np.broadcast_to(values[:1], values.shape), atol=1e-9)


def test_metrics_by_brute_force():
    spec = replace(QUICK, singletons=1)
    frame = list(simulate(spec))[5]
    labels = np.array(spec.labels)
    for row, name in enumerate(spec.losses):
        z = frame.positions[row]
        acting = force_of(spec, name, z)
        pairs = {"same": [], "noise": [], "push": 0.0, "pull": 0.0, "near": [], "far": []}
        for i in range(spec.vectors):
            mine = [j for j in range(spec.vectors) if j != i and labels[j] == labels[i]]
            others = [j for j in range(spec.vectors) if labels[j] != labels[i]]
            pairs["same"] += [(z[i] @ z[j], acting[i, j]) for j in mine]
            pairs["noise"] += [(z[i] @ z[j], acting[i, j]) for j in others]
            pairs["push"] += sum(max(acting[i, j], 0) for j in mine)
            pairs["pull"] += sum(max(-acting[i, j], 0) for j in mine)
            if mine:
                pairs["near"].append(max(z[i] @ z[j] for j in mine))
                pairs["far"].append(max(z[i] @ z[j] for j in others))
        for group in ("same", "noise"):
            cosine, force = np.mean(pairs[group], axis=0)
            assert getattr(frame, f"{group}_cosine")[row, 0] == pytest.approx(cosine)
            assert getattr(frame, f"{group}_force")[row, 0] == pytest.approx(force)
        assert frame.push_to_pull[row, 0] == pytest.approx(pairs["push"] / pairs["pull"])
        assert frame.margin[row, 0] == pytest.approx(np.median(pairs["near"]) - np.median(pairs["far"]))


def test_one_program_gives_the_numbers_of_a_plain_loop_over_losses_and_seeds():
    """Each batch moved alone by autograd through the library's losses."""
    last = list(simulate(QUICK))[-1]
    batch = RepulsionBatch.of(QUICK)
    calls = {
        "supcon": lambda z: library.supcon(z, batch.labels, temperature=0.1),
        "sincere": lambda z: library.sincere(z, batch.labels, temperature=0.1),
        "eps_sup_infonce": lambda z: library.eps_sup_infonce(z, batch.labels, temperature=0.1, epsilon=0.25),
        "nt_xent": lambda z: library.supcon(z, batch.views, temperature=0.1),
    }
    for row, name in enumerate(QUICK.losses):
        for seed in range(QUICK.seeds):
            z = draw_start(QUICK, Generator().manual_seed(seed))
            for _ in range(QUICK.steps):
                z = z.requires_grad_()
                (gradient,) = torch.autograd.grad(QUICK.vectors * calls[name](z), z)
                gradient = gradient - (gradient * z).sum(-1, keepdim=True) * z
                z = torch.nn.functional.normalize(z.detach() - QUICK.learning_rate * gradient.detach(), dim=-1)
            assert last.loss[row, seed] == pytest.approx(float(calls[name](z)), rel=1e-7)
            if seed == 0:
                np.testing.assert_allclose(last.positions[row], z.numpy(), atol=1e-7)


def test_the_same_spec_gives_the_same_numbers():
    assert same(list(simulate(QUICK)), list(simulate(QUICK)))
    assert not same(list(simulate(QUICK)), list(simulate(replace(QUICK, seed=7))))


def test_two_threads_at_once_give_the_numbers_of_one_alone():
    specs = [replace(QUICK, seed=seed, steps=60) for seed in (0, 1)]
    alone = [list(simulate(spec)) for spec in specs]
    assert all(map(same, alone, at_once(simulate, specs)))


def test_more_seeds_and_fewer_losses_leave_the_others_as_they_were():
    full = list(simulate(QUICK))
    for spec in (replace(QUICK, seeds=1), replace(QUICK, losses=("sincere",))):
        rows = [QUICK.losses.index(name) for name in spec.losses]
        for mine, whole in zip(simulate(spec), full, strict=True):
            np.testing.assert_allclose(mine.positions, whole.positions[rows], atol=1e-12)
            for name in METRICS:
                wanted = getattr(whole, name)[rows, : spec.seeds]
                np.testing.assert_allclose(getattr(mine, name), wanted, rtol=1e-9, atol=1e-12)


def test_every_loss_begins_at_the_same_places_and_frames_follow_the_schedule():
    frames = list(simulate(QUICK))
    assert tuple(frame.step for frame in frames) == QUICK.frames
    first = frames[0]
    assert first.positions.shape == (4, QUICK.vectors, QUICK.dimensions)
    assert all(np.array_equal(first.positions[0], each) for each in first.positions)
    for frame in frames:
        np.testing.assert_allclose(np.linalg.norm(frame.positions, axis=-1), 1, rtol=1e-12)


@pytest.mark.parametrize(("start", "spread", "cosine"), [("point", 0.0, 1.0), ("clusters", 0.0, 1.0)])
def test_without_spread_a_cluster_is_a_point(start, spread, cosine):
    first = next(simulate(replace(QUICK, start=start, spread=spread)))
    np.testing.assert_allclose(first.same_cosine, cosine)
    assert (first.noise_cosine > 1 - 1e-12).all() == (start == "point")


def test_on_step_is_asked_before_each_step_and_can_end_the_run():
    seen = []
    list(simulate(QUICK, on_step=seen.append))
    assert seen == list(range(QUICK.steps + 1))

    def stop(step):
        if step == 5:
            raise KeyboardInterrupt

    frames = []
    with pytest.raises(KeyboardInterrupt):
        frames.extend(simulate(QUICK, on_step=stop))


def test_a_loss_that_leaves_the_finite_numbers_is_named(monkeypatch):
    calls = []

    class Breaks(Objective):
        def mean_loss(self, cosines, batch, spec):
            calls.append(1)
            return honest.mean_loss(cosines, batch, spec) * (float("nan") if len(calls) == 4 else 1.0)

    honest = OBJECTIVES["sincere"]
    broken = Breaks(honest.name, honest.record)
    monkeypatch.setattr("toy_models.repulsion.run.OBJECTIVES", {**OBJECTIVES, "sincere": broken})
    frames = []
    with pytest.raises(LabError, match=r"^SINCERE, seed 0: the loss must stay finite, but is nan at step 3\. Lower"):
        frames.extend(simulate(QUICK))
    assert [frame.step for frame in frames] == [0, 1, 2]


def test_the_largest_learning_rate_at_the_lowest_temperature_stays_on_the_sphere():
    spec = replace(QUICK, temperature=0.005, learning_rate=1.0)
    for frame in simulate(spec):
        assert np.isfinite(frame.loss).all()
        np.testing.assert_allclose(np.linalg.norm(frame.positions, axis=-1), 1, rtol=1e-9)


@pytest.mark.parametrize("device", available_devices()[2:])
def test_an_accelerator_starts_the_same_and_ends_close(device):
    here, there = list(simulate(QUICK, device)), list(simulate(QUICK))
    np.testing.assert_allclose(here[0].loss, there[0].loss, rtol=1e-4)
    np.testing.assert_allclose(here[-1].margin, there[-1].margin, atol=1e-2)


def test_an_unknown_device_is_a_mistake():
    with pytest.raises(LabError, match=r"^device must be one of auto, cpu"):
        next(simulate(QUICK, "tpu"))


@pytest.fixture(scope="module")
def trace():
    return Trace.of(QUICK, list(simulate(QUICK)))


def test_a_trace_survives_the_disk_and_refuses_what_is_none(trace, tmp_path):
    trace.save(tmp_path / "run.npz")
    again = Trace.load(tmp_path / "run.npz")
    assert (again.spec, again.device) == (trace.spec, "cpu")
    for field in fields(Trace)[2:]:
        np.testing.assert_array_equal(getattr(again, field.name), getattr(trace, field.name))
    with np.load(tmp_path / "run.npz", allow_pickle=False) as file:
        arrays = dict(file)
    np.savez(tmp_path / "less.npz", **{name: each for name, each in arrays.items() if name != "loss"})
    with pytest.raises(LabError, match=r"must have all arrays of its world's trace, but has no loss"):
        Trace.load(tmp_path / "less.npz")
    for name in ("margin", "positions"):
        np.savez(tmp_path / "odd.npz", **{**arrays, name: arrays[name][:-1]})
        with pytest.raises(LabError, match=f": {name} must have shape"):
            Trace.load(tmp_path / "odd.npz")
    with pytest.raises(LabError, match=r"^trace must have at least one frame"):
        Trace.of(QUICK, [])


def test_the_table_has_a_row_for_each_frame_loss_and_seed(trace):
    table = trace.table()
    mine = (table.step == 5) & (table.loss_name == "SINCERE") & (table.seed == 2)
    frame = list(QUICK.frames).index(5)
    assert table.margin[mine].tolist() == [trace.margin[frame, 1, 2]]
    assert table.seconds[mine].tolist() == [trace.seconds[frame]]
    assert len(table.step) == trace.loss.size
