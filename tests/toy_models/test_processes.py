"""The processes on the plane: laws by loops, quadrature by scipy, closed-form optima, training that reaches them."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from torch import Generator

from toy_models.simplex import LOSSES, SimplexSpec, by_mean, reference, simulate
from toy_models.simplex.contrast import Contrast
from toy_models.simplex.mixup import beta_rule
from toy_models.simplex.objectives import OBJECTIVES, Candidates
from toy_models.simplex.processes import gaussians, process_of, world_of
from toy_models.simplex.sampling import Sampler
from toy_models.simplex.spec import PROCESSES
from toy_models.simplex.world import SimplexWorld

PLANE = [name for name in PROCESSES if name != "tilted"]
ODD = {"imbalance": 3.0, "flipped": 0.2, "annotators": 3, "mixup": 0.7, "spread": 1.2}
POINTS = [(0.3, -0.8), (-1.5, 2.0), (4.0, 0.1)]


def spec_of(labels, **changes):
    return SimplexSpec(labels=labels, **{**ODD, **changes})


def normal(x, mean, variance=1.0):
    return math.exp(-sum((a - b) ** 2 for a, b in zip(x, mean, strict=True)) / (2 * variance)) / variance


def by_hand(spec):
    """Means, frequencies and label table, from the words of the spec."""
    means = [
        (spec.spread * math.cos(t), spec.spread * math.sin(t))
        for t in (math.pi * (1 / 2 + 2 * k / 3) for k in range(3))
    ]
    total = spec.imbalance + 2
    frequencies = [spec.imbalance / total, 1 / total, 1 / total]
    named = [[1 - spec.flipped, spec.flipped / 2, spec.flipped / 2], [0, 1, 0], [0, 0, 1]]
    return means, frequencies, named


def posterior(spec, x):
    means, frequencies, named = by_hand(spec)
    joint = [
        sum(f * normal(x, m) * row[c] for m, f, row in zip(means, frequencies, named, strict=True)) for c in range(3)
    ]
    return [each / sum(joint) for each in joint]


@pytest.mark.parametrize("x", POINTS)
def test_the_posterior_and_annotators_by_loops(x):
    spec = spec_of("annotators")
    p, process = posterior(spec, x), process_of(spec)
    at = torch.tensor([x], dtype=torch.float64)
    np.testing.assert_allclose(gaussians(spec).log_posterior(at).exp()[0], p, rtol=1e-10)
    for counts, log_density in zip(process.counts.tolist(), process.log_density(at)[0].tolist(), strict=True):
        ways = math.factorial(3) / math.prod(math.factorial(n) for n in counts)
        assert math.exp(log_density) == pytest.approx(ways * math.prod(a**n for a, n in zip(p, counts, strict=True)))
    assert float(process.log_base.exp().sum()) == pytest.approx(1)


def moment(strength, order):
    """E[lambda^order] of Beta(strength, strength)."""
    return math.prod((strength + i) / (2 * strength + i) for i in range(order))


@pytest.mark.parametrize("strength", [0.05, 0.5, 1.0, 4.0])
def test_the_rule_has_the_moments_of_the_beta(strength):
    nodes, weights = beta_rule(strength, 32)
    for order in (0, 1, 2, 5, 40):
        assert float(weights @ nodes**order) == pytest.approx(moment(strength, order), rel=1e-9)
    np.testing.assert_allclose(nodes.flip(0), 1 - nodes, atol=1e-12)


@pytest.mark.parametrize("x", POINTS)
def test_a_mixed_label_by_adaptive_quadrature(x):
    """The probability of each corner and edge at x, integrated over a continuous lambda by scipy."""
    spec = spec_of("mixup", mixup=1.5)
    means, frequencies, named = by_hand(spec)
    joint, mean = np.zeros((3, 3)), np.zeros(3)
    for z in range(3):
        for other in range(3):

            def density(share, z=z, other=other):
                middle = [share * a + (1 - share) * b for a, b in zip(means[z], means[other], strict=True)]
                beta = math.sqrt(share * (1 - share)) * 8 / math.pi  # of Beta(3/2, 3/2)
                return beta * normal(x, middle, share**2 + (1 - share) ** 2)

            both = frequencies[z] * frequencies[other]
            mass, mixed = (both * quad(f, 0, 1)[0] for f in (density, lambda share: share * density(share)))
            joint += mass * np.outer(named[z], named[other])
            mean += mixed * np.array(named[z]) + (mass - mixed) * np.array(named[other])
    mean, joint = mean / joint.sum(), joint / joint.sum()
    found = process_of(spec).log_density(torch.tensor([x], dtype=torch.float64))[0].exp()
    np.testing.assert_allclose(found[:3], joint.diagonal(), rtol=1e-5)
    np.testing.assert_allclose(found @ process_of(spec).labels, mean, rtol=1e-5)
    for edge, (a, b) in enumerate(((0, 1), (0, 2), (1, 2))):
        assert float(found[3 + 32 * edge :][:32].sum()) == pytest.approx(joint[a, b] + joint[b, a], rel=1e-5)


@pytest.mark.parametrize("labels", PLANE)
def test_what_is_drawn_has_the_law_of_the_sums(labels):
    """Means of w, of w x, and of w where x1 > 0, of 200,000 samples: 0.012 is over four standard errors of each."""
    world = world_of(spec_of(labels))
    batch = Sampler(world, torch.device("cpu")).draw([Generator().manual_seed(1)], 200_000)
    x, w = batch.inputs[0].double(), batch.targets[0].double()
    for of_x in (
        lambda x: x[:, :1] * 0 + 1,
        lambda x: x[:, :1],
        lambda x: x[:, 1:],
        lambda x: (2 * x[:, :1]).sigmoid(),
    ):
        expected = world.mean(world.mean_labels * of_x(world.positions))
        torch.testing.assert_close((w * of_x(x)).mean(dim=0), expected, rtol=0, atol=0.012)
    argmax = torch.nn.functional.one_hot(batch.argmax_labels[0], 3).double().mean(dim=0)
    torch.testing.assert_close(argmax, world.mean(world.argmax_probs), rtol=0, atol=0.006)


@pytest.mark.parametrize("labels", PLANE)
def test_a_finer_rule_changes_nothing(labels):
    process = process_of(spec_of(labels))
    fine, finer = SimplexWorld.of(process), SimplexWorld(process, *process.quadrature(61))
    assert fine.mutual_information == pytest.approx(finer.mutual_information, abs=1e-4)
    torch.testing.assert_close(fine.log_marginal, finer.log_marginal, rtol=0, atol=1e-3)
    assert fine.thinned().mutual_information == pytest.approx(finer.mutual_information, abs=5e-3)


# Optima


def optima(spec):
    """The optimum of each loss as softmax probabilities and as logits whose rows sum to 0, and p(c|x)."""
    answer = reference(spec)
    logits = dict(zip(spec.losses, torch.from_numpy(answer.optima), strict=True))
    return logits, gaussians(spec).log_posterior(world_of(spec).positions)


def centred(logits):
    return logits - logits.mean(dim=1, keepdim=True)


@pytest.mark.parametrize("imbalance", [1.0, 4.0])
def test_hard_labels_give_every_loss_the_posterior(imbalance):
    logits, log_p = optima(spec_of("hard", imbalance=imbalance))
    for name in LOSSES:
        is_density = OBJECTIVES[name].candidates is Candidates.SIMPLEX
        found = torch.from_numpy(by_mean(name, logits[name].numpy())) if is_density else logits[name].softmax(dim=1)
        torch.testing.assert_close(found, log_p.exp(), rtol=0, atol=1e-7, msg=name)


def test_smoothing_has_the_closed_forms():
    spec = SimplexSpec(labels="smoothing", epsilon=0.3)
    logits, log_p = optima(spec)
    smoothed = 0.7 * log_p.exp() + 0.1
    common = log_p.min(dim=1).values > -12  # farther out p is 1 or 0 to the digits a moment has
    for name in ("soft_target_cross_entropy", "soft_distribution_infonce"):
        torch.testing.assert_close(logits[name].softmax(dim=1), smoothed, rtol=0, atol=1e-9)
    for name in ("soft_target_infonce", "soft_target_infonce_exact_noise"):
        found = centred(logits[name])[common]
        torch.testing.assert_close(found, centred(log_p / 0.7)[common], rtol=0, atol=1e-4)
    torch.testing.assert_close(logits["nll"].softmax(dim=1), log_p.exp(), rtol=0, atol=1e-7)


def test_the_exact_noise_finds_the_annotators():
    logits, log_p = optima(spec_of("annotators"))
    common = log_p.min(dim=1).values > -6
    found = centred(logits["soft_target_infonce_exact_noise"])[common]
    torch.testing.assert_close(found, centred(3 * log_p)[common], rtol=0, atol=1e-4)


@pytest.mark.parametrize("labels", PLANE)
def test_floors_say_who_can_know_what(labels):
    spec = spec_of(labels, batch_size=64)
    answer = reference(spec)
    floors = dict(zip(LOSSES, answer.floors, strict=True))
    exact = floors["soft_target_infonce_exact_noise"]
    assert floors["soft_target_cross_entropy"].kl_mean == pytest.approx(0, abs=1e-9)
    assert all(floor.information_bound <= answer.mutual_information + 1e-9 for floor in answer.floors)
    assert all(floor.kl_density >= exact.kl_density - 1e-9 for floor in answer.floors)
    assert (exact.kl_density < 1e-8) == (labels != "mixup")
    unmoved = {"hard": 7, "smoothing": 7, "annotators": 6, "mixup": 5}[labels]
    assert sum(a == b for a, b in zip(answer.floors, answer.batch_floors, strict=True)) == unmoved


@pytest.mark.parametrize("labels", ["hard", "smoothing"])
def test_training_reaches_the_closed_forms(labels):
    """Two seeds each. 800 steps of batch 128 leave each divergence within 0.01 nats where its floor is 0.

    The other column of a smoothed label has logits 1 / (1 - epsilon) too large in its optimum, far out on the plane
    too, where few samples fall: no network follows there in 800 steps, and it is not asked for.
    """
    spec = SimplexSpec(labels=labels, steps=800, seeds=2, batch_size=128)
    last, floors = list(simulate(spec))[-1], reference(spec).floors
    for row, floor in enumerate(floors):
        for metric in ("kl_density", "kl_mean"):
            if getattr(floor, metric) < 1e-6:
                assert getattr(last, metric)[row].max() < 0.01, (LOSSES[spec.losses[row]], metric)
    everyone = ("label_infonce", "nll", "soft_target_cross_entropy", "soft_distribution_infonce")
    right = ("soft_target_infonce", "soft_target_infonce_exact_noise", *(everyone if labels == "hard" else ()))
    assert max(last.kl_density[spec.losses.index(name)].max() for name in right) < 0.01


# Batches


def losses_of(labels, logits_of, draws=1):
    """All losses (draws, L) on batches of 64 that share x and w and differ in the sampled labels alone."""
    world = world_of(spec_of(labels))
    batch = Sampler(world, torch.device("cpu")).draw([Generator().manual_seed(0)], 64)
    contrast = Contrast(list(OBJECTIVES.values()), world, torch.device("cpu"))
    generator, found = Generator().manual_seed(1), []
    for _ in range(draws):
        sampled = batch.targets[0].multinomial(1, generator=generator).T
        found.append(contrast(logits_of(batch), batch._replace(sampled_labels=sampled))[0][:, 0])
    return torch.stack(found).double()


@pytest.mark.parametrize("labels", ["smoothing", "annotators", "mixup"])
@pytest.mark.parametrize("scale", [0.3, 2.0])
def test_jensen_sampling_labels_first_costs_more(labels, scale):
    """Soft distribution InfoNCE is above soft target InfoNCE in expectation over the labels: 300 draws, 4 errors."""

    def logits_of(batch):
        return scale * torch.randn(1, 1, 64, 3, generator=Generator().manual_seed(5)).expand(len(LOSSES), -1, -1, -1)

    found = losses_of(labels, logits_of, draws=300)
    sampled, target = found[:, 3], found[0, 4]
    error = sampled.std() / math.sqrt(len(sampled))
    assert sampled.mean() - target > 4 * error


def test_jensen_is_an_equality_for_hard_labels():
    def logits_of(batch):
        return torch.randn(1, 1, 64, 3, generator=Generator().manual_seed(5)).expand(len(LOSSES), -1, -1, -1)

    found = losses_of("hard", logits_of)[0]
    assert found[3] == pytest.approx(float(found[4]), rel=1e-5)
    assert found[1] == pytest.approx(float(found[3]), rel=1e-6)


@pytest.mark.parametrize("labels", PLANE)
def test_same_spec_same_numbers_and_more_seeds_leave_the_first(labels):
    spec = spec_of(labels, steps=10, batch_size=16, hidden=8, seeds=2)
    once, again = (list(simulate(spec))[-1] for _ in range(2))
    np.testing.assert_array_equal(once.logits, again.logits)
    alone = list(simulate(replace(spec, seeds=1)))[-1]
    np.testing.assert_allclose(alone.logits[:, 0], once.logits[:, 0], rtol=1e-4, atol=1e-5)
