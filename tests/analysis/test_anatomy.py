"""The anatomy's numbers against the library's losses, autograd of them, and the closed-form derivatives."""

import numpy as np
import pytest
import torch

import losses
from analysis.anatomy.heads import HeadBatch, given_targets, head_anatomy
from analysis.anatomy.heads import library_losses as head_losses
from analysis.anatomy.of_points import library_losses, point_anatomy
from analysis.anatomy.parts import ABOVE, BELOW, OUT
from analysis.anatomy.points import PointBatch, Settings
from losses import forces as closed_forms
from losses.catalog import CATALOG
from losses.errors import LabError

HEADS = [name for name, entry in CATALOG.items() if entry.family == "class head"]
EMBEDDINGS = [name for name in CATALOG if name not in HEADS]
SETTINGS = Settings(temperature=0.2, epsilon=0.4, beta=3.0)
MIXED = PointBatch(tuple("BACABBAACC"), (10, 40, 95, 130, 150, 171, 200, 260, 280, 333))


def drawn_head(seed):
    rng = np.random.default_rng(seed)
    targets = rng.dirichlet(np.full(3, 0.7), 5)
    return HeadBatch(tuple(map(tuple, rng.normal(size=(5, 3)))), tuple(map(tuple, targets)))


def by_similarity(loss, batch):
    """d loss_i / d s_ij by autograd of the library's plain formula: the anchor's own new coordinate takes it."""
    length = 1e-9
    z = torch.tensor(np.hstack([batch.embeddings, length * np.eye(len(batch.classes))]), requires_grad=True)
    labels = torch.from_numpy(batch.labels)
    order = np.arange(len(labels))
    if CATALOG[loss].family == "paired views":
        first = np.flatnonzero(batch.other_views > order)
        order = np.concatenate([first, batch.other_views[first]])
        inputs = z[order].chunk(2)
    else:
        inputs = z, labels
    keywords = {name: getattr(SETTINGS, name, value) for name, value in CATALOG[loss].defaults.items()}
    values = getattr(losses, loss)(*inputs, **keywords, reduction="none", plain=True)
    found = np.zeros((len(labels), len(labels)))
    for anchor, value in zip(order, values, strict=True):
        (gradient,) = torch.autograd.grad(value, z, retain_graph=True)
        found[anchor] = gradient[:, 2 + anchor] / length
        found[anchor, anchor] = 0
    return found


@pytest.mark.parametrize("loss", EMBEDDINGS)
def test_terms_are_the_librarys_loss_and_forces_are_autograds(loss):
    truth, gradient = library_losses(MIXED, loss, SETTINGS), by_similarity(loss, MIXED)
    for anchor in range(len(MIXED.classes)):
        found = point_anatomy(MIXED, loss, anchor, SETTINGS)
        assert found.value == pytest.approx(truth[anchor], abs=1e-10)
        assert found.contributions.sum() == pytest.approx(found.value, abs=1e-12)
        np.testing.assert_allclose(found.forces, gradient[anchor], atol=1e-10)


@pytest.mark.parametrize("loss", ["supcon", "sincere", "eps_sup_infonce", "x_clr"])
def test_forces_are_the_closed_forms(loss):
    keywords = {"epsilon": SETTINGS.epsilon} if loss == "eps_sup_infonce" else {}
    cosines = torch.from_numpy(MIXED.embeddings @ MIXED.embeddings.T).clamp(-1, 1)
    truth = getattr(closed_forms, f"{loss}_forces")(
        cosines, torch.from_numpy(MIXED.labels), temperature=0.2, **keywords
    )
    for anchor in range(len(MIXED.classes)):
        np.testing.assert_allclose(point_anatomy(MIXED, loss, anchor, SETTINGS).forces, truth[anchor], atol=1e-10)


@pytest.mark.parametrize("seed", [0, 3])
@pytest.mark.parametrize("loss", HEADS)
def test_a_heads_terms_are_the_librarys_loss_and_forces_are_autograds(loss, seed):
    batch, tau = drawn_head(seed), 0.7
    given = torch.from_numpy(given_targets(batch, loss, seed))
    logits = torch.tensor(batch.logits, dtype=torch.float64, requires_grad=True)
    hard = not CATALOG[loss].choosing.soft or CATALOG[loss].choosing.drawn
    function = losses.label_infonce if loss == "soft_distribution_infonce" else getattr(losses, loss)
    prior = (torch.from_numpy(batch.prior),) if "infonce" in loss else ()
    values = function(logits, given.argmax(dim=1) if hard else given, *prior, temperature=tau, reduction="none")
    gradient = [torch.autograd.grad(value, logits, retain_graph=True)[0][i] for i, value in enumerate(values)]
    np.testing.assert_array_equal(head_losses(batch, loss, tau, seed), values.detach())
    for anchor in range(5):
        found = head_anatomy(batch, loss, anchor, tau, seed)
        assert found.anatomy.value == pytest.approx(values[anchor].item(), abs=1e-10)
        assert found.anatomy.contributions.sum() == pytest.approx(found.anatomy.value, abs=1e-12)
        np.testing.assert_allclose(found.forces, gradient[anchor], atol=1e-10)
        assert found.classes_above.sum() == pytest.approx(1)
        if not CATALOG[loss].choosing.by_column:  # there other inputs stand below, which are no class of this one's
            assert found.classes_below.sum() == pytest.approx(1)


