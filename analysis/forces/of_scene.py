"""Any embedding loss of one anchor of a scene, with its derivative by the varied pair: its record, in numpy.

A group of equal pairs is one term with the log of its count, so that a point costs as much in a batch of a million.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.forces.scene import Points, log_count
from losses.catalog import CATALOG, LossEntry
from losses.records import ENDPOINT_GAP, Contrast


@dataclass(frozen=True, slots=True, eq=False)
class OnePair:
    """Along M points: the anchor's loss, in nats, and its derivative by the varied pair's cosine, nats per unit."""

    loss: np.ndarray
    force: np.ndarray


def of_embeddings(entry: LossEntry, at: Points) -> OnePair:
    """The loss of `entry` and its derivative. A record with evidence has the scene's lam, and beta 1 as released."""
    record, coordinate = entry.contrast, Coordinate.of(entry, at)
    if record.positives == "view":
        return _of_view(at, coordinate)
    return _of_class(at, coordinate) if record.others_below else _of_noise(at, coordinate)


def blend_slopes(at: Points) -> tuple[np.ndarray, np.ndarray]:
    """The straight and the curved part of the slope under evidence: (1 - lam) / tau and lam / (1 - s)."""
    return (1 - at.scene.lam) / at.temperature, at.scene.lam / np.maximum(1 - at.pair, ENDPOINT_GAP)


@dataclass(frozen=True, slots=True, eq=False)
class Coordinate:
    """x = straight s / tau - curved log(1 - s) along M points, and what a positive has less below the bar."""

    temperature: np.ndarray
    straight: float
    curved: float
    margin: float

    @classmethod
    def of(cls, entry: LossEntry, at: Points) -> "Coordinate":
        record: Contrast = entry.contrast
        settings: Mapping[str, float] = {"beta": 1.0} | entry.defaults | {"lam": at.scene.lam}
        return cls(at.temperature, *record.weights(settings), record.margin_of(settings))

    def score(self, cosine: np.ndarray | float) -> np.ndarray:
        straight = self.straight * (cosine / self.temperature)
        return straight - self.curved * np.log1p(-np.minimum(cosine, 1 - ENDPOINT_GAP)) if self.curved else straight

    def slope(self, cosine: np.ndarray) -> np.ndarray:
        straight = self.straight / self.temperature
        if not self.curved:
            return straight
        below = np.where(cosine <= 1 - ENDPOINT_GAP, 1 / np.maximum(1 - cosine, ENDPOINT_GAP), 0)
        return straight + self.curved * below


def _softmax(at: Points, x: Coordinate) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """log of the sum over all others, the varied pair's share of it, and what is left: 1 - share would cancel."""
    varied_positive, own = at.role == "positive", x.score(at.pair)
    positives = log_count(at.positives - varied_positive) + x.score(at.scene.positive)
    noise = log_count(at.noise - (not varied_positive)) + x.score(at.scene.noise)
    rest = np.logaddexp(positives, noise)
    total = np.logaddexp(rest, own)
    return total, np.exp(own - total), np.exp(rest - total)


def _of_class(at: Points, x: Coordinate) -> OnePair:
    """slope (q - 1/|P|) on a positive, slope q on noise: all others stand below each positive."""
    total, share, _ = _softmax(at, x)
    others = x.score(at.scene.positive)
    if at.role == "noise":
        return OnePair(total - others, share * x.slope(at.pair))
    mean = others + (x.score(at.pair) - others) / at.positives
    return OnePair(total - mean, (share - 1 / at.positives) * x.slope(at.pair))


def _of_view(at: Points, x: Coordinate) -> OnePair:
    """slope (p - [the pair is the other view]); the rest of the class is noise to it."""
    total, share, left = _softmax(at, x)
    if at.role == "positive":
        return OnePair(total - x.score(at.pair), -left * x.slope(at.pair))
    return OnePair(total - x.score(at.scene.positive), share * x.slope(at.pair))


def _of_noise(at: Points, x: Coordinate) -> OnePair:
    """Mean over positives of log(e^-margin + B e^-x), the noise alone below each, and what it is by one cosine."""
    own, others, margin = x.score(at.pair), x.score(at.scene.positive), x.margin
    noise = log_count(at.noise - (at.role == "noise")) + x.score(at.scene.noise)
    if at.role == "noise":
        noise = np.logaddexp(noise, own)
        share = np.exp(own - noise)
        force = share * _sigmoid(noise - others + margin) * x.slope(at.pair)
        return OnePair(np.logaddexp(-margin, noise - others), force)
    rest = (at.positives - 1) * np.logaddexp(-margin, noise - others)
    losses = (np.logaddexp(-margin, noise - own) + rest) / at.positives
    return OnePair(losses, -_sigmoid(noise - own + margin) * x.slope(at.pair) / at.positives)


def _sigmoid(logit: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-logit), without overflow."""
    return np.exp(-np.logaddexp(0, -logit))


EMBEDDING = tuple(name for name, entry in CATALOG.items() if isinstance(entry.record, Contrast))
"""The losses that `of_embeddings` takes."""
