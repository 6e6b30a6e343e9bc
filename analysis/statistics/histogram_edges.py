"""Bins that follow the data: a cosine's whole range where it is used, finer where all values are close together."""

import numpy as np

from analysis.digits import nice_step

_FEWEST = 20  # bins with the values in them, before finer ones are taken
_ABOUT = 50
_FINEST = 1e-7  # float32 cosines near 1 know no more


def bin_edges(values: np.ndarray, low: float, high: float, bins: int) -> np.ndarray:
    """Edges (B + 1,) of equal bins for finite values in [low, high]: `bins` over the whole range, or finer around them.

    Finer are they where the values would fill fewer than 20 of these: steps of 1, 2 or 5 times a power of ten.
    """
    coarse = (high - low) / bins
    least, most = (float(values.min()), float(values.max())) if len(values) else (low, high)
    if most - least >= _FEWEST * coarse or most == least:
        return np.linspace(low, high, bins + 1)
    step = max(nice_step(most - least, _ABOUT), _FINEST)
    first, last = int(np.floor(least / step)), int(np.ceil(most / step))
    edges = np.round(np.arange(first, max(last, first + 1) + 1) * step, 12)
    if edges[0] > least:
        edges = np.append(edges[0] - step, edges)
    return edges if edges[-1] >= most else np.append(edges, edges[-1] + step)
