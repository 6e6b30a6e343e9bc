"""The densities that logits imply, at any point of the simplex: what the triangles show."""

import numpy as np

from toy_models.simplex.spec import SimplexSpec
from toy_models.simplex.world import build


def relative_density(spec: SimplexSpec, logits: np.ndarray, points: np.ndarray) -> np.ndarray:
    """b(w) exp(w . f) over its integral, relative to the uniform density on the simplex (which is 1).

    logits (..., K), points (P, K) inside the simplex -> (..., P) float64. The integral is the mean over the world's
    grid; between its points the Dirichlet formula for b goes on.
    """
    grid = _grid(spec)
    return np.exp(_scores(spec, logits, points) - _log_mean_exp(_scores(spec, logits, grid)))


def divergence(spec: SimplexSpec, truth: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """KL(density of `truth` || density of `logits`) in nats, exact on the grid: (K,), (..., K) -> (...)."""
    grid = _grid(spec)
    log_p, log_q = (
        scores - _log_mean_exp(scores) for scores in (_scores(spec, truth, grid), _scores(spec, logits, grid))
    )
    return (np.exp(log_p) * (log_p - log_q)).mean(axis=-1)


def _grid(spec: SimplexSpec) -> np.ndarray:
    return build(spec.side, spec.concentration, spec.sharpness).labels.numpy()


def _scores(spec: SimplexSpec, logits: np.ndarray, points: np.ndarray) -> np.ndarray:
    """log b(w) + w . f up to the constant of b: (..., P)."""
    return (spec.concentration - 1) * np.log(points).sum(axis=1) + logits.astype(np.float64) @ points.T


def _log_mean_exp(scores: np.ndarray) -> np.ndarray:
    top = scores.max(axis=-1, keepdims=True)
    return top + np.log(np.exp(scores - top).mean(axis=-1, keepdims=True))
