"""Items of a part of the histogram, against a loop."""

import numpy as np

from analysis.neighbours.nearest import nearest_similarity
from analysis.neighbours.selection import items_between


def test_the_items_are_those_of_a_loop(clustered):
    nearest = nearest_similarity(clustered())
    low, high = 0.5, 0.9
    found = items_between(nearest, low, high)
    inside = [item for item in range(60) if low <= nearest.target[item] <= high or low <= nearest.noise[item] <= high]
    assert sorted(found.items) == inside
    assert (np.diff(found.target - found.noise) >= 0).all()
    for place, item in enumerate(found.items):
        others = [c for c in range(4) if c != nearest.labels[item]]
        assert found.noise_class[place] == max(others, key=lambda c: nearest.class_maxima[item, c])
    assert (found.target_inside | found.noise_inside).all()


def test_one_class_alone_and_nothing(clustered):
    nearest = nearest_similarity(clustered())
    assert set(nearest.labels[items_between(nearest, -1, 1, label=2).items]) == {2}
    assert len(items_between(nearest, -1, -0.999)) == 0
