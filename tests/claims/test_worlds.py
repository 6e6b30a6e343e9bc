"""Claims on toy worlds, each held against another path: scipy, a sum over all tuples, a double loop."""

import itertools

import numpy as np
import pytest
from scipy import integrate, optimize
from scipy.special import logsumexp, softmax

from analysis.forces.sampling import SamplingSpec, random_batch
from claims.catalogue import (
    categorical_floor,
    class_size,
    kl_bound,
    repelling_pairs,
    sampled_labels,
    softmax_floor,
    two_coordinates,
)
from claims.claim import Effort
from toy_models.noise_floor import NoiseFloorSpec


def watch(done, total):
    assert 0 <= done <= total


@pytest.fixture(scope="module")
def grid():
    """The simplex world at concentration 1 by its definition: labels (G, 3) and log p(w|x) (X, G), on a coarse x."""
    side = 60
    steps = [(a, b, side - a - b) for a in range(side + 1) for b in range(side + 1 - a)]
    labels = (np.array(steps) + 0.5) / (side + 1.5)
    x = (2 * np.arange(60) + 1) / 60 - 1
    tilt = 6 * np.cos(np.pi * x[:, None] - 2 * np.pi / 3 * np.arange(3))
    scores = tilt @ labels.T
    return labels, scores - logsumexp(scores, axis=1, keepdims=True)


def kl_of(log_p, log_q):
    return float((np.exp(log_p) * (log_p - log_q)).sum(axis=1).mean())


def implied(labels, logits):
    scores = logits @ labels.T
    return scores - logsumexp(scores, axis=1, keepdims=True)


def test_floors_of_the_simplex_are_scipys(grid):
    labels, log_p = grid
    found = categorical_floor.floors(1.0)
    means = np.exp(log_p) @ labels
    assert found["soft_target_cross_entropy density"] == pytest.approx(kl_of(log_p, implied(labels, np.log(means))))
    log_measure = logsumexp(log_p, axis=0) - np.log(60) - labels @ np.log(means.mean(axis=0))

    def optimum(mean):
        def risk(f):
            return logsumexp(log_measure + labels @ f) - mean @ f, softmax(log_measure + labels @ f) @ labels - mean

        return optimize.minimize(risk, np.zeros(3), jac=True, method="BFGS", options={"gtol": 1e-8}).x

    logits = np.array([optimum(mean) for mean in means])
    assert found["soft_target_infonce density"] == pytest.approx(kl_of(log_p, implied(labels, logits)), abs=1e-6)
    assert found["soft_target_infonce mean"] == pytest.approx(
        kl_of(np.log(means), np.log(softmax(logits, axis=1))), abs=1e-6
    )
    assert found["soft_target_infonce_exact_noise density"] == pytest.approx(0, abs=1e-8)
    assert found["soft_target_infonce_exact_noise mean"] == pytest.approx(1.0868, abs=5e-5)


def test_the_likelihood_of_another_family_keeps_a_floor():
    found = categorical_floor.floors(3.0)
    assert found["likelihood density"] > 0.1
    assert found["likelihood own mean"] == pytest.approx(0, abs=1e-8)


def test_costs_of_drawing_are_sums_over_all_label_tuples():
    spec = SamplingSpec(samples=4, classes=3, softness=0.5, seed=7)
    batch = random_batch(spec)
    targets, scores = batch.targets.numpy(), (batch.logits - batch.prior.log()).numpy()

    def infonce(candidates):
        """Loss and gradient by f of candidates (N, K), of which each row's own is its positive."""
        logits = scores @ candidates.T  # (N, N)
        share = softmax(logits, axis=1)
        return (logsumexp(logits, axis=1) - np.diag(logits)).mean(), (share @ candidates - candidates) / len(scores)

    soft_value, soft_gradient = infonce(targets)
    value, gradient, square = 0.0, np.zeros_like(targets), 0.0
    for labels in itertools.product(range(3), repeat=4):
        weight = np.prod([targets[row, label] for row, label in enumerate(labels)])
        of_labels = infonce(np.eye(3)[list(labels)])
        value, gradient = value + weight * of_labels[0], gradient + weight * of_labels[1]
        square += weight * (of_labels[1] ** 2).sum()
    length = np.linalg.norm(soft_gradient)
    expected = (
        0.0,
        0.0,
        value - soft_value,
        np.linalg.norm(gradient - soft_gradient) / length,
        (square - (gradient**2).sum()) ** 0.5 / length,
    )
    assert sampled_labels.costs(spec) == pytest.approx(expected, abs=1e-12)


