import numpy as np
import pytest

from analysis.maps.over_epochs import turned


def test_maps_that_were_turned_mirrored_and_shifted_lie_on_each_other_and_keep_their_size():
    points = np.random.default_rng(0).normal(size=(50, 2))
    angle = 1.2
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    first, second, third = turned([points, 2 * points @ turn + 5, points * [1, -1]])
    assert second == pytest.approx(2 * first)
    assert third == pytest.approx(first)


def test_a_map_of_one_point_stays_as_it_is():
    points = np.random.default_rng(0).normal(size=(5, 2))
    first, collapsed, after = turned([points, np.ones((5, 2)), points])
    assert not collapsed.any()
    assert after == pytest.approx(points - points.mean(axis=0))
    assert first == pytest.approx(after)
