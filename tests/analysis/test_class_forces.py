"""Forces on logits against autograd of the losses, their groups, and the batches they are drawn on."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import losses
from analysis.forces.batches import BatchSpec, random_batch
from analysis.forces.groups import group_sums, hard_cells, pair_groups
from analysis.forces.head_batches import HeadBatchSpec, head_split_batch, random_head_batch
from analysis.forces.matrix import force_losses, force_matrix
from analysis.forces.of_classes import CLASS_LOSSES, class_force_matrix, class_groups
from losses.catalog import CATALOG
from losses.errors import LabError

TAU = 0.7


@pytest.fixture
def batch():
    return random_head_batch(HeadBatchSpec(classes=5, per_class=4, softness=0.4, seed=3))


@pytest.mark.parametrize("loss", CLASS_LOSSES)
def test_forces_are_autograd_of_the_loss(batch, loss):
    """Summed over the batch; soft distribution InfoNCE draws the same labels by the same seed."""
    f = torch.tensor(batch.logits, requires_grad=True)
    soft = CATALOG[loss].choosing.soft
    answers = [torch.tensor(batch.targets if soft else batch.labels)]
    if loss.endswith("infonce"):
        answers.append(torch.full((5,), 0.2, dtype=torch.float64))
    drawn = {"generator": torch.Generator().manual_seed(8)} if loss == "soft_distribution_infonce" else {}
    getattr(losses, loss)(f, *answers, temperature=TAU, reduction="none", **drawn).sum().backward()
    found = class_force_matrix(batch, loss, TAU, seed=8)
    np.testing.assert_allclose(found.forces, f.grad.numpy(), rtol=1e-10, atol=1e-13)
    axis = 0 if CATALOG[loss].choosing.by_column else 1
    assert np.abs(found.forces.sum(axis=axis)).max() < 2e-13


def test_another_seed_draws_other_labels_and_moves_nothing_else(batch):
    first, second = (class_force_matrix(batch, "soft_distribution_infonce", TAU, seed) for seed in (0, 1))
    assert not np.array_equal(first.targets, second.targets)
    assert (first.targets.sum(axis=1) == 1).all()
    assert np.array_equal(*(class_force_matrix(batch, "nll", TAU, seed).forces for seed in (0, 1)))


def test_with_balanced_classes_label_infonce_is_nll(batch):
    nll, label = (class_force_matrix(batch, loss, TAU).forces for loss in ("nll", "label_infonce"))
    np.testing.assert_allclose(nll, label, atol=1e-14)


def test_the_groups_of_logits_are_disjoint_and_complete(batch):
    matrix = class_force_matrix(batch, "soft_target_infonce", TAU)
    masks = class_groups(matrix, 0.8)
    assert np.array_equal(sum(mask.astype(int) for mask in masks.values()), np.ones((20, 5)))
    assert masks["own class"].sum() == 20
    hard, easy = masks["hard other classes"], masks["easy other classes"]
    assert matrix.logits[hard].min() >= matrix.logits[easy].max()
    assert hard.sum() == 16


@pytest.mark.parametrize("loss", force_losses())
def test_the_groups_of_pairs_add_up_to_the_matrix(loss):
    batch = random_batch(BatchSpec(classes=4, per_class=6, dimension=5, spread=0.4, seed=2, singletons=3))
    matrix = force_matrix(batch.embeddings, batch.labels, loss, 0.2)
    masks = pair_groups(matrix, 0.9)
    assert np.array_equal(sum(mask.astype(int) for mask in masks.values()), ~np.eye(27, dtype=bool))
    sums = group_sums(matrix.forces, masks)
    assert sum(one.net for one in sums) == pytest.approx(matrix.forces.sum(), abs=1e-10)
    assert sum(one.cells for one in sums) == 27 * 26
    assert all(one.pull >= 0 and one.push >= 0 and one.repelling <= one.cells for one in sums)
    assert [one.group for one in sums] == ["positives", "same class, not positive", "hard noise", "easy noise"]
    assert (sums[1].cells > 0) == (CATALOG[loss].family == "paired views")


def test_a_sum_by_hand():
    forces = np.array([[0.0, -3.0], [2.0, 0.5]])
    (found,) = group_sums(forces, {"all": np.ones((2, 2), dtype=bool)})
    assert (found.cells, found.repelling, found.pull, found.push, found.net) == (4, 2, 3.0, 2.5, -0.5)


def test_no_noise_is_no_hard_noise_and_a_bad_quantile_is_named():
    nothing = np.zeros((2, 2), dtype=bool)
    assert not hard_cells(np.ones((2, 2)), nothing, 0.9).any()
    with pytest.raises(LabError, match=r"^hard quantile must lie in 0 to 1, but is 1.5"):
        hard_cells(np.ones((2, 2)), ~nothing, 1.5)


def test_singletons_come_last_and_leave_the_clusters_as_they_were():
    plain, more = random_batch(BatchSpec(3, 4)), random_batch(BatchSpec(3, 4, singletons=2))
    assert np.array_equal(more.embeddings[:12], plain.embeddings)
    assert more.labels.tolist() == [*plain.labels, 3, 4]
    assert np.linalg.norm(more.embeddings[12:], axis=1) == pytest.approx([1, 1])


def test_targets_are_as_soft_as_asked():
    hard = random_head_batch(HeadBatchSpec(softness=0.0))
    assert np.array_equal(hard.targets, np.eye(8)[hard.labels])
    soft = random_head_batch(HeadBatchSpec(softness=0.5))
    assert soft.targets.sum(axis=1) == pytest.approx(np.ones(64))
    assert (soft.targets[np.arange(64), soft.labels] >= 0.5).all()


def test_mistakes_are_named(batch, clustered):
    with pytest.raises(LabError, match=r"^loss must be one of nll, .* but is 'supcon'"):
        class_force_matrix(batch, "supcon", TAU)
    with pytest.raises(LabError, match=r"^temperature must be a finite number above 0"):
        class_force_matrix(batch, "nll", 0.0)
    for change, sentence in (
        ({"classes": 1}, "^classes must be at least 2"),
        ({"softness": 2.0}, "^softness must lie"),
    ):
        with pytest.raises(LabError, match=sentence):
            HeadBatchSpec(**change)
    headless = replace(clustered(classes=3, test=30).test, logits=None)
    with pytest.raises(LabError, match=r"^logits must be there"):
        head_split_batch(headless, ("a", "b", "c"), classes=2, per_class=2, softness=0.1, seed=0)
