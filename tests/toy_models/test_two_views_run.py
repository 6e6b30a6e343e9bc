"""Runs on two views: the losses' own numbers, every time, beside what is known exactly."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Generator
from torch.nn.functional import normalize

import losses
from losses import nt_xent, weince, weince_diagnostics
from losses.errors import LabError
from tests.kin import KIN
from toy_models.device import available_devices
from toy_models.network import StackedMLP
from toy_models.two_views import LOSSES, Trace, TwoViewsSpec, reference, simulate
from toy_models.two_views.exact import expected_cosine
from toy_models.two_views.objectives import evidence, losses_of_anchors
from toy_models.two_views.presets import PRESETS
from toy_models.two_views.sampling import INPUTS, Sampler, views
from toy_models.two_views.trace import EVIDENCE, METRICS

QUICK = TwoViewsSpec(tuple(LOSSES), steps=12, batch_size=8, samples=12, seeds=2, dimensions=4, clusters=3, hidden=8)
NUMBERS = (*METRICS, *EVIDENCE)


def same(one, other):
    return all(np.array_equal(getattr(a, n), getattr(b, n)) for a, b in zip(one, other, strict=True) for n in NUMBERS)


def published(name, a, b, spec):
    """The loss of one batch, by the function that users call."""
    tau = spec.temperature
    if name == "nt_xent":
        return nt_xent(a, b, temperature=tau)
    if name in ("weibit", "temperature_free_infonce"):
        return getattr(losses, name)(a, b)
    if name in KIN:
        return getattr(losses, name)(a, b, temperature=tau)
    tail = {"aic_margin": spec.aic_margin, "min_tail_points": spec.min_tail_points, "beta": spec.beta}
    gates = {"quantile": spec.quantile, "kappa_rho": spec.kappa_rho, "kappa_aic": spec.kappa_aic}
    return weince(a, b, temperature=tau, **tail, **gates)


# Losses


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("beta", ["one", "estimated"])
def test_stacked_losses_are_the_published_ones(name, beta):
    """Values and gradients of three batches at once, against the library's functions one batch at a time."""
    spec = TwoViewsSpec(beta=beta, aic_margin=5.0, kappa_rho=3.0, kappa_aic=0.3, quantile=0.4, min_tail_points=12)
    z = normalize(torch.randn(3, 40, 5, generator=Generator().manual_seed(0), dtype=torch.float64), dim=-1)
    z.requires_grad_()
    ours = losses_of_anchors(name, z @ z.mT, spec).mean(dim=-1)
    theirs = torch.stack([published(name, *one.chunk(2), spec) for one in z])
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    slopes = [torch.autograd.grad(losses.sum(), z, retain_graph=True)[0] for losses in (ours, theirs)]
    torch.testing.assert_close(slopes[0], slopes[1], rtol=1e-9, atol=1e-11)


def test_stacked_evidence_is_the_published_one():
    spec = TwoViewsSpec(aic_margin=5.0, quantile=0.4, min_tail_points=12)
    z = normalize(torch.randn(2, 3, 40, 5, generator=Generator().manual_seed(1), dtype=torch.float64), dim=-1)
    found = evidence(z @ z.mT, spec)
    for index in np.ndindex(2, 3):
        alone = weince_diagnostics(*z[index].chunk(2), aic_margin=5.0, quantile=0.4, min_tail_points=12)
        for name in ("lam", "delta_aic", "rho", "beta"):
            torch.testing.assert_close(getattr(found, name)[index], getattr(alone, name), rtol=1e-9, atol=1e-9)


# Runs


@pytest.mark.parametrize("encoder", ["points", "network"])
def test_stacking_changes_nothing(encoder, one_network):
    """Each run alone, with torch's layers and optimiser and the loss as published."""
    spec = replace(QUICK, encoder=encoder)
    last = list(simulate(spec))[-1]
    for row, name in enumerate(spec.losses):
        for seed in range(spec.seeds):
            generator = Generator().manual_seed(spec.seed + seed)
            sampler = Sampler(replace(spec, seeds=1), [generator], torch.device("cpu"))
            widths = (INPUTS, spec.hidden, spec.hidden, spec.dimensions)
            points = sampler.samples[0].clone().requires_grad_()
            network = None
            if encoder == "network":
                network = one_network(StackedMLP(widths).initial(generator), widths)
            sampler.noise(spec.samples)  # the views that are looked at come before training's
            optimiser = torch.optim.Adam(network.parameters() if network else [points], lr=spec.learning_rate)
            schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, spec.steps)
            total = []
            for step in range(spec.steps + 1):
                if step:
                    optimiser.step()
                    schedule.step()
                rows, noise = sampler.batch()
                if network:
                    z = normalize(network(views(sampler.samples[0, rows[0]], noise[0])), dim=-1)
                else:
                    z = views(normalize(points, dim=-1)[rows[0]], noise[0])
                optimiser.zero_grad()
                loss = published(name, *z.chunk(2), spec)
                loss.backward()
                total.append(loss.item())
            # A network begins with all cosines near 1, where 1 - s keeps three digits of float32.
            assert last.loss[row, seed] == pytest.approx(total[-1], rel=1e-5 if name == "nt_xent" else 2e-3)


