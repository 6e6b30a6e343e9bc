import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.optimize import minimize
from scipy.spatial import procrustes

from analysis.maps.procrustes import align
from losses.errors import LabError


def turn(angle: float, mirrored: bool) -> np.ndarray:
    turned = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return turned @ np.diag([1.0, -1.0]) if mirrored else turned


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_turned_mirrored_scaled_map_is_brought_back(rng, mirrored):
    fixed = rng.normal(size=(30, 2))
    found = align(7 + 0.3 * fixed @ turn(2.0, mirrored), fixed)
    np.testing.assert_allclose(found.coordinates, fixed, atol=1e-12)
    np.testing.assert_allclose(found.at_equal_spread, fixed, atol=1e-12)
    assert found.residual == pytest.approx(0, abs=1e-12)
    assert found.scale == pytest.approx(1 / 0.3)
    assert np.linalg.det(found.rotation) == pytest.approx(-1 if mirrored else 1)


def test_residual_and_rotation_are_scipys(rng):
    moving, fixed = rng.normal(size=(2, 40, 2))
    found = align(moving, fixed)
    assert found.residual == pytest.approx(procrustes(fixed, moving)[2])
    rotation = orthogonal_procrustes(moving - moving.mean(0), fixed - fixed.mean(0))[0]
    np.testing.assert_allclose(found.rotation, rotation, atol=1e-12)


def test_nothing_fits_better(rng):
    moving, fixed = rng.normal(size=(2, 12, 2))

    def left(x, mirrored):
        return float(((x[0] * moving @ turn(x[1], mirrored) + x[2:] - fixed) ** 2).sum())

    best = min(
        minimize(left, [1, start, 0, 0], args=(mirrored,)).fun for mirrored in (False, True) for start in (0, 2, 4)
    )
    found = align(moving, fixed)
    left_over = ((found.coordinates - fixed) ** 2).sum()
    assert left_over == pytest.approx(best, rel=1e-6)
    assert found.residual == pytest.approx(left_over / ((fixed - fixed.mean(0)) ** 2).sum())


def test_equal_spread_is_the_fixed_ones(rng):
    moving, fixed = rng.normal(size=(2, 40, 2))
    drawn = align(moving, 5 * fixed).at_equal_spread
    assert ((drawn - drawn.mean(0)) ** 2).sum() == pytest.approx(25 * ((fixed - fixed.mean(0)) ** 2).sum())


def test_maps_that_do_not_match_are_refused(rng):
    with pytest.raises(LabError, match="same items"):
        align(rng.normal(size=(3, 2)), rng.normal(size=(4, 2)))
    with pytest.raises(LabError, match="points that differ"):
        align(np.ones((3, 2)), rng.normal(size=(3, 2)))
