"""One slope on one coordinate, fitted by maximum likelihood to many tables of counts at once."""

import numpy as np

MOST_ITERATIONS = 200
_TOLERANCE = 1e-12


def coordinate(link: str, scores: np.ndarray) -> np.ndarray:
    """What a link is linear in: -log(1 - s) for "weibit", s itself for "softmax"; scores (K,) below 1."""
    return -np.log1p(-scores) if link == "weibit" else scores


def fit_slopes(x: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The slope b of p_j proportional to exp(b x_j) that is most likely, for each table of counts.

    x (K,), not all equal; counts (..., K), each table with at least one winner -> (...,) float64. The likelihood
    depends on a table only through the winners' mean coordinate. Where that is the largest or the smallest x,
    because nothing else ever won, the likelihood rises for ever: the slope is inf or -inf.
    """
    low, span = x.min(), x.max() - x.min()
    unit = (x - low) / span  # in [0, 1]: steps and tolerance mean the same for every x
    means = (counts @ unit) / counts.sum(axis=-1)
    lost, won = counts[..., unit == 0].sum(axis=-1), counts[..., unit == 1].sum(axis=-1)
    total = counts.sum(axis=-1)
    slopes = np.where(won == total, np.inf, -np.inf)
    inside = (won < total) & (lost < total)
    slopes[inside] = _solve(unit, means[inside]) / span
    return slopes


def moments(x: np.ndarray, slopes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of x under p_j proportional to exp(b x_j), for each slope (M,)."""
    log_weights = slopes[:, None] * x
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    mean = weights @ x
    return mean, np.square(x - mean[:, None]).__imul__(weights).sum(axis=1)


def _solve(x: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Slopes at which x has the means (M,), between 0 and 1: Newton, halving where it would leave a bracket."""
    low, high = _bracket(x, means)
    slopes = np.clip(0.0, low, high)
    for _ in range(MOST_ITERATIONS):
        mean, variance = moments(x, slopes)
        below = mean < means
        low, high = np.where(below, slopes, low), np.where(below, high, slopes)
        newton = slopes + (means - mean) / np.maximum(variance, np.finfo(float).tiny)
        following = np.where((newton >= low) & (newton <= high), newton, (low + high) / 2)
        if np.all(np.abs(following - slopes) <= _TOLERANCE * (1 + np.abs(slopes))):
            return following
        slopes = following
    return slopes


def _bracket(x: np.ndarray, means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slopes below and above the solutions, by doubling."""
    low, high = np.full(len(means), -1.0), np.ones(len(means))
    while (short := moments(x, high)[0] < means).any():
        high[short] *= 2
    while (long := moments(x, low)[0] > means).any():
        low[long] *= 2
    return low, high