def value_bias(samples, seed, draws=400):
    """Of InfoNCE on drawn labels against the soft loss, nats, by drawing them."""
    batch = random_batch(SamplingSpec(samples=samples, classes=4, softness=0.5, seed=seed))
    logits, targets = (each.detach().numpy() for each in (batch.logits, batch.targets))
    rng = np.random.default_rng(seed)
    labels = [(rng.random((samples, 1)) > targets.cumsum(axis=1)).sum(axis=1) for _ in range(draws)]
    every = [targets, *(np.eye(4)[drawn.clip(max=3)] for drawn in labels)]
    scores = [logits @ weights.T - (weights @ np.log(targets.mean(axis=0))) for weights in every]
    values = [(logsumexp(each, axis=1) - np.diag(each)).mean() for each in scores]
    return np.mean(values[1:]) - values[0]


def test_a_larger_batch_does_not_cure_the_bias_of_drawn_labels_as_the_caveat_says():
    small, large = (np.mean([value_bias(samples, seed) for seed in range(24)]) for samples in (5, 64))
    assert small > 0.2
    assert large > 0.8 * small


def test_repelling_pairs_are_counted_pair_by_pair():
    from toy_models.repulsion import RepulsionSpec, simulate

    frames = list(simulate(RepulsionSpec(losses=("supcon", "sincere"), seeds=1, steps=10)))
    for frame in frames[::4]:
        z, labels = frame.positions[0], np.repeat(np.arange(4), 8)
        repel = 0
        for i in range(len(z)):
            weights = [np.exp(z[i] @ z[j] / 0.1) if j != i else 0.0 for j in range(len(z))]
            repel += sum(weights[j] / sum(weights) > 1 / 7 for j in range(len(z)) if j != i and labels[j] == labels[i])
        assert frame.repelling_share[0, 0] == pytest.approx(repel / (32 * 7))
    assert all(frame.repelling_share[1] == 0 for frame in frames)


def test_repelling_pairs_of_an_encoder_are_those_of_its_embeddings():
    found = repelling_pairs.of_encoder("supcon", 2, 0, lambda _: None)
    assert ((found[:, 0] > 0) & (found[:, 0] < found[:, 1])).all()
    assert (repelling_pairs.of_encoder("sincere", 2, 0, lambda _: None)[:, 0] == 0).all()


def by_loops(z, labels, temperature):
    push = pull = 0.0
    for i in range(len(z)):
        weights = np.exp((z @ z[i] - 1) / temperature)
        weights[i] = 0
        positives = [j for j in range(len(z)) if j != i and labels[j] == labels[i]]
        for j in positives:
            force = weights[j] / weights.sum() - 1 / len(positives)
            push, pull = push + max(force, 0.0), pull + max(-force, 0.0)
    return push / pull


def test_push_over_pull_is_that_of_clusters_drawn_otherwise():
    findings = class_size.measure(Effort.QUICK, 0, watch)
    rng, sizes = np.random.default_rng(4), {2: [], 8: []}
    for _ in range(10):
        centres = rng.standard_normal((8, 1, 16))
        centres /= np.linalg.norm(centres, axis=2, keepdims=True)
        points = centres + 0.3 * rng.standard_normal((8, 8, 16))
        points /= np.linalg.norm(points, axis=2, keepdims=True)
        for size, found in sizes.items():
            found.append(by_loops(points[:, :size].reshape(-1, 16), np.repeat(np.arange(8), size), 0.1))
    added = np.subtract(sizes[8], sizes[2])
    found = findings.numbers["small"]
    error = np.hypot(found.error, added.std(ddof=1) / len(added) ** 0.5)
    assert abs(found.value - added.mean()) < 4 * error
    assert findings.numbers["warm"].value == 0


