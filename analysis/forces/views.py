"""Two views in a labelled batch: which sample stands for the other view of which."""

import numpy as np


def other_views(labels: np.ndarray) -> np.ndarray:
    """(N,) ascending labels -> (N,) the place of each sample's other view, -1 for the odd one out of a class.

    >>> other_views(np.array([0, 0, 1, 1, 1, 2]))
    array([ 1,  0,  3,  2, -1, -1])
    """
    anchors = np.arange(len(labels))
    place = anchors - np.searchsorted(labels, labels)
    other = anchors + 1 - 2 * (place % 2)
    alone = (anchors + 1 == np.searchsorted(labels, labels, side="right")) & (place % 2 == 0)
    return np.where(alone, -1, other)
