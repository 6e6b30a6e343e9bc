"""Curves against autograd of the losses as their papers write them; marks against closed forms and by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from analysis.forces.curves import CURVE_LOSSES, chance_levels, evaluate, floors, force_curves, grid, marks
from analysis.forces.of_scene import EMBEDDING, ENDPOINT_GAP
from analysis.forces.scene import AXES, Scene, points
from analysis.forces.start_pair import PairScene, turning_point
from losses import continuous_categorical, evidence
from losses.catalog import CATALOG
from losses.errors import LabError
from tests.kin import KIN, of_row, soft_of_row

ROLES = ("positive", "noise")
SCENES = [
    Scene(),
    Scene(batch_size=12, class_size=2, positive=0.9, noise=-0.2, temperature=0.05, softness=0.4, lam=0.3),
    Scene(batch_size=20, class_size=5, positive=0.1, noise=0.7, temperature=0.7, softness=0.0, lam=0.9),
]


def embedding_loss(name, scene, role, cosine):
    """One anchor's loss by its row of cosines, the positives first; written out pair by pair."""
    positives, noise = scene.class_size - 1, scene.batch_size - scene.class_size
    row = [scene.positive] * positives + [scene.noise] * noise
    place = 0 if role == "positive" else positives
    s = torch.stack([cosine if i == place else torch.tensor(value, dtype=torch.float64) for i, value in enumerate(row)])
    scores = s / scene.temperature
    if name == "supcon":
        return -(scores[:positives] - scores.logsumexp(0)).mean()
    if name == "x_clr":
        return soft_of_row(s[:positives], s[positives:], scene.temperature)
    if name in ("sincere", "eps_sup_infonce"):
        margin = 0.25 if name == "eps_sup_infonce" else 0.0
        below = [torch.cat([own[None] - margin, scores[positives:]]).logsumexp(0) for own in scores[:positives]]
        return (torch.stack(below) - scores[:positives]).mean()
    if name in KIN:
        times = torch.full((len(row) - 1,), 0.5)  # half of them are in the other view, the varied pair is
        if place:
            times[place - 1 :] = max(noise / 2 - 1, 0) / max(noise - 1, 1)
            times[place - 1] = 1
        return of_row(name, s[0], s[1:], s[1:], scene.temperature, times)
    lam, beta = {"nt_xent": (0.0, 1.0), "weibit": (1.0, 4.0), "weince": (scene.lam, 1.0)}[name]
    blend = (1 - lam) * scores - lam * beta * torch.log(1 - s)
    return blend.logsumexp(0) - blend[0]


def head_loss(name, scene, role, cosine):
    """One sample's loss by its logits and the batch's targets; the batch is one of equal classes."""
    classes = scene.classes
    if name in ("ntce", "nonl"):  # the logits of one class for all inputs
        others = scene.class_size - 1 if name == "ntce" else 0
        inputs = [scene.positive] * (1 + others) + [scene.noise] * (scene.batch_size - scene.class_size)
        inputs = torch.tensor(inputs, dtype=torch.float64) / scene.temperature
        place = 0 if role == "positive" else 1 + others
        inputs = torch.cat([inputs[:place], cosine[None] / scene.temperature, inputs[place + 1 :]])
        return inputs[name == "nonl" :].logsumexp(0) - inputs[0]
    row = [scene.positive] + [scene.noise] * (classes - 1)
    place = 0 if role == "positive" else 1
    f = torch.stack([cosine if i == place else torch.tensor(value, dtype=torch.float64) for i, value in enumerate(row)])
    f = f / scene.temperature
    soft = torch.full((classes, classes), scene.softness / (classes - 1), dtype=torch.float64)
    soft = soft.fill_diagonal_(1 - scene.softness)
    w = soft if CATALOG[name].choosing.soft else torch.eye(classes).double()
    if name == "continuous_categorical":
        return continuous_categorical(f[None], w[:1])
    if name in ("nll", "soft_target_cross_entropy"):
        return -(w[0] * f.log_softmax(0)).sum()
    candidates = (w @ f).repeat_interleave(scene.class_size)  # one for each sample of the batch
    return candidates.logsumexp(0) - candidates[0]


