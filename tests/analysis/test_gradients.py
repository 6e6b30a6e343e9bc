"""Force matrices against autograd of the losses, their sums by hand, and one pair taken apart."""

import numpy as np
import pytest
import torch

import losses
from analysis.forces.batches import BatchSpec, random_batch
from analysis.forces.groups import balance
from analysis.forces.matrix import LABELLED, PAIRED, ForceMatrix, force_losses, force_matrix
from analysis.forces.pair_terms import most_repelled, pair_terms
from analysis.forces.views import other_views
from losses.catalog import CATALOG
from losses.errors import LabError
from tests.kin import KIN, of_row, soft_of_row

TAU = 0.15


@pytest.fixture
def batch():
    return random_batch(BatchSpec(classes=4, per_class=6, dimension=5, spread=0.4, seed=2))


def views(labels):
    """First views, then second: samples 2k and 2k + 1 of a class, by a loop."""
    found = []
    for label in np.unique(labels):
        of_class = np.flatnonzero(labels == label)
        found += [(of_class[k], of_class[k + 1]) for k in range(0, len(of_class) - 1, 2)]
    return np.array(found).T


def batch_loss(loss, z, labels):
    """The library's function on the whole batch; the losses of views on its views."""
    options = {"temperature": TAU} if CATALOG[loss].contrast.has_temperature else {}
    if loss in PAIRED:
        first, second = views(labels)
        return getattr(losses, loss)(z[first], z[second], **options)
    return getattr(losses, loss)(z, torch.tensor(labels), **options)


def summed_loss(loss, s, labels, lam):
    """Un-averaged losses as their papers write them, a loop over anchors; s (N, N) cosines, lam (N,) for WEINCE."""
    other = np.full(len(labels), -1)
    other[np.concatenate(views(labels))] = np.concatenate(views(labels)[::-1])
    everyone = np.flatnonzero(other >= 0) if loss in PAIRED else np.arange(len(labels))
    total = s.new_zeros(())
    for i in everyone:
        rest = [a for a in everyone if a != i]
        if loss in KIN:
            noise = [a for a in rest if a != other[i]]
            across = [a for a in noise if (other[a] > a) != (other[i] > i)]
            total = total + of_row(loss, s[i, other[i]], s[i, noise], s[i, across], TAU)
            continue
        if loss in PAIRED:
            blend = {"nt_xent": 0.0, "weibit": 1.0, "weince": lam[i]}[loss]
            beta = 4.0 if loss == "weibit" else 1.0
            scores = (1 - blend) * s[i, rest] / TAU - blend * beta * torch.log(1 - s[i, rest])
            total = total + scores.logsumexp(0) - scores[rest.index(other[i])]
            continue
        positives = [p for p in rest if labels[p] == labels[i]]
        noise = s[i, [n for n in rest if labels[n] != labels[i]]]
        if loss == "x_clr":
            total = total + (soft_of_row(s[i, positives], noise, TAU) if positives else 0)
            continue
        noise = (noise / TAU).exp().sum()
        for p in positives:
            own = s[i, p] / TAU
            margin = 0.25 if loss == "eps_sup_infonce" else 0.0
            below = (s[i, rest] / TAU).exp().sum() if loss == "supcon" else (own - margin).exp() + noise
            total = total + (below.log() - own) / len(positives)
    return total


