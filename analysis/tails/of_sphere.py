"""The exact law of the cosine of two random unit vectors in D dimensions, and of its excesses over a threshold.

s = cos(angle) has density proportional to (1 - s^2)^((D - 3) / 2), so (1 + s) / 2 is Beta((D - 1) / 2, (D - 1) / 2).
Its endpoint is 1, and its excesses tend to a generalised Pareto law with xi = -2 / (D - 1) as the threshold rises.
"""

from dataclasses import dataclass

import numpy as np

from analysis.tails.fit import fit_excesses
from losses.errors import LabError

LEAST_DIMENSIONS, MOST_DIMENSIONS = 3, 4096
MOST_NODES = 20_000


@dataclass(frozen=True, slots=True)
class ExactTail:
    """What maximum likelihood gives at one threshold without sampling error: only the threshold is finite.

    `threshold` is a cosine, sigma in its unit; `limit` = -2 / (D - 1) is where xi tends to.
    """

    threshold: float
    xi: float
    sigma: float
    limit: float


def random_cosines(dimensions: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Cosines of independent pairs of random unit vectors, (count,), drawn from their exact law."""
    _check(dimensions)
    shape = (dimensions - 1) / 2
    return 2 * rng.beta(shape, shape, size=count) - 1


def threshold(dimensions: int, quantile: float) -> float:
    """The cosine that a share `quantile` of all pairs stays below."""
    from scipy.special import betaincinv

    _check(dimensions)
    if not 0 < quantile < 1:
        raise LabError("quantile", "must lie between 0 and 1", quantile)
    shape = (dimensions - 1) / 2
    return float(1 - 2 * betaincinv(shape, shape, 1 - quantile))


def exact_tail(dimensions: int, quantile: float, excesses: int) -> ExactTail:
    """The maximum-likelihood fit to the exact excess law, with `excesses` nodes of the midpoint rule in probability.

    The nodes are the law's quantiles at (i - 1/2) / n, so that they reach as far towards the endpoint as n excesses
    do. This matters: in high dimensions the fitted endpoint is short of 1, where the law still has some weight, so
    that n excesses settle on another shape than a law known to its last digit would.
    """
    from scipy.special import betaincinv

    cut, shape = threshold(dimensions, quantile), (dimensions - 1) / 2
    nodes = min(excesses, MOST_NODES)
    upper = (1 - quantile) * (np.arange(nodes) + 0.5) / nodes
    fit = fit_excesses(1 - cut - 2 * betaincinv(shape, shape, upper))
    return ExactTail(cut, float(fit.xi[0]), float(fit.sigma[0]), limit_shape(dimensions))


def limit_shape(dimensions: int) -> float:
    """-2 / (D - 1)."""
    _check(dimensions)
    return -2 / (dimensions - 1)


def _check(dimensions: int) -> None:
    if not LEAST_DIMENSIONS <= dimensions <= MOST_DIMENSIONS:
        raise LabError("dimensions", f"must lie in {LEAST_DIMENSIONS} to {MOST_DIMENSIONS}", dimensions)