def reference(name, scene, role, cosine):
    """Loss and derivative by autograd."""
    x = torch.tensor(cosine, dtype=torch.float64, requires_grad=True)
    loss = (embedding_loss if name in EMBEDDING else head_loss)(name, scene, role, x)
    loss.backward()
    return loss.item(), x.grad.item()


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", CURVE_LOSSES)
def test_curves_are_autograd_at_random_similarities(name, role, scene):
    cosines = np.random.default_rng(3).uniform(-1, 0.99, 12)
    felt = evaluate(name, points(scene, role, "similarity", cosines))
    expected = np.array([reference(name, scene, role, cosine) for cosine in cosines])
    np.testing.assert_allclose(felt.loss, expected[:, 0], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(felt.force, expected[:, 1], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("name", CURVE_LOSSES)
@pytest.mark.parametrize(
    ("axis", "values"),
    [
        ("temperature", [0.03, 0.2, 1.5]),
        ("batch_size", [32, 48, 160]),
        ("class_size", [2, 8, 32]),
        ("shortfall", [1.0]),
    ],
)
def test_other_axes_are_scenes_of_their_own(name, axis, values):
    curve = evaluate(name, points(Scene(), "noise", axis, np.array(values, dtype=float)))
    for value, loss, force in zip(values, curve.loss, curve.force, strict=True):
        scene = Scene() if axis == "shortfall" else replace(Scene(), **{axis: value})
        pair = 1 - value if axis == "shortfall" else scene.noise
        assert (loss, force) == pytest.approx(reference(name, scene, "noise", pair), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize(
    "scene", [SCENES[0], replace(SCENES[0], temperature=0.03, noise=0.4), replace(SCENES[2], noise=-0.5)]
)
def test_supcon_changes_sign_where_q_is_one_over_p_and_nowhere_else(scene):
    (mark,) = marks(scene, ("supcon",), "positive", "similarity")
    positives, noise = scene.class_size - 1, scene.batch_size - scene.class_size
    scores = np.array([mark.at, *[scene.positive] * (positives - 1), *[scene.noise] * noise]) / scene.temperature
    share = np.exp(scores[0] - np.logaddexp.reduce(scores))
    assert share == pytest.approx(1 / positives, rel=1e-13)
    pair = PairScene(positives, scene.positive, noise, scene.noise, scene.temperature)
    assert mark.at == pytest.approx(turning_point(pair), abs=1e-14)


def test_a_lone_positive_is_never_pushed():
    assert marks(replace(Scene(), class_size=2), ("supcon", "sincere"), "positive", "similarity") == ()


def test_cross_entropy_changes_sign_where_the_softmax_is_the_target():
    """(1 - w) / w others over e^gap: at softness 0.2 and K = 4, the own logit is tau log(0.8 * 3 / 0.2) above."""
    scene = Scene()
    (mark,) = marks(scene, ("nll", "soft_target_cross_entropy", "soft_target_infonce"), "positive", "similarity")
    assert mark.name == "soft_target_cross_entropy"
    assert mark.at == pytest.approx(scene.noise + scene.temperature * math.log(12), abs=1e-14)


@pytest.mark.parametrize("lam", [0.2, 0.5])
def test_the_endpoint_outgrows_the_temperature_where_both_slopes_are_equal(lam):
    scene = replace(Scene(), lam=lam)
    found = [mark for mark in marks(scene, ("weince",), "noise", "similarity") if mark.kind == "endpoint"]
    assert [mark.at for mark in found] == pytest.approx([1 - lam * scene.temperature / (1 - lam)], abs=1e-13)
    (far,) = marks(scene, ("weince",), "noise", "shortfall")
    assert far.at == pytest.approx(1 - found[0].at, rel=1e-12)


def test_weince_grows_as_one_over_the_distance_and_nt_xent_does_not():
    at = points(Scene(), "noise", "shortfall", np.array([3e-5, 3e-6]))
    assert np.divide(*evaluate("weince", at).force[::-1]) == pytest.approx(10, rel=0.02)
    assert np.divide(*evaluate("nt_xent", at).force[::-1]) == pytest.approx(1, rel=0.01)
    assert np.abs(evaluate("nt_xent", at).force).max() <= 1 / Scene().temperature


def test_sincere_never_pushes_and_every_loss_but_one_pushes_noise():
    shown = force_curves(Scene(), ("sincere", "eps_sup_infonce", "nt_xent"), "positive", "similarity")
    assert all((curve.force <= 0).all() for curve in shown.curves)
    shown = force_curves(Scene(), tuple(EMBEDDING), "noise", "similarity")
    pulls = {curve.name for curve in shown.curves if (curve.force < 0).any()}
    assert pulls == {"x_clr"}  # whose targets want some of noise too


def test_soft_targets_turn_where_the_share_is_the_target():
    for role, weight in (("positive", 1.0), ("noise", math.exp(-10))):
        (turn,) = marks(Scene(), ("x_clr",), role, "similarity")
        scores = np.array([[0.6] * 15 + [0.1] * 48]) / 0.1
        scores[0, 0 if role == "positive" else 15] = turn.at / 0.1
        share = np.exp(scores[0, 0 if role == "positive" else 15] - np.logaddexp.reduce(scores[0]))
        assert share == pytest.approx(weight / (15 + 48 * math.exp(-10)), rel=1e-9)


def test_chance_levels_are_the_textbooks():
    scene = Scene(batch_size=96, class_size=12, softness=0.3)
    at = points(scene, "positive", "similarity", np.array([0.2]))
    expected = {
        **dict.fromkeys(("supcon", "x_clr"), math.log(95)),
        "sincere": math.log(1 + 84),
        "eps_sup_infonce": math.log(math.exp(-0.25) + 84),
        **dict.fromkeys(("nt_xent", "weibit", "weince", "temperature_free_infonce"), math.log(2 * 48 - 1)),
        "dcl": math.log(2 * 48 - 2),
        "rince": 2 * math.exp(0.5 / 0.1) * (math.sqrt(0.01 * 95) - 1),
        "siglip": 48 * math.log(2),
        **dict.fromkeys(("nll", "soft_target_cross_entropy"), math.log(8)),
        **dict.fromkeys(("label_infonce", "soft_target_infonce", "ntce"), math.log(96)),
        "nonl": math.log(84),
        "continuous_categorical": 0.0,
    }
    found = {name: float(chance_levels(name, at)[0]) for name in CURVE_LOSSES}
    assert found == pytest.approx(expected, rel=1e-13, abs=1e-12)


def test_no_loss_comes_below_its_floor_and_some_are_closed_forms():
    rng = np.random.default_rng(0)
    for _ in range(40):
        positive, noise, tau, softness = rng.uniform((-1, -1, 0.05, 0), (1, 1, 2, 0.6))
        scene = Scene(40, 8, positive, noise, tau, softness)
        at = points(scene, "positive", "similarity", rng.uniform(-1, 1, 50))
        for name in CURVE_LOSSES:
            assert (evaluate(name, at).loss >= floors(name, at) - 1e-12).all(), name
    scene = Scene(64, 16)
    at = points(scene, "positive", "similarity", np.array([0.0]))
    assert floors("supcon", at)[0] == pytest.approx(math.log(15 + 48 * math.exp(-20)), rel=1e-14)
    met = points(Scene(64, 16, positive=1.0, noise=0.0), "positive", "similarity", np.array([1.0]))
    assert floors("x_clr", met)[0] == pytest.approx(evaluate("x_clr", met).loss[0], rel=1e-14)  # a gap of 1 / tau_s
    entropy = -0.8 * math.log(0.8) - 0.2 * math.log(0.2 / 3)
    assert floors("soft_target_cross_entropy", at)[0] == pytest.approx(entropy, rel=1e-12)


def test_label_infonce_of_balanced_classes_is_nll():
    nll, label = force_curves(Scene(), ("nll", "label_infonce"), "positive", "similarity").curves
    np.testing.assert_allclose(nll.force, label.force, rtol=1e-12)


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "scene", [*SCENES, Scene(3, 2), Scene(4096, 2), Scene(64, 63), Scene(positive=1, noise=1, lam=1)]
)
def test_every_curve_is_finite(axis, role, scene):
    shown = force_curves(scene, tuple(CURVE_LOSSES), role, axis)
    assert np.isfinite(shown.values).all()
    for curve in shown.curves:
        for name in ("force", "loss", "chance", "floor"):
            assert np.isfinite(getattr(curve, name)).all(), (curve.name, name)
            assert getattr(curve, name).shape == grid(scene, axis).shape


def test_the_clamp_is_the_losses_own():
    assert ENDPOINT_GAP == evidence.ENDPOINT_GAP


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"class_size": 1}, "^class size must be at least 2, but is 1. A lone sample has no positive"),
        ({"class_size": 64}, "^batch size must be above the class size 64, but is 64"),
        ({"positive": 1.5}, "^positive cosine must lie in -1 to 1, but is 1.5"),
        ({"noise": math.nan}, "^noise cosine must lie"),
        ({"temperature": 0.0}, "^temperature must be a finite number above 0"),
        ({"softness": -0.1}, "^softness must lie in 0 to 1"),
        ({"lam": math.nan}, "^lam must lie in 0 to 1"),
    ],
)
def test_a_bad_scene_is_named(change, sentence):
    with pytest.raises(LabError, match=sentence):
        Scene(**change)


def test_mistakes_along_a_curve_are_named():
    with pytest.raises(LabError, match=r"^loss must be one of .* but is 'soft_distribution_infonce'"):
        force_curves(Scene(), ("soft_distribution_infonce",), "noise", "similarity")
    with pytest.raises(LabError, match=r"^axis must be one of similarity"):
        force_curves(Scene(), ("nll",), "noise", "time")
    with pytest.raises(LabError, match=r"^temperature"):
        points(Scene(), "noise", "temperature", np.array([0.0, 1.0]))
    with pytest.raises(LabError, match=r"^similarity must lie"):
        points(Scene(), "noise", "similarity", np.array([1.1]))