def test_places_by_hand():
    """Anchor B1 of B A C A B B: two positives and three noise points; itself is out."""
    batch = PointBatch(tuple("BACABB"), (0, 40, 80, 120, 160, 200))
    for loss in ("supcon", "sincere"):
        found = point_anatomy(batch, loss, 0, SETTINGS)
        assert list(found.places) == [OUT, BELOW, BELOW, BELOW, ABOVE, ABOVE]
        assert list(found.below.sum(axis=1)) == [5 if loss == "supcon" else 4] * 2
    soft = point_anatomy(batch, "x_clr", 0, SETTINGS)  # noise too is above the bar, by little
    assert list(soft.places) == [OUT, *[ABOVE] * 5]
    assert soft.weight_above[1:] * (2 * np.exp(10) + 3) == pytest.approx([1, 1, 1, np.exp(10), np.exp(10)])
    paired = point_anatomy(batch, "nt_xent", 0, SETTINGS)  # views: B1 B2, A1 A2; B3 and C1 are odd ones
    assert list(paired.places) == [OUT, BELOW, OUT, BELOW, ABOVE, OUT]


@pytest.mark.parametrize("loss", EMBEDDINGS)
def test_an_anchor_alone_takes_no_part_and_says_why(loss):
    batch = PointBatch(tuple("AABBCCD"), (0, 20, 80, 120, 160, 200, 300))
    found = point_anatomy(batch, loss, 6, SETTINGS)
    assert found.value == 0
    assert not found.forces.any()
    assert set(found.places) == {OUT}
    assert "takes no part" in found.special
    if CATALOG[loss].family == "labelled embeddings":
        assert point_anatomy(batch, loss, 0, SETTINGS).places[6] == (ABOVE if loss == "x_clr" else BELOW)


@pytest.mark.parametrize("loss", ["supcon", "sincere", "eps_sup_infonce", "x_clr"])
def test_a_single_class(loss):
    batch = PointBatch(("A",) * 4, (0, 20, 80, 120))
    found = point_anatomy(batch, loss, 1, SETTINGS)
    assert found.value == pytest.approx(library_losses(batch, loss, SETTINGS)[1], abs=1e-12)
    assert "no noise" in found.special
    assert found.forces.any() == (loss in ("supcon", "x_clr"))


@pytest.mark.parametrize("loss", EMBEDDINGS)
def test_equal_points_are_the_chance_level(loss):
    batch = PointBatch(tuple("AABBCC"), (30,) * 6)
    found = point_anatomy(batch, loss, 2, SETTINGS)
    assert np.isfinite(found.forces).all()
    if CATALOG[loss].contrast.depends_on_level:
        assert found.value == pytest.approx(library_losses(batch, loss, SETTINGS)[2], rel=1e-12)
        return
    below = {"eps_sup_infonce": np.exp(-SETTINGS.epsilon) + 4, "dcl": 4}.get(loss, 5)
    assert found.value == pytest.approx(np.log(below), abs=1e-12)
    assert "equal" in found.special


def test_equal_targets_move_no_logit_under_soft_target_infonce():
    batch = HeadBatch(((1.0, 0.0), (0.0, 3.0), (2.0, 2.0)), ((0.4, 0.6),) * 3)
    contrast = head_anatomy(batch, "soft_target_infonce", 0, 1.0)
    np.testing.assert_allclose(contrast.forces, 0, atol=1e-15)
    assert "nothing is contrasted" in contrast.anatomy.special
    assert np.abs(head_anatomy(batch, "soft_target_cross_entropy", 0, 1.0).forces).max() > 0.1


def one_class():
    """Samples that are all of class A."""
    return HeadBatch(((2.0, 0.0), (1.0, 0.5), (0.0, 1.0)), ((1.0, 0.0),) * 3)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: PointBatch(("A",), (0.0,)), "^points must number 2 to 64, but number 1"),
        (lambda: PointBatch(("A", "A"), (0.0, float("nan"))), "^degrees must be numbers from -360 to 360"),
        (lambda: PointBatch(("A", "Z"), (0.0, 1.0)), "^classes must be letters A to H"),
        (lambda: Settings(temperature=0.0), "^temperature must be a finite number above 0, but is 0"),
        (lambda: HeadBatch(((0.0, 1.0),) * 2, ((0.5, 0.6),) * 2), "^targets must be non-negative and sum to 1"),
        (lambda: HeadBatch(((0.0, float("nan")),) * 2, ((0.5, 0.5),) * 2), "^logits must be numbers from -100 to 100"),
        (lambda: HeadBatch(((0.0, 1.0),) * 2, ((0.5, 0.5),)), "^targets must have a row a sample"),
        (lambda: point_anatomy(MIXED, "nll", 0, SETTINGS), "^loss must be one of embeddings"),
        (lambda: point_anatomy(MIXED, "supcon", 10, SETTINGS), "^anchor must be 0 to 9, but is 10"),
        (lambda: head_anatomy(drawn_head(0), "supcon", 0, 1.0), "^loss must be one of a class head"),
        (lambda: head_anatomy(one_class(), "nonl", 0, 1.0), "^targets must name two classes: .* but name A alone"),
        (lambda: point_anatomy(PointBatch(tuple("AABB"), (0, 1, 2, 3)), "weince", 0, SETTINGS), "^pairs must number"),
    ],
)
def test_mistakes_are_named(make, sentence):
    with pytest.raises(LabError, match=sentence):
        make()
