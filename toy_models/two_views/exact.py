"""What a run on two views is held against: chance, and for free points the cosine that no loss can change."""

import math
from dataclasses import dataclass

import numpy as np

from toy_models.two_views.spec import TwoViewsSpec

_NODES = 200
_REACH = 9.0  # standard deviations


@dataclass(frozen=True, slots=True)
class Reference:
    """`chance_loss` = log(2B - 1), NT-Xent's where all embeddings are equal, nats; `chance_retrieval` = 1 / (2M - 1).

    `view_cosine`, of two views of one sample, exact where free points are trained: noise around a point of the sphere
    looks the same from everywhere, so no loss can bring its views together. None for a network, which can.
    """

    chance_loss: float
    chance_retrieval: float
    view_cosine: float | None


def reference(spec: TwoViewsSpec) -> Reference:
    """Exact answers of a spec, in a few milliseconds."""
    fixed = expected_cosine(spec.dimensions, spec.noise) if spec.encoder == "points" else None
    return Reference(math.log(2 * spec.batch_size - 1), 1 / (2 * spec.samples - 1), fixed)


def expected_cosine(dimensions: int, noise: float) -> float:
    """E[v . v'] for two views v = normalise(z + noise N(0, I / D)) of one unit z, by quadrature.

    The views are independent given z, and symmetric about it, so it is the square of E[v . z]. With g along z and r
    the length across it, v . z = (1 + c g) / sqrt((1 + c g)^2 + (c r)^2), c = noise / sqrt(D).
    """
    scale = noise / math.sqrt(dimensions)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    along, centre = _REACH * nodes, math.sqrt(dimensions - 1)
    low, high = max(0.0, centre - _REACH), centre + _REACH
    across = low + (high - low) * (nodes + 1) / 2
    log_chi = (dimensions - 2) * np.log(across) - across**2 / 2
    density = np.outer(weights * np.exp(-(along**2) / 2), weights * np.exp(log_chi - log_chi.max()))
    x, y = np.meshgrid(1 + scale * along, scale * across, indexing="ij")
    return float((density * x / np.hypot(x, y)).sum() / density.sum()) ** 2