def test_the_same_spec_gives_the_same_numbers():
    assert same(list(simulate(QUICK)), list(simulate(QUICK)))
    assert not same(list(simulate(QUICK)), list(simulate(replace(QUICK, seed=7))))


def test_more_seeds_and_fewer_losses_leave_the_others_as_they_were():
    full, one = list(simulate(QUICK)), list(simulate(replace(QUICK, losses=("weince",), seeds=1)))
    row = QUICK.losses.index("weince")
    for name in ("loss", "view_cosine", "rho"):
        np.testing.assert_allclose(getattr(full[-1], name)[row, :1], getattr(one[-1], name)[0], rtol=1e-4, atol=1e-5)


def test_every_loss_begins_the_same_and_frames_follow_the_schedule():
    frames = list(simulate(QUICK))
    assert tuple(frame.step for frame in frames) == QUICK.frames
    first = frames[0]
    assert first.lam.shape == (len(LOSSES), 2, 16)
    for name in ("retrieval", "view_cosine", "rho", "lam"):
        values = getattr(first, name)
        assert all(np.array_equal(values[0], each) for each in values)
    assert not np.array_equal(first.rho[:, 0], first.rho[:, 1])
    assert all(later.seconds > earlier.seconds for earlier, later in pairwise(frames))


def test_on_step_is_asked_before_each_step_and_can_end_the_run():
    seen = []
    list(simulate(QUICK, on_step=seen.append))
    assert seen == list(range(QUICK.steps + 1))


def test_readings_are_those_of_the_definitions():
    """Free points at the first frame, by loops over samples."""
    spec = replace(QUICK, losses=("nt_xent",), seeds=1)
    frame = next(iter(simulate(spec)))
    sampler = Sampler(spec, [Generator().manual_seed(spec.seed)], torch.device("cpu"))
    z = views(sampler.samples[0], sampler.noise(spec.samples)[0]).double().numpy()
    count, right, hardest = spec.samples, 0, []
    cosines = z @ z.T
    for i in range(2 * count):
        own = (i + count) % (2 * count)
        others = [j for j in range(2 * count) if j != i]
        right += max(others, key=lambda j, i=i: cosines[i, j]) == own
        hardest.append(max(cosines[i, j] for j in others if j != own))
    assert frame.retrieval[0, 0] == pytest.approx(right / (2 * count))
    assert frame.hardest_cosine[0, 0] == pytest.approx(np.mean(hardest), abs=1e-6)
    assert frame.view_cosine[0, 0] == pytest.approx(np.mean([cosines[i, i + count] for i in range(count)]), abs=1e-6)
    batch = [*range(spec.batch_size), *range(count, count + spec.batch_size)]
    a, b = torch.tensor(z[batch]).chunk(2)
    alone = weince_diagnostics(a, b)
    np.testing.assert_allclose(frame.rho[0, 0], alone.rho, atol=1e-5)
    np.testing.assert_allclose(frame.lam[0, 0], alone.lam, atol=1e-3)


def test_a_loss_that_leaves_the_finite_numbers_is_named(monkeypatch):
    calls = []

    def breaks(name, cosines, spec):
        calls.append(name)
        return cosines.sum(dim=-1) * (float("nan") if len(calls) == 2 * len(LOSSES) + 2 else 1.0)

    monkeypatch.setattr("toy_models.two_views.run.losses_of_anchors", breaks)
    frames = []
    with pytest.raises(LabError, match=r"^WEINCE, seed 0: the loss must .* nan at step 2\. Lower the learning rate"):
        frames.extend(simulate(QUICK))
    assert [frame.step for frame in frames] == [0, 1]


@pytest.mark.parametrize("device", available_devices()[2:])
def test_an_accelerator_sees_the_same_data_and_starts_the_same(device):
    here, there = list(simulate(QUICK, device)), list(simulate(QUICK))
    np.testing.assert_allclose(here[0].loss, there[0].loss, rtol=1e-4)
    np.testing.assert_allclose(here[-1].view_cosine, there[-1].view_cosine, atol=1e-2)


# Exact answers


