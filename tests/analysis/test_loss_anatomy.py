"""The terms of each loss at its defaults, put together again, are the loss; the forces are what autograd finds."""

import numpy as np
import pytest
import torch

from analysis.anatomy.heads import library_losses as head_losses
from analysis.anatomy.of_losses import anatomy, defaults
from analysis.anatomy.of_points import library_losses
from analysis.anatomy.tiny_batches import tiny_head, tiny_points, tiny_views
from losses.catalog import CATALOG
from losses.errors import LabError

SEEDS = (0, 1, 5)
HEADS = [name for name, entry in CATALOG.items() if entry.family == "class head"]


def library(loss, seed):
    """What the public function gives for the first anchor."""
    family = CATALOG[loss].family
    if family == "class head":
        return head_losses(tiny_head(seed), loss, defaults(loss).temperature, seed)[0]
    batch = tiny_views(seed) if family == "paired views" else tiny_points(seed)
    return library_losses(batch, loss, defaults(loss))[0]


def put_together(found, exponents):
    """The loss from its marks alone: the weighted sum of -log(e^above / sum e^below), of powers, or with a 1 below."""
    total = torch.zeros((), dtype=torch.float64)
    for above, below, weight in zip(found.above, found.below, found.weights, strict=True):
        above, below = torch.from_numpy(above), torch.from_numpy(below)
        log_below = (exponents - found.margin * above)[below].logsumexp(0) + found.log_density
        if found.one_below:
            log_below = torch.logaddexp(log_below, torch.zeros(()).double())
        pair = torch.stack([log_below, exponents[above].sum()])
        pair = (found.power * pair).exp() / found.power if found.power else pair
        total = total + weight * (pair[0] - pair[1])
    return total


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("loss", CATALOG)
def test_the_marked_candidates_are_the_loss(loss, seed):
    found = anatomy(loss, seed)
    exponents = torch.from_numpy(found.exponents.copy()).requires_grad_()
    total = put_together(found, exponents)
    assert total.item() == pytest.approx(library(loss, seed), rel=1e-9)
    (gradient,) = torch.autograd.grad(total, exponents)
    np.testing.assert_allclose(found.forces, gradient.numpy() * found.slopes, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("loss", CATALOG)
def test_shapes_weights_and_what_is_out(loss):
    found = anatomy(loss)
    assert found.above.shape == found.below.shape == (len(found.numerators), len(found.candidates))
    if loss == "siglip":  # a term a pair: its other view and five of the other side
        assert list(found.weights) == [1] * 6
        assert (found.below.sum(axis=1) == 1).all()
        return
    assert found.weights.sum() == pytest.approx(1)
    assert (found.above.sum(axis=1) == 1).all()
    is_density = loss in HEADS and CATALOG[loss].choosing.is_density  # its whole simplex stands below, and no target
    if is_density:
        assert (found.below != found.above).all()
    else:
        assert (found.below | ~found.above).all() == (loss not in ("dcl", "nonl"))
    assert (found.forces[found.out] == 0).all()
    assert found.out.sum() == (loss not in HEADS or loss == "nonl") * (2 if loss == "nonl" else 1)


def test_only_supcon_has_the_other_positives_below():
    assert [anatomy(loss).below.sum(axis=1).tolist() for loss in ("supcon", "sincere")] == [[8, 8], [7, 7]]
    assert any(anatomy("supcon", seed).lowered for seed in range(5))
    assert all(anatomy("sincere", seed).lowered == 0 for seed in range(20))


def test_soft_cross_entropy_has_a_term_for_each_class_with_weight():
    found = anatomy("soft_target_cross_entropy")
    np.testing.assert_allclose(found.weights, tiny_head(0).targets[0][:3])
    assert found.numerators == ("class A", "class B", "class C")


def test_the_defaults_are_the_catalogues():
    assert defaults("eps_sup_infonce").epsilon == 0.25
    assert defaults("nt_xent").temperature == 0.5
    assert defaults("weibit").beta == 4
    assert defaults("nll").temperature == 1


def test_a_seed_gives_its_batch_again():
    for loss in ("soft_distribution_infonce", "supcon", "weince"):
        np.testing.assert_array_equal(anatomy(loss, 3).forces, anatomy(loss, 3).forces)
        assert not np.array_equal(anatomy(loss, 3).scores, anatomy(loss, 4).scores)


def test_an_unknown_loss_is_refused():
    with pytest.raises(LabError, match="loss must be one of nll, "):
        anatomy("triplet")
