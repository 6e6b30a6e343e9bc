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
        return (_of_pairs if record.each_pair else _of_view)(at, coordinate, record, entry.defaults)
    if not record.others_below:
        return _of_noise(at, coordinate)
    return _of_class(at, coordinate, record.noise_target(entry.defaults))


def blend_slopes(at: Points) -> tuple[np.ndarray, np.ndarray]:
    """The straight and the curved part of the slope under evidence: (1 - lam) / tau and lam / (1 - s)."""
    return (1 - at.scene.lam) / at.temperature, at.scene.lam / np.maximum(1 - at.pair, ENDPOINT_GAP)


@dataclass(frozen=True, slots=True, eq=False)
class Coordinate:
    """x = straight s / tau - curved log(1 - s) + lower log(1 + s) along M points, and what a positive has less below
    the bar."""

    temperature: np.ndarray
    straight: float
    curved: float
    lower: float
    margin: float

    @classmethod
    def of(cls, entry: LossEntry, at: Points) -> "Coordinate":
        record: Contrast = entry.contrast
        settings: Mapping[str, float] = {"beta": 1.0} | entry.defaults | {"lam": at.scene.lam}
        return cls(at.temperature, *record.weights(settings), record.lower, record.margin_of(settings))

    def score(self, cosine: np.ndarray | float) -> np.ndarray:
        x = self.straight * (cosine / self.temperature)
        if self.curved:
            x = x - self.curved * np.log(np.maximum(1 - cosine, ENDPOINT_GAP))
        return x + self.lower * np.log(np.maximum(1 + cosine, ENDPOINT_GAP)) if self.lower else x

    def slope(self, cosine: np.ndarray) -> np.ndarray:
        straight = self.straight / self.temperature
        if not self.curved:
            return straight
        slope = straight + self.curved * _reciprocal(1 - cosine)
        return slope + self.lower * _reciprocal(1 + cosine) if self.lower else slope


def _reciprocal(shortfall: np.ndarray) -> np.ndarray:
    """1 / d, and 0 where d is clamped."""
    return np.where(shortfall >= ENDPOINT_GAP, 1 / np.maximum(shortfall, ENDPOINT_GAP), 0)


def _softmax(at: Points, x: Coordinate) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """log of the sum over all others, the varied pair's share of it, and what is left: 1 - share would cancel."""
    varied_positive, own = at.role == "positive", x.score(at.pair)
    positives = log_count(at.positives - varied_positive) + x.score(at.scene.positive)
    noise = log_count(at.noise - (not varied_positive)) + x.score(at.scene.noise)
    rest = np.logaddexp(positives, noise)
    total = np.logaddexp(rest, own)
    return total, np.exp(own - total), np.exp(rest - total)


def _of_class(at: Points, x: Coordinate, noise_target: float) -> OnePair:
    """slope (q - t) on every pair: all others stand below each, above it positives with t = 1/|P|, or noise too."""
    total, share, _ = _softmax(at, x)
    positive, noise, own = x.score(at.scene.positive), x.score(at.scene.noise), x.score(at.pair)
    target = 1 / (at.positives + at.noise * noise_target)
    apart = noise_target * at.noise * target  # what noise has of the weight
    mean = positive + apart * (noise - positive)
    if at.role == "positive":
        mean, varied = mean + target * (own - positive), target
    else:
        mean, varied = mean + noise_target * target * (own - noise), noise_target * target
    return OnePair(total - mean, (share - varied) * x.slope(at.pair))


def _of_view(at: Points, x: Coordinate, record: Contrast, settings: Mapping[str, float]) -> OnePair:
    """slope (p - [the pair is the other view]), each with its power; the rest of the class is noise to it."""
    varied_positive, own = at.role == "positive", x.score(at.pair)
    positive = own if varied_positive else x.score(at.scene.positive)
    rest = np.logaddexp(*(log_count(count) + score for count, score in _noise_of_view(at, x)))
    noise = rest if varied_positive else np.logaddexp(rest, own)
    below = np.logaddexp(noise, positive) if record.own_below else noise
    q, log_density = record.power_of(settings)
    powers = np.exp(q * (below + log_density)) * np.ones_like(below)
    if varied_positive:  # at q = 0 what is left of the share: 1 - share would cancel
        pulled = np.exp(q * positive) - powers * np.exp(positive - below) if q else np.exp(noise - below)
        return OnePair(_raised(below + log_density, positive, q), -pulled * x.slope(at.pair))
    return OnePair(_raised(below + log_density, positive, q), powers * np.exp(own - below) * x.slope(at.pair))


def _of_pairs(at: Points, x: Coordinate, record: Contrast, settings: Mapping[str, float]) -> OnePair:
    """A logistic regression a pair: slope (sigmoid(x + b) - [the pair is the other view])."""
    bias, varied_positive = record.bias_of(settings), at.role == "positive"
    own = x.score(at.pair) + bias
    positive = own if varied_positive else x.score(at.scene.positive) + bias
    loss = np.logaddexp(0, -positive) + (0 if varied_positive else np.logaddexp(0, own))
    for count, score in _noise_of_view(at, x, share=0.5 if record.across else 1.0):
        loss = loss + np.maximum(count, 0) * np.logaddexp(0, score + bias)
    force = -_sigmoid(-own) if varied_positive else _sigmoid(own)
    return OnePair(loss, force * x.slope(at.pair))


def _noise_of_view(at: Points, x: Coordinate, share: float = 1.0) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """(how many, their exponent) of a class's others and of other classes, to an anchor whose positive is its view.

    The varied pair, where it is noise, is not among them. `share` of them are in the view that the anchor meets.
    """
    return (
        (share * (at.class_size - 2), x.score(at.scene.positive)),
        (share * at.noise - (at.role == "noise"), x.score(at.scene.noise)),
    )


def _raised(log_below: np.ndarray, above: np.ndarray, q: float) -> np.ndarray:
    """(e^{q log_below} - e^{q above}) / q, at q = 0 its limit log_below - above."""
    return log_below - above if q == 0 else (np.expm1(q * log_below) - np.expm1(q * above)) / q


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
