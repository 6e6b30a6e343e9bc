"""Maps of one training, epoch after epoch, each turned onto the one before so that it does not jump."""

from collections.abc import Sequence

import numpy as np

from analysis.maps.procrustes import align


def turned(maps: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Maps (N, 2) of the same items, each about its own mean, rotated or mirrored onto the one before, never scaled:
    what grows or collapses is seen to. A map of one point, or beside one, is left as it is."""
    found: list[np.ndarray] = []
    for points in maps:
        centred = points.astype(np.float64) - points.mean(axis=0)
        varied = bool(found) and (centred != centred[0]).any() and (found[-1] != found[-1][0]).any()
        found.append(centred @ align(centred, found[-1]).rotation if varied else centred)
    return found