@pytest.mark.parametrize("loss", force_losses())
def test_forces_are_the_gradient_of_the_loss(batch, loss):
    """d loss / d z_k = sum_j (F_kj + F_jk) z_j, and the loss is the mean over anchors."""
    z = torch.tensor(batch.embeddings, requires_grad=True)
    batch_loss(loss, z, batch.labels).backward()
    forces = force_matrix(batch.embeddings, batch.labels, loss, TAU).forces
    np.testing.assert_allclose((forces + forces.T) @ batch.embeddings / 24, z.grad.numpy(), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("loss", force_losses())
@pytest.mark.parametrize("seed", [0, 1])
def test_every_force_is_autograd_of_its_own_cosine(loss, seed):
    """Classes of 7, 4, 1 and 6: an odd one out, and a singleton."""
    whole = random_batch(BatchSpec(classes=4, per_class=7, dimension=5, spread=0.4, seed=seed))
    kept = [i for i in range(28) if i % 7 < (7, 4, 1, 6)[whole.labels[i]]]
    z, labels = whole.embeddings[kept], whole.labels[kept]
    first, second = (torch.from_numpy(z[places]) for places in views(labels))
    lam = np.zeros(len(labels))
    lam[np.concatenate(views(labels))] = losses.weince_diagnostics(first, second).lam
    s = torch.tensor(z @ z.T, requires_grad=True)
    summed_loss(loss, s, labels, lam).backward()
    found = force_matrix(z, labels, loss, TAU)
    np.testing.assert_allclose(found.forces, s.grad.numpy(), rtol=1e-10, atol=1e-11)
    assert not found.forces[11].any() or loss not in LABELLED  # the singleton has no positive


@pytest.mark.parametrize("loss", force_losses())
def test_a_row_of_cosines_under_one_temperature_cancels(batch, loss):
    forces = force_matrix(batch.embeddings, batch.labels, loss, TAU).forces
    cancels = np.abs(forces.sum(axis=1)).max() < 1e-12
    differ = ("weibit", "weince", "temperature_free_infonce")  # in their slopes, from pair to pair
    assert cancels == (loss not in (*differ, "rince", "siglip"))  # and these two know more than differences


def test_the_losses_of_views_see_no_class(batch):
    matrix = force_matrix(batch.embeddings, batch.labels, "nt_xent", TAU)
    assert matrix.positives.sum() == 24
    assert (matrix.forces[matrix.positives] < 0).all()
    assert (matrix.forces[matrix.same_class & ~matrix.positives] > 0).all()


def test_other_views():
    labels = np.array([0, 0, 0, 1, 2, 2, 2, 2])
    assert other_views(labels).tolist() == [1, 0, -1, -1, 5, 4, 7, 6]


def test_rows_come_sorted_by_class_whatever_the_order(batch):
    order = np.random.default_rng(0).permutation(24)
    mixed = force_matrix(batch.embeddings[order], batch.labels[order], "supcon", TAU)
    sorted_ = force_matrix(batch.embeddings, batch.labels, "supcon", TAU)
    assert np.array_equal(mixed.labels, batch.labels)
    assert np.sort(mixed.forces[mixed.same_class]) == pytest.approx(np.sort(sorted_.forces[sorted_.same_class]))
    assert balance(mixed).push_to_pull == pytest.approx(balance(sorted_).push_to_pull)


def test_sums_of_a_matrix_written_by_hand():
    forces = np.array([[0, -3.0, 1.0, 2.0], [2.0, 0, -1.0, 0.5], [0.25, 0.25, 0, -0.5], [0, 0, 0, 0]])
    found = balance(ForceMatrix("supcon", 1.0, forces, np.eye(4), np.array([0, 0, 1, 1])))
    assert (found.pairs, found.repelling) == (4, 1)
    assert (found.pull, found.push, found.noise_push) == (3.5, 2.0, 3.0)
    assert found.repelling_share == 0.25
    assert found.push_to_pull == 2.0 / 3.5


@pytest.mark.parametrize("loss", LABELLED)
def test_pull_is_paid_for_by_pushes(batch, loss):
    found = balance(force_matrix(batch.embeddings, batch.labels, loss, TAU))
    assert found.pull == pytest.approx(found.push + found.noise_push, rel=1e-12)
    assert (found.repelling > 0) == (loss in ("supcon", "x_clr"))


def test_one_positive_never_repels():
    batch = random_batch(BatchSpec(classes=10, per_class=2))
    assert balance(force_matrix(batch.embeddings, batch.labels, "supcon", TAU)).repelling == 0


def test_nothing_pulls_in_a_batch_of_one_class():
    batch = random_batch(BatchSpec(classes=1, per_class=5))
    assert balance(force_matrix(batch.embeddings, batch.labels, "sincere", TAU)).push_to_pull is None


@pytest.mark.parametrize("loss", LABELLED)
def test_a_pair_taken_apart_gives_its_force_back(batch, loss):
    matrix = force_matrix(batch.embeddings, batch.labels, loss, TAU)
    for anchor, other in ((0, 1), (7, 11), (23, 18)):
        found = pair_terms(matrix, anchor, other)
        assert found.positives == 5
        assert found.cosine == pytest.approx(batch.embeddings[anchor] @ batch.embeddings[other])
        others_below = loss in ("supcon", "x_clr")
        assert found.target == pytest.approx(1 / (5 + 18 * np.exp(-10)) if loss == "x_clr" else 1 / 5, rel=1e-14)
        expected = (found.share - found.target) / TAU if others_below else -found.noise_share / (5 * TAU)
        assert found.force == pytest.approx(expected, rel=1e-10)


def test_the_most_repelled_pair_is_of_one_class_and_has_the_largest_share(batch):
    matrix = force_matrix(batch.embeddings, batch.labels, "supcon", TAU)
    anchor, other = most_repelled(matrix)
    assert anchor != other
    assert matrix.labels[anchor] == matrix.labels[other]
    assert matrix.forces[anchor, other] == matrix.forces[matrix.same_class].max() > 0
    assert pair_terms(matrix, anchor, other).share > 1 / 5


def test_push_to_pull_grows_with_the_class_and_then_saturates():
    """8 classes in 16 dimensions at temperature 0.1 and spread 0.3: 0 with one positive, near 1/2 with many."""
    ratios = []
    for per_class in (2, 4, 8, 24, 48):
        seeds = [random_batch(BatchSpec(8, per_class, 16, 0.3, seed)) for seed in range(6)]
        found = [balance(force_matrix(one.embeddings, one.labels, "supcon", 0.1)).push_to_pull for one in seeds]
        ratios.append(np.mean(found))
    assert ratios[0] == 0
    assert np.all(np.diff(ratios[:4]) > 0.02)
    assert abs(ratios[4] - ratios[3]) < 0.02


@pytest.mark.parametrize(
    ("labels", "loss", "tau", "sentence"),
    [
        (
            [0, 0, 1],
            "nll",
            0.1,
            "^loss must be one of supcon, sincere, .*siglip, but is 'nll'",
        ),
        ([0, 0, 1], "supcon", 0.0, "^temperature must be a finite number above 0"),
        ([0, 2, 1], "supcon", 0.1, "^labels must repeat: no class has two samples"),
    ],
)
def test_mistakes_are_named(labels, loss, tau, sentence):
    with pytest.raises(LabError, match=sentence):
        force_matrix(np.eye(3), np.array(labels), loss, tau)
