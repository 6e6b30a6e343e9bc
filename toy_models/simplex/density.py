"""The densities that logits imply, at any point of the simplex: what the triangles show."""

import numpy as np
import torch

from toy_models.simplex.processes import process_of, world_of
from toy_models.simplex.spec import SimplexSpec
from toy_models.simplex.tilted import Tilted


def implied_shares(spec: SimplexSpec, logits: np.ndarray) -> np.ndarray:
    """b(w) exp(w . f) normalised over the world's labels: (..., K) -> (..., G) float64, rows that sum to 1."""
    return world_of(spec).log_density_of(torch.from_numpy(logits)).exp().numpy()


def true_shares(spec: SimplexSpec, position: np.ndarray) -> np.ndarray:
    """p(w|x) over the world's labels at a position (D,): (G,) float64."""
    return process_of(spec).log_density(torch.from_numpy(position)[None])[0].exp().numpy()


def labels_of(spec: SimplexSpec) -> np.ndarray:
    """The world's labels, (G, K) float64."""
    return process_of(spec).labels.numpy()


def true_tilt(spec: SimplexSpec, positions: np.ndarray) -> np.ndarray:
    """h(x) of the tilted process at positions (X, 1): (X, K), the logits of the true density."""
    process = process_of(spec)
    assert isinstance(process, Tilted)
    return process.tilt(torch.from_numpy(positions)).numpy()


def relative_density(spec: SimplexSpec, logits: np.ndarray, points: np.ndarray) -> np.ndarray:
    """b(w) exp(w . f) over its integral, relative to the uniform density on the simplex (which is 1).

    For the tilted process alone, whose labels fill the simplex. logits (..., K), points (P, K) inside it -> (..., P)
    float64. The integral is the mean over the world's grid; between its points the Dirichlet formula for b goes on.
    """
    scores = _scores(spec, logits, labels_of(spec))
    top = scores.max(axis=-1, keepdims=True)
    log_mean = top + np.log(np.exp(scores - top).mean(axis=-1, keepdims=True))
    return np.exp(_scores(spec, logits, points) - log_mean)


def divergence(spec: SimplexSpec, position: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """KL(p(w|x) || implied density) in nats at one position (D,), exact on the labels: logits (..., K) -> (...)."""
    truth = process_of(spec).log_density(torch.from_numpy(position)[None])[0]
    terms = truth.exp() * (truth - world_of(spec).log_density_of(torch.from_numpy(logits)))
    return terms.nan_to_num(nan=0.0).sum(dim=-1).numpy()


def _scores(spec: SimplexSpec, logits: np.ndarray, points: np.ndarray) -> np.ndarray:
    """log b(w) + w . f up to the constant of b: (..., P)."""
    return (spec.concentration - 1) * np.log(points).sum(axis=1) + logits.astype(np.float64) @ points.T