@pytest.mark.parametrize(("distance", "published"), [(0.3, 0.6712), (1.0, None)])
def test_the_bounded_loss_is_quadratures_with_one_noise_sample(distance, published):
    def integrand(y, x):
        density = np.exp(-(x**2 + (y - distance) ** 2) / 2) / (2 * np.pi)
        return density * np.logaddexp(0, distance * (x - y))

    exact = integrate.dblquad(integrand, -8, 8, -8, 9, epsabs=1e-6)[0]
    assert published is None or exact == pytest.approx(published, abs=2e-3)
    rng = np.random.default_rng(0)
    found = kl_bound.block_losses(kl_bound.exact_critic(distance), distance, 1, 40, rng)
    assert abs(found.mean() - exact) < 4 * found.std(ddof=1) / 40**0.5
    assert kl_bound.bounds(distance, 1)[2] == pytest.approx(np.log(2) - distance**2 / 2)


def test_a_loss_below_its_bound_would_be_seen(monkeypatch):
    """A false claim: with the divergence left out, the bound is the chance level, and the loss lies below it."""
    monkeypatch.setattr(kl_bound, "bounds", lambda distance, noise: (np.log(noise + 1),) * 3)
    monkeypatch.setattr(kl_bound, "DRAWS", 200)
    from analysis.rules.kinds import Outcome
    from analysis.rules.verdict import judge

    found = judge(kl_bound.CLAIM.parts, kl_bound.measure(Effort.QUICK, 0, watch).numbers)
    assert {each.outcome for each in found[:4]} == {Outcome.FAILS}


def test_a_trained_critic_is_near_the_exact_one():
    a, b = kl_bound.trained_critic(1.0, 31, np.random.default_rng(3))
    assert (a, b) == pytest.approx(kl_bound.exact_critic(1.0), abs=0.15)


def test_squared_errors_are_those_of_scipys_fits(monkeypatch):
    monkeypatch.setattr(softmax_floor, "EACH", 3)
    spec = NoiseFloorSpec(draws=(500,))
    found = softmax_floor.squared_errors(spec, np.random.default_rng(5))
    scores = np.array(spec.scores)
    weights = (1 - scores) ** -0.8
    counts = np.random.default_rng(5).multinomial(500, weights / weights.sum(), size=3)
    for row, x in enumerate((-np.log(1 - scores), scores)):
        slopes = [
            optimize.minimize_scalar(lambda b, c=c, x=x: c.sum() * logsumexp(b * x) - b * c @ x).x for c in counts
        ]
        errors = [(slope * (x[-1] - x[0]) - 1.712053) ** 2 for slope in slopes]
        assert found[row, 0] == pytest.approx(np.mean(errors), rel=1e-4)


def test_the_theory_of_the_floor_is_the_authors():
    assert softmax_floor.measure(Effort.QUICK, 0, watch).numbers["theory"].value == pytest.approx(0.045151, abs=1e-6)


def test_the_least_gap_of_the_coordinates_is_a_linear_programmes():
    s = np.linspace(0, 0.9, 2001)
    curve = -np.log1p(-s)
    # minimise t subject to |slope s + c - curve| <= t
    rows = np.stack([s, np.ones_like(s), -np.ones_like(s)], axis=1)
    table = np.concatenate([rows, rows * [-1, -1, 1]])
    found = optimize.linprog([0, 0, 1], table, np.concatenate([curve, -curve]), bounds=[(None, None)] * 3)
    assert two_coordinates.least_gap(0.0, 0.9) == pytest.approx(found.fun, abs=1e-6)


def test_the_least_divergence_is_scipys():
    scores = np.array(two_coordinates.SCORES)
    p = (1 - scores) ** -0.8
    p /= p.sum()
    best = optimize.minimize_scalar(lambda b: p @ (np.log(p) - b * scores + logsumexp(b * scores)))
    divergence, temperature = two_coordinates.least_divergence(scores, 0.8)
    assert divergence == pytest.approx(best.fun)
    assert temperature == pytest.approx(1 / best.x, rel=1e-4)
