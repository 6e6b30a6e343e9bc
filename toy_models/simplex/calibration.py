"""Are class probabilities right? Exact reliability on the plane, where the posterior p(c|x) is known.

Items are those of the three Gaussians, never mixed. An accuracy is the posterior of the named class averaged over x,
so nothing here is noise: an error of 0 is calibration.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from losses.simplex_integral import integral_and_mean
from toy_models.simplex.objectives import OBJECTIVES, Candidates
from toy_models.simplex.processes import gaussians, process_of, world_of
from toy_models.simplex.spec import SimplexSpec

BINS = 15


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Top-label confidence in equal bins (lower, upper] of [0, 1]; leading dimensions (...) are networks.

    mass (..., B): the share of items in a bin; confidence and accuracy (..., B) their means, NaN where there are none.
    """

    mass: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    @property
    def error(self) -> np.ndarray:
        """Expected calibration error (...): the gaps weighted by mass, in [0, 1]."""
        return np.nansum(np.abs(self.confidence - self.accuracy) * self.mass, axis=-1)

    @property
    def excess_confidence(self) -> np.ndarray:
        """Mean confidence minus accuracy (...): above 0 over-confident, below under-confident."""
        return np.nansum((self.confidence - self.accuracy) * self.mass, axis=-1)


def reliability(spec: SimplexSpec, probs: np.ndarray) -> Reliability:
    """Of class probabilities (..., X, K) at the positions of a plane process's world."""
    posterior, weights = true_probs(spec), _items(spec)
    confidence, named = probs.max(axis=-1), probs.argmax(axis=-1)  # (..., X)
    right = np.take_along_axis(np.broadcast_to(posterior, probs.shape), named[..., None], axis=-1)[..., 0]
    place = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    inside = (place[..., None] == np.arange(BINS)) * weights[:, None]  # (..., X, B)
    mass = inside.sum(axis=-2)
    with np.errstate(invalid="ignore"):
        means = [np.einsum("...x,...xb->...b", each, inside) / mass for each in (confidence, right)]
    return Reliability(mass, *means)


def true_probs(spec: SimplexSpec) -> np.ndarray:
    """p(c|x) at the positions, (X, K)."""
    return gaussians(spec).log_posterior(world_of(spec).positions).exp().numpy()


def by_softmax(logits: np.ndarray) -> np.ndarray:
    """Class probabilities softmax f, (..., K) float64."""
    return torch.from_numpy(logits).double().softmax(dim=-1).numpy()


def by_ranking(spec: SimplexSpec, name: str, logits: np.ndarray) -> np.ndarray | None:
    """Class probabilities from the labels that a loss's own scores expect, (..., K); None for a loss on classes.

    A label is as probable as the loss's measure times exp(w . f), and stands for its classes: a smoothed target for
    its class, annotators' counts for each answer, a mixed label for its shares.
    """
    objective, world = OBJECTIVES[name], world_of(spec)
    if objective.correction is None:
        return None
    log_measure = world.log_marginal - objective.correction(world)
    scores = torch.from_numpy(logits).double() @ world.labels.T + log_measure
    return (scores.softmax(dim=-1) @ world.process.class_shares).numpy()


def by_mean(name: str, logits: np.ndarray) -> np.ndarray | None:
    """Class probabilities from the mean label of the density that a loss fits, (..., K); None for a loss without one.

    The softmax of its logits is the density at the corners, against each other, and no mean.
    """
    if OBJECTIVES[name].candidates is not Candidates.SIMPLEX:
        return None
    return integral_and_mean(torch.from_numpy(logits))[1].numpy()


def _items(spec: SimplexSpec) -> np.ndarray:
    """p(x) of unmixed items at the positions, (X,), adding up to 1."""
    log_density: Tensor = gaussians(spec).log_density(process_of(spec).probes)
    return log_density.softmax(dim=0).numpy()
