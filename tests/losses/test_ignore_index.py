"""Items without a label: what is left without them, on every path, and never a class of their own."""

import pytest
import torch
from torch.func import vmap
from torch.nn.functional import cross_entropy, normalize
from torch.testing import assert_close

import losses

MARKS = (-1, -100, 255)
LABELLED = {
    "supcon": losses.supcon,
    "sincere": losses.sincere,
    "eps_sup_infonce": losses.eps_sup_infonce,
    "x_clr": losses.x_clr,
}
PRIOR = torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64)


@pytest.fixture
def batch(sphere, generator):
    """Anchors (24, 3), labels, and which are marked; one class has a single unmarked item."""
    labels = torch.arange(24) % 4
    labels[20:] = torch.tensor([0, 1, 2, 9])
    return sphere(24, 3), labels, torch.arange(24) % 5 == 2


def value_and_gradient(loss, x, *more, **options):
    leaf = x.clone().requires_grad_()
    value = loss(leaf, *more, **options)
    value.sum().backward()
    return value.detach(), leaf.grad


@pytest.mark.parametrize("name", LABELLED)
@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("options", [{}, {"plain": True}, {"chunk_size": 5}, {"normalize": True}])
@pytest.mark.parametrize("dtype", [torch.int16, torch.int64])
def test_embeddings_are_as_if_they_were_not_there(batch, name, mark, options, dtype):
    z, labels, marked = batch
    given = labels.masked_fill(marked, mark).to(dtype)
    poisoned = z.masked_fill(marked[:, None], torch.nan)
    for reduction in ("mean", "none"):
        expected = value_and_gradient(LABELLED[name], z[~marked], labels[~marked], reduction=reduction, **options)
        for rows in (z, poisoned):
            value, gradient = value_and_gradient(
                LABELLED[name], rows, given, ignore_index=mark, reduction=reduction, **options
            )
            assert_close(value if reduction == "mean" else value[~marked], expected[0])
            assert_close(gradient[~marked], expected[1])
            assert not gradient[marked].any()
            assert reduction == "mean" or not value[marked].any()


@pytest.mark.parametrize("name", LABELLED)
def test_every_view_of_an_item(sphere, name):
    views, labels = sphere(6, 2, 3), torch.tensor([0, 0, -1, 1, 1, -1])
    kept = labels >= 0
    expected = LABELLED[name](views[kept], labels[kept])
    assert_close(LABELLED[name](views, labels, ignore_index=-1), expected)


@pytest.mark.parametrize("mark", MARKS)
def test_class_heads(head, mark):
    logits, _, labels, _ = head(12, 3)
    marked = torch.arange(12) % 4 == 1
    given, hidden = labels.masked_fill(marked, mark), logits.masked_fill(marked[:, None], torch.nan)
    for loss in (losses.nll, lambda f, y, **o: losses.label_infonce(f, y, PRIOR, **o)):
        for reduction in ("mean", "none"):
            expected = value_and_gradient(loss, logits[~marked], labels[~marked], reduction=reduction)
            value, gradient = value_and_gradient(loss, hidden, given, ignore_index=mark, reduction=reduction)
            assert_close(value if reduction == "mean" else value[~marked], expected[0])
            assert_close(gradient[~marked], expected[1])
            assert not gradient[marked].any()
    assert_close(losses.nll(logits, given, ignore_index=mark), cross_entropy(logits, given, ignore_index=mark))


def test_modules(batch):
    z, labels, marked = batch
    given = labels.masked_fill(marked, -1)
    for kind, name in (
        (losses.SupCon, "supcon"),
        (losses.SINCERE, "sincere"),
        (losses.EpsSupInfoNCE, "eps_sup_infonce"),
        (losses.XCLR, "x_clr"),
    ):
        module = kind(ignore_index=-1)
        assert_close(module(z, given), LABELLED[name](z[~marked], labels[~marked]))
        assert "ignore_index=-1" in repr(module)
    given, labels = given % 3 - (given < 0).long() * 3, labels % 3
    given = labels.masked_fill(marked, -1)
    assert_close(losses.NLL(ignore_index=-1)(z, given), losses.nll(z[~marked], labels[~marked]))
    contrast = losses.LabelInfoNCE(PRIOR, ignore_index=-1)
    assert_close(contrast(z, given), losses.label_infonce(z[~marked], labels[~marked], PRIOR))


def test_a_label_that_nobody_has_changes_nothing(batch):
    z, labels, _ = batch
    assert_close(losses.supcon(z, labels, ignore_index=-1), losses.supcon(z, labels))


def test_unlabelled_items_no_longer_attract_each_other():
    """Two of them, beside four labelled ones: no force on them, nor from them."""
    z = normalize(torch.eye(6, dtype=torch.float64) + 0.1, dim=1)
    _, gradient = value_and_gradient(losses.supcon, z, torch.tensor([-1, -1, 0, 0, 1, 1]), ignore_index=-1)
    assert not gradient[:2].any()
    assert gradient[2:].any()


@pytest.mark.parametrize("name", LABELLED)
def test_labels_that_cannot_be_looked_at(batch, name):
    """Under vmap: the same without the marked ones, and NaN, not a class, for a negative label that is not named."""
    z, labels, marked = batch
    given = torch.stack([labels.masked_fill(marked, -1), labels])
    found = vmap(lambda y: LABELLED[name](z, y, ignore_index=-1))(given)
    assert_close(found[0], LABELLED[name](z[~marked], labels[~marked]))
    assert_close(found[1], LABELLED[name](z, labels))
    unnamed = vmap(lambda y: LABELLED[name](z, y))(given)
    assert unnamed.isnan().tolist() == [True, False]
