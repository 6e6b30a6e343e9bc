"""Bootstrap intervals over test items, and the value that stands where no number can be given."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from losses.errors import LabError

_CELLS = 2_000_000  # draws held at once, whatever the number of items: 8 MB


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A number that cannot be given honestly, and why, in one sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % percentile interval, in the unit of the number."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (np.isfinite([self.value, self.low, self.high]).all() and self.low <= self.high):
            raise LabError("estimate", "must be finite with low <= high", (self.value, self.low, self.high))


def proportion(hits: np.ndarray, *, resamples: int = 1000, seed: int = 0) -> Estimate | Unavailable:
    """Share of true in hits (M,) bool, with its bootstrap interval.

    The number of hits in a resample of M items is Binomial(M, share), so no item needs to be drawn. At a share of 0
    or 1 that interval has no width and covers far less than 95 %; there the exact binomial bound is given instead
    (Clopper and Pearson 1934).

    >>> proportion(np.array([True, True, True, False])).value
    0.75
    """
    items = len(hits)
    if items < 2:
        return Unavailable(f"an interval needs at least 2 items, here {items}")
    share = float(hits.mean())
    if share in (0.0, 1.0):
        slack = 1 - 0.025 ** (1 / items)
        return Estimate(share, max(0.0, share - slack), min(1.0, share + slack))
    shares = np.random.default_rng(seed).binomial(items, share, size=resamples) / items
    return Estimate(share, *_interval(shares))


def mean_estimate(values: np.ndarray, *, resamples: int = 1000, seed: int = 0) -> Estimate | Unavailable:
    """Mean of finite values (M,) with its bootstrap interval."""
    items = len(values)
    if items < 2:
        return Unavailable(f"an interval needs at least 2 items, here {items}")
    draws = [values[drawn].mean(axis=1) for drawn in _draws(items, resamples, seed)]
    return Estimate(float(values.mean()), *_interval(np.concatenate(draws)))


def median_estimate(values: np.ndarray, *, resamples: int = 1000, seed: int = 0) -> Estimate | Unavailable:
    """Median of finite values (M,) with its bootstrap interval."""
    items = len(values)
    if items < 2:
        return Unavailable(f"an interval needs at least 2 items, here {items}")
    draws = [_medians(values[drawn]) for drawn in _draws(items, resamples, seed)]
    return Estimate(float(np.median(values)), *_interval(np.concatenate(draws)))


def median_difference(
    first: np.ndarray, second: np.ndarray, *, resamples: int = 1000, seed: int = 0
) -> Estimate | Unavailable:
    """median(first) - median(second), both (M,) over the same items, which are resampled together."""
    items = len(first)
    if items < 2:
        return Unavailable(f"an interval needs at least 2 items, here {items}")
    differences = [_medians(first[drawn]) - _medians(second[drawn]) for drawn in _draws(items, resamples, seed)]
    value = float(_medians(first[None])[0] - _medians(second[None])[0])
    return Estimate(value, *_interval(np.concatenate(differences)))


def _draws(items: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Indices of the resampled items, a few resamples (R, M) at a time."""
    rng = np.random.default_rng(seed)
    size = max(1, _CELLS // items)
    for start in range(0, resamples, size):
        yield rng.integers(items, size=(min(size, resamples - start), items), dtype=np.int32)


def _interval(draws: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def _medians(values: np.ndarray) -> np.ndarray:
    """Median of each row of (R, M), in float64: the mean of the two middle values where M is even.

    One partition and a maximum: np.median asks for both middle ranks and takes four times as long.
    """
    middle = values.shape[1] // 2
    split = np.partition(values, middle, axis=1)
    upper = split[:, middle].astype(np.float64)
    return upper if values.shape[1] % 2 else (split[:, :middle].max(axis=1) + upper) / 2
