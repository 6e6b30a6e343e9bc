"""The start page's curves against the losses' own derivatives, by autograd."""

import numpy as np
import pytest
import torch

from analysis.figures.forces.start_pair import pair_force, pair_force_option
from analysis.forces.start_pair import PairScene, pair_forces, turning_point
from losses.errors import LabError

SCENES = [PairScene(), PairScene(positives=1), PairScene(positives=4, positive_cosine=0.9, noise=3, temperature=0.02)]
COSINES = np.linspace(-1, 1, 21)


def anchors_losses(scores: torch.Tensor, positives: int) -> tuple[torch.Tensor, torch.Tensor]:
    """SupCon and SINCERE of one anchor, as losses.md writes them; scores (A,) with the positives first."""
    own, noise = scores[:positives], scores[positives:]
    supcon = -(own - scores.logsumexp(0)).mean()
    sincere = -torch.stack([s - torch.cat([s[None], noise]).logsumexp(0) for s in own]).mean()
    return supcon, sincere


@pytest.mark.parametrize("scene", SCENES)
def test_forces_are_the_derivatives_of_the_losses(scene):
    found = pair_forces(scene, COSINES)
    for index, cosine in enumerate(COSINES):
        others = [scene.positive_cosine] * (scene.positives - 1) + [scene.noise_cosine] * scene.noise
        cosines = torch.tensor([cosine, *others], dtype=torch.float64, requires_grad=True)
        for loss, value in zip(
            anchors_losses(cosines / scene.temperature, scene.positives),
            (found.supcon[index], found.sincere[index]),
            strict=True,
        ):
            (gradient,) = torch.autograd.grad(loss, cosines, retain_graph=True)
            assert value == pytest.approx(gradient[0].item(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("scene", SCENES)
def test_supcon_changes_sign_at_the_turning_point_and_sincere_never(scene):
    turn = turning_point(scene)
    around = pair_forces(scene, np.array([turn - 1e-3, turn + 1e-3]) if np.isfinite(turn) else COSINES)
    assert around.supcon[0] < 0
    assert (around.supcon[-1] > 0) == np.isfinite(turn)
    assert (pair_forces(scene, COSINES).sincere < 0).all()


def test_a_lonely_pair_feels_the_same_under_both():
    forces = pair_forces(PairScene(positives=1), COSINES)
    np.testing.assert_allclose(forces.supcon, forces.sincere, rtol=1e-9)


def test_bad_scenes_are_refused():
    with pytest.raises(LabError, match="temperature must be a finite number above 0"):
        PairScene(temperature=float("nan"))
    with pytest.raises(LabError, match="positives must be at least 1"):
        PairScene(positives=0)


def test_the_figure_has_what_the_table_has():
    scene = PairScene()
    exhibit = pair_force(scene, pair_forces(scene, COSINES))
    assert [trace.name for trace in exhibit.plot.data] == ["SupCon", "SINCERE"]
    np.testing.assert_array_equal(exhibit.plot.data[0].y, exhibit.table["SupCon"])
    assert f"{turning_point(scene):.2f}" in exhibit.plot.layout.annotations[0].text


def test_both_drawings_show_the_same_numbers():
    scene = PairScene()
    forces = pair_forces(scene, COSINES)
    plot, option = pair_force(scene, forces).plot, pair_force_option(scene, forces)
    for trace, series in zip(plot.data, option["series"], strict=True):
        assert (trace.name, trace.line.color) == (series["name"], series["itemStyle"]["color"])
        np.testing.assert_array_equal(np.array(series["data"]), np.stack([trace.x, trace.y], axis=1))
