"""Intervals of what independent draws estimate: a mean, a variance, the distance of an expected vector from a point."""

from dataclasses import dataclass

import numpy as np

GROUPS = 50
_NORMAL = 1.959964  # two-sided 95 % of a normal law


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval, all in the unit of the value."""

    value: float
    low: float
    high: float


def mean_interval(values: np.ndarray) -> Interval:
    """Mean of values (R,), R >= 2, with the normal interval of the mean."""
    half = _NORMAL * float(values.std(ddof=1)) / len(values) ** 0.5
    mean = float(values.mean())
    return Interval(mean, mean - half, mean + half)


def variance_interval(values: np.ndarray) -> Interval:
    """Unbiased variance of values (R,), with the normal interval that their own fourth moment gives."""
    variance = float(values.var(ddof=1))
    fourth = float(((values - values.mean()) ** 4).mean())
    half = _NORMAL * (max(0.0, fourth - variance**2) / len(values)) ** 0.5
    return Interval(variance, max(0.0, variance - half), variance + half)


def deviations(vectors: np.ndarray) -> np.ndarray:
    """Squared distances (R,) of vectors (R, M) from their mean, so that their mean is the unbiased trace."""
    return ((vectors - vectors.mean(axis=0)) ** 2).sum(axis=1) * len(vectors) / (len(vectors) - 1)


def distance_interval(vectors: np.ndarray, point: np.ndarray) -> Interval:
    """Distance of the expected vector from a point, by vectors (R, M), freed of the share that noise has in it.

    The interval is the jackknife's, over `GROUPS` groups of draws, on the square.
    """
    groups = np.array([part.mean(axis=0) for part in np.array_split(vectors, GROUPS)]) - point
    total = groups.sum(axis=0)
    square = squared_length(groups)
    left_out = np.array([squared_length(np.delete(groups, at, axis=0)) for at in range(GROUPS)])
    half = _NORMAL * float(np.sqrt((GROUPS - 1) * left_out.var())) if total.any() else 0.0
    return Interval(*(max(0.0, value) ** 0.5 for value in (square, square - half, square + half)))


def squared_length(groups: np.ndarray) -> float:
    """|expected vector|^2, without bias, from independent group means (G, M): the mean product of two of them."""
    count, total = len(groups), groups.sum(axis=0)
    return float((total @ total - (groups * groups).sum()) / (count * (count - 1)))


def shifted(interval: Interval, by: float) -> Interval:
    return Interval(interval.value + by, interval.low + by, interval.high + by)


def scaled(interval: Interval, by: float) -> Interval:
    return Interval(interval.value * by, interval.low * by, interval.high * by)
