import pytest
import torch
import torch.nn.functional as F

import losses
from checkpoints.native.encoders import SmallConvSpec
from checkpoints.native.objectives import BOUNDS, OBJECTIVES
from checkpoints.training.augmentations import mixup, smooth, view
from checkpoints.training.steps import STEPS, TrainingBatch
from losses.catalog import CATALOG


def seeded():
    return torch.Generator().manual_seed(7)


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(16) % 4
    return TrainingBatch(torch.rand((16, 1, 8, 8), generator=generator), labels, torch.tensor([0.4, 0.3, 0.2, 0.1]))


@pytest.fixture
def model_of(model_for):
    return lambda loss: model_for(SmallConvSpec(OBJECTIVES[loss].head, 4, features=16, width=4))


def step(loss, model, batch):
    return STEPS[loss](model, batch, OBJECTIVES[loss].parameters, seeded())


def test_every_objective_has_a_step_a_catalogue_entry_and_bounds():
    assert STEPS.keys() == OBJECTIVES.keys() == CATALOG.keys()
    for name, objective in OBJECTIVES.items():
        assert (objective.head == "classes") == (CATALOG[name].family == "class head")
        assert all(BOUNDS[key][0] <= value <= BOUNDS[key][1] for key, value in objective.parameters.items())


@pytest.mark.parametrize("loss", OBJECTIVES)
def test_every_loss_moves_every_weight(loss, model_of, batch):
    model = model_of(loss)
    value = step(loss, model, batch)
    value.backward()
    assert value.shape == ()
    assert torch.isfinite(value)
    for name, parameter in model.named_parameters():
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().max() > 0, name


@pytest.mark.parametrize("loss", OBJECTIVES)
def test_every_loss_is_a_function_of_its_generator(loss, model_of, batch):
    model = model_of(loss)
    before = torch.get_rng_state()
    assert torch.equal(step(loss, model, batch), step(loss, model, batch))
    assert torch.equal(torch.get_rng_state(), before)


def test_nll_against_torch(model_of, batch):
    model = model_of("nll")
    expected = F.cross_entropy(model(view(batch.images, seeded())), batch.labels)
    torch.testing.assert_close(step("nll", model, batch), expected)


def test_soft_cross_entropy_against_torch(model_of, batch):
    model, generator = model_of("soft_target_cross_entropy"), seeded()
    images, targets = mixup(view(batch.images, generator), smooth(batch.labels, 4, 0.1), 0.4, generator)
    expected = F.cross_entropy(model(images), targets)
    torch.testing.assert_close(step("soft_target_cross_entropy", model, batch), expected)


def test_soft_target_infonce_corrects_by_the_prior_of_smoothed_targets(model_of, batch):
    """By a double loop over the batch."""
    model, generator = model_of("soft_target_infonce"), seeded()
    images, targets = mixup(view(batch.images, generator), smooth(batch.labels, 4, 0.1), 0.4, generator)
    logits, prior = model(images).detach(), 0.9 * batch.prior + 0.1 / 4
    loss = torch.zeros(())
    for i in range(16):
        scores = torch.stack([targets[j] @ (logits[i] - prior.log()) for j in range(16)])
        loss += (scores.logsumexp(0) - scores[i]) / 16
    torch.testing.assert_close(step("soft_target_infonce", model, batch), loss)


def test_nt_xent_against_torch(model_of, batch):
    """Cross-entropy over the 2B - 1 others, the other view being the right one."""
    model, generator = model_of("nt_xent"), seeded()
    views = torch.cat([view(batch.images, generator), view(batch.images, generator)])
    scores = (model(views) @ model(views).T / OBJECTIVES["nt_xent"].parameters["temperature"]).fill_diagonal_(
        -torch.inf
    )
    expected = F.cross_entropy(scores, torch.arange(32).roll(16))
    torch.testing.assert_close(step("nt_xent", model, batch), expected)


def by_loops(loss, scores, labels):
    """SupCon, SINCERE or eps-SupInfoNCE (epsilon 0.25) of scores s / tau (N, N), anchor by anchor."""
    total, anchors = 0.0, range(len(labels))
    for i in anchors:
        positives = [j for j in anchors if j != i and labels[j] == labels[i]]
        noise = sum(scores[i, j].exp() for j in anchors if labels[j] != labels[i])
        if loss == "supcon":
            denominators = [noise + sum(scores[i, j].exp() for j in positives)] * len(positives)
        else:
            epsilon = 0.25 if loss == "eps_sup_infonce" else 0.0
            denominators = [noise + (scores[i, j] - epsilon).exp() for j in positives]
        pairs = zip(positives, denominators, strict=True)
        total += sum(whole.log() - scores[i, j] for j, whole in pairs) / len(positives) / len(labels)
    return total


def test_weince_trains_with_the_released_terms_where_they_are_asked_for(model_of, batch):
    model, generator = model_of("weince"), seeded()
    pair = model(torch.cat([view(batch.images, generator), view(batch.images, generator)])).detach().chunk(2)
    added = {"weibull_weight": 0.5, "softmax_weight": 0.5}
    found = STEPS["weince"](model, batch, {"temperature": 0.1, **added}, seeded())
    torch.testing.assert_close(found, losses.weince(*pair, temperature=0.1, **added), rtol=1e-5, atol=1e-5)
    assert found > STEPS["weince"](model, batch, {"temperature": 0.1}, seeded()) + 0.1


@pytest.mark.parametrize("loss", ["supcon", "sincere", "eps_sup_infonce"])
def test_a_labelled_loss_sees_both_views_and_the_labels(loss, model_of, batch):
    model, generator = model_of(loss), seeded()
    views = torch.cat([view(batch.images, generator), view(batch.images, generator)])
    embeddings = model(views).detach().double()
    scores = embeddings @ embeddings.T / OBJECTIVES[loss].parameters["temperature"]
    expected = by_loops(loss, scores, batch.labels.repeat(2))
    torch.testing.assert_close(step(loss, model, batch).double(), expected, rtol=1e-5, atol=1e-5)


def test_two_views_of_an_image_share_its_label(model_of, batch):
    """Each image a class of its own: SINCERE, SupCon and NT-Xent are one loss then, but for the temperature."""
    model = model_of("supcon")
    own = TrainingBatch(batch.images, torch.arange(16), batch.prior)
    same = {"temperature": 0.3, "epsilon": 0.0}
    values = [STEPS[loss](model, own, same, seeded()) for loss in ("supcon", "sincere", "eps_sup_infonce", "nt_xent")]
    for value in values[1:]:
        torch.testing.assert_close(value, values[0])
