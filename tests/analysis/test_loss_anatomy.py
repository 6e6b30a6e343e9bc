"""The terms of each loss, put together again, are the loss; the forces are what autograd finds in them."""

import numpy as np
import pytest
import torch

import losses
from analysis.loss_anatomy import anatomy, default
from analysis.tiny_batches import class_head_batch, embedding_batch
from losses.catalog import CATALOG
from losses.errors import LabError

SEEDS = (0, 1, 5)


def coordinate(loss, cosines, seed):
    """What stands in the exponents, from the cosines or scores of the anatomy."""
    if loss == "weibit":
        return -default(loss, "beta") * torch.log(1 - cosines)
    if loss == "weince":
        lam = losses.weince_diagnostics(*embedding_batch("paired views", seed).embeddings.chunk(2)).lam[0]
        return (1 - lam) * cosines / default(loss, "temperature") - lam * torch.log(1 - cosines)
    return cosines / default(loss, "temperature") if CATALOG[loss].family != "class head" else cosines


def put_together(loss, found, scores, seed):
    """The loss from its marks alone: the weighted sum of -log(e^above / sum e^below)."""
    exponents = coordinate(loss, scores.where(torch.from_numpy(~found.out), 0), seed)
    total = torch.zeros((), dtype=torch.float64)
    for above, below, weight in zip(found.above, found.below, found.weights, strict=True):
        above, below = torch.from_numpy(above), torch.from_numpy(below)
        margin = default(loss, "epsilon") * above if loss == "eps_sup_infonce" else 0
        total = total - weight * (exponents[above].sum() - (exponents - margin)[below].logsumexp(0))
    return total


def public(loss, seed):
    """The library's own loss of the first anchor."""
    function, family = getattr(losses, loss), CATALOG[loss].family
    if family == "paired views":
        return function(*embedding_batch(family, seed).embeddings.chunk(2), reduction="none")[0]
    if family == "labelled embeddings":
        batch = embedding_batch(family, seed)
        return function(batch.embeddings, batch.labels, reduction="none")[0]
    logits, targets = class_head_batch(loss, seed)
    given = targets.argmax(dim=1) if loss in ("nll", "label_infonce") else targets
    prior = (targets.mean(dim=0),) if loss.endswith("infonce") else ()
    return function(logits, given, *prior, reduction="none")[0]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("loss", CATALOG)
def test_the_marked_candidates_are_the_loss(loss, seed):
    found = anatomy(loss, seed)
    scores = torch.from_numpy(found.scores.copy()).requires_grad_()
    total = put_together(loss, found, scores, seed)
    assert total.item() == pytest.approx(public(loss, seed).item(), rel=1e-9)
    (gradient,) = torch.autograd.grad(total, scores)
    np.testing.assert_allclose(found.forces, gradient, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("loss", CATALOG)
def test_shapes_weights_and_what_is_out(loss):
    found = anatomy(loss)
    assert found.above.shape == found.below.shape == (len(found.terms), len(found.candidates))
    assert found.weights.sum() == pytest.approx(1)
    assert (found.above.sum(axis=1) == 1).all()
    assert (found.below | ~found.above).all()
    assert (found.forces[found.out] == 0).all()
    assert found.out.sum() == (CATALOG[loss].family != "class head")


def test_only_supcon_has_the_other_positives_below():
    assert [anatomy(loss).below.sum(axis=1).tolist() for loss in ("supcon", "sincere")] == [[8, 8], [7, 7]]
    assert anatomy("supcon").lowered > 0
    assert all(anatomy("sincere", seed).lowered == 0 for seed in range(20))


def test_soft_cross_entropy_has_a_term_for_each_class_with_weight():
    found = anatomy("soft_target_cross_entropy")
    np.testing.assert_array_equal(found.weights, class_head_batch(found.loss, 0)[1][0, :3])
    assert found.terms == ("class A", "class B", "class C")


def test_a_seed_gives_its_batch_again():
    for loss in ("soft_distribution_infonce", "supcon", "weince"):
        np.testing.assert_array_equal(anatomy(loss, 3).forces, anatomy(loss, 3).forces)
        assert not np.array_equal(anatomy(loss, 3).scores, anatomy(loss, 4).scores)


def test_an_unknown_loss_is_refused():
    with pytest.raises(LabError, match="loss must be one of nll, "):
        anatomy("triplet")
