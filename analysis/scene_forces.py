"""Each embedding loss of one anchor of a scene, with its derivative by the varied pair: closed forms in numpy.

A group of equal pairs is one term with the log of its count, so that a point costs as much in a batch of a million.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from analysis.force_scene import Points, log_count
from analysis.gradients import default

ENDPOINT_GAP = 1e-6
"""Weibit and WEINCE hold s below 1 by this much: `losses.evidence`, which imports torch."""


@dataclass(frozen=True, slots=True, eq=False)
class Felt:
    """Along M points: the anchor's loss, in nats, and its derivative by the varied pair's cosine, nats per unit."""

    loss: np.ndarray
    force: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Slope:
    """A coordinate of the cosine, and its derivative."""

    score: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]


def supcon(at: Points) -> Felt:
    """(q - 1/|P|) / tau on a positive, q / tau on noise. Khosla et al., arXiv 2004.11362, "out"."""
    total, share, _ = _softmax(at, at.pair / at.temperature, _straight(at))
    others = at.scene.positive / at.temperature
    if at.role == "noise":
        return Felt(total - others, share / at.temperature)
    mean = others + (at.pair / at.temperature - others) / at.positives
    return Felt(total - mean, (share - 1 / at.positives) / at.temperature)


def sincere(at: Points) -> Felt:
    """-(1 - r) / (|P| tau) on a positive. Feeney & Hughes, arXiv 2309.14277."""
    return _margin(at, 0.0)


def eps_sup_infonce(at: Points) -> Felt:
    """SINCERE with a margin. Barbano et al., arXiv 2211.05568."""
    return _margin(at, default("eps_sup_infonce", "epsilon"))


def nt_xent(at: Points) -> Felt:
    """The other view is the one positive; the rest of the class is noise to it. Chen et al., arXiv 2002.05709."""
    return _contrast(at, _straight(at))


def weibit(at: Points) -> Felt:
    """NT-Xent on -beta log(1 - s). Erol et al., arXiv 2606.00262."""
    return _contrast(at, _blend(at, np.ones(1), default("weibit", "beta")))


def weince(at: Points) -> Felt:
    """NT-Xent on (1 - lam) s / tau - lam log(1 - s), with beta = 1 as in the released code."""
    return _contrast(at, _blend(at, np.full(1, at.scene.lam), 1.0))


EMBEDDING: Mapping[str, Callable[[Points], Felt]] = {
    "supcon": supcon,
    "sincere": sincere,
    "eps_sup_infonce": eps_sup_infonce,
    "nt_xent": nt_xent,
    "weibit": weibit,
    "weince": weince,
}


def weince_slopes(at: Points) -> tuple[np.ndarray, np.ndarray]:
    """The straight and the curved part of WEINCE's slope by the varied pair: (1 - lam) / tau and lam / (1 - s)."""
    return (1 - at.scene.lam) / at.temperature, at.scene.lam / np.maximum(1 - at.pair, ENDPOINT_GAP)


def _straight(at: Points) -> Slope:
    return Slope(lambda s: s / at.temperature, lambda s: 1 / at.temperature)


def _blend(at: Points, weight: np.ndarray, beta: float) -> Slope:
    def score(s: np.ndarray) -> np.ndarray:
        return (1 - weight) * s / at.temperature - weight * beta * np.log1p(-np.minimum(s, 1 - ENDPOINT_GAP))

    def slope(s: np.ndarray) -> np.ndarray:
        curved = np.where(s <= 1 - ENDPOINT_GAP, 1 / np.maximum(1 - s, ENDPOINT_GAP), 0)
        return (1 - weight) / at.temperature + weight * beta * curved

    return Slope(score, slope)


def _softmax(at: Points, own: np.ndarray, coordinate: Slope) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """log of the sum over all others, the varied pair's share of it, and what is left: 1 - share would cancel."""
    varied_positive = at.role == "positive"
    positives = log_count(at.positives - varied_positive) + coordinate.score(np.full_like(at.pair, at.scene.positive))
    noise = log_count(at.noise - (not varied_positive)) + coordinate.score(np.full_like(at.pair, at.scene.noise))
    rest = np.logaddexp(positives, noise)
    total = np.logaddexp(rest, own)
    return total, np.exp(own - total), np.exp(rest - total)


def _contrast(at: Points, coordinate: Slope) -> Felt:
    """slope (p - [the pair is the other view])."""
    own = coordinate.score(at.pair)
    total, share, left = _softmax(at, own, coordinate)
    if at.role == "positive":
        return Felt(total - own, -left * coordinate.slope(at.pair))
    view = coordinate.score(np.full_like(at.pair, at.scene.positive))
    return Felt(total - view, share * coordinate.slope(at.pair))


def _margin(at: Points, epsilon: float) -> Felt:
    """Mean over positives of log(e^-epsilon + B e^(-s/tau)), and what it is by one cosine."""
    own, others = at.pair / at.temperature, at.scene.positive / at.temperature
    noise = log_count(at.noise - (at.role == "noise")) + at.scene.noise / at.temperature
    if at.role == "noise":
        noise = np.logaddexp(noise, own)
        share = np.exp(own - noise)
        return Felt(np.logaddexp(-epsilon, noise - others), share * _share(noise - others + epsilon) / at.temperature)
    rest = (at.positives - 1) * np.logaddexp(-epsilon, noise - others)
    losses = (np.logaddexp(-epsilon, noise - own) + rest) / at.positives
    return Felt(losses, -_share(noise - own + epsilon) / (at.positives * at.temperature))


def _share(logit: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-logit), without overflow."""
    return np.exp(-np.logaddexp(0, -logit))