@pytest.mark.parametrize(("dimensions", "noise"), [(2, 0.3), (3, 1.0), (8, 0.4), (64, 2.0)])
def test_the_cosine_of_two_views_is_that_of_many(dimensions, noise):
    rng = np.random.default_rng(0)
    pairs = noise / dimensions**0.5 * rng.normal(size=(2, 100_000, dimensions))
    pairs[:, :, 0] += 1
    pairs /= np.linalg.norm(pairs, axis=2, keepdims=True)
    drawn = (pairs[0] * pairs[1]).sum(axis=1)
    assert expected_cosine(dimensions, noise) == pytest.approx(drawn.mean(), abs=4 * drawn.std() / 100_000**0.5)


def test_no_noise_leaves_the_views_alike():
    assert expected_cosine(8, 0.0) == pytest.approx(1)


def test_no_loss_brings_the_views_of_free_points_together():
    spec = TwoViewsSpec(tuple(LOSSES), steps=60, batch_size=32, samples=64, seeds=2, learning_rate=0.05)
    frames, exact = list(simulate(spec)), reference(spec).view_cosine
    for frame in (frames[0], frames[-1]):
        # 128 pairs with a standard deviation of about 0.06: 0.02 is four standard errors.
        np.testing.assert_allclose(frame.view_cosine.mean(axis=1), exact, atol=0.02)
    assert frames[-1].retrieval.min() > frames[0].retrieval.max()
    assert reference(replace(spec, encoder="network")).view_cosine is None


def test_equal_embeddings_give_chance():
    spec = TwoViewsSpec(("nt_xent",), steps=10, clusters=1, spread=0.0, noise=0.0, seeds=1)
    frame = next(iter(simulate(spec)))
    assert frame.loss[0, 0] == pytest.approx(reference(spec).chance_loss, rel=1e-6)
    assert reference(spec).chance_retrieval == 1 / 255


# Specs, presets, traces


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"losses": ()}, "losses"),
        ({"losses": ("nll",)}, "losses"),
        ({"losses": ("weince", "weince")}, "losses"),
        ({"encoder": "mlp"}, "encoder"),
        ({"beta": "two"}, "beta"),
        ({"batch_size": 200}, "batch_size"),
        ({"temperature": 0.0}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"batch_size": 256, "samples": 256, "seeds": 32}, "seeds"),
        ({"steps": 10**9}, "steps"),
    ],
)
def test_a_spec_refuses_what_it_cannot_run(change, name):
    with pytest.raises(LabError) as caught:
        replace(TwoViewsSpec(), **change)
    assert caught.value.name == name


def test_a_spec_goes_through_json():
    assert TwoViewsSpec.from_json(QUICK.to_json()) == QUICK
    with pytest.raises(LabError, match=r"^spec must be"):
        TwoViewsSpec.from_json("[]")


def test_schedules_are_short():
    for steps in (10, 400, 5000):
        frames = TwoViewsSpec(steps=steps).frames
        assert len(frames) <= 81
        assert (frames[0], frames[-1]) == (0, steps)


def test_presets_say_one_sentence_each():
    assert len(PRESETS) >= 4
    for preset in PRESETS.values():
        assert preset.look_at.endswith(".")
        assert ". " not in preset.look_at


def test_failures_fail_as_their_sentence_says():
    def end(name):
        return list(simulate(replace(PRESETS[name].spec, steps=min(60, PRESETS[name].spec.steps), seeds=2)))[-1]

    warm, cold = end("clusters"), end("cold")
    assert cold.retrieval.mean() < warm.retrieval.mean() - 0.03
    assert end("noise_hides_all").retrieval.max() < 0.1
    few = end("too_few_negatives").delta_aic
    assert 0.05 < (few < PRESETS["too_few_negatives"].spec.aic_margin).mean() < 0.5
    random = end("always_weibull").delta_aic
    assert (random > 2).mean() > 0.95


def test_a_trace_comes_back_from_its_file(tmp_path):
    trace = Trace.of(QUICK, list(simulate(QUICK)))
    trace.save(tmp_path / "trace.npz")
    back = Trace.load(tmp_path / "trace.npz")
    assert back.spec == QUICK
    for name in ("steps", "seconds", *NUMBERS):
        np.testing.assert_array_equal(getattr(back, name), getattr(trace, name))
    curves = trace.table()
    row = (curves.step == 12) & (curves.seed == 1) & (curves.loss_name == "WEINCE")
    assert curves.retrieval[row] == [trace.retrieval[-1, 1, 1]]
    assert curves.lam[row] == pytest.approx([trace.lam[-1, 1, 1].mean()], rel=1e-5)


def test_a_trace_of_another_shape_is_refused(tmp_path):
    trace = Trace.of(QUICK, list(simulate(QUICK)))
    replace(trace, lam=trace.lam[..., :3]).save(tmp_path / "trace.npz")
    with pytest.raises(LabError, match=r": lam must have shape"):
        Trace.load(tmp_path / "trace.npz")
    with pytest.raises(LabError, match=r"^trace must have at least one frame"):
        Trace.of(QUICK, [])
