"""The density that logits imply, at any point of the simplex: what the triangles show."""

import numpy as np

from toy_models.simplex.spec import SimplexSpec
from toy_models.simplex.world import build


def relative_density(spec: SimplexSpec, logits: np.ndarray, points: np.ndarray) -> np.ndarray:
    """b(w) exp(w . f) over its integral, relative to the uniform density on the simplex (which is 1).

    logits (..., K), points (P, K) inside the simplex -> (..., P) float64. The integral is the mean over the world's
    grid; between its points the Dirichlet formula for b goes on.
    """
    grid = build(spec.side, spec.concentration, spec.sharpness).labels.numpy()
    scores = logits.astype(np.float64)
    at_points, at_grid = (
        (spec.concentration - 1) * np.log(where).sum(axis=1) + scores @ where.T for where in (points, grid)
    )
    largest = at_grid.max(axis=-1, keepdims=True)
    return np.exp(at_points - largest) / np.exp(at_grid - largest).mean(axis=-1, keepdims=True)
