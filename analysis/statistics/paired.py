"""Is a difference between two models more than chance? Tests and intervals paired by test item.

Means of per-item values are tested by flipping signs: were the two models exchangeable, every item's difference would
have been as likely with the other sign (Fisher 1935; for right or wrong it is McNemar's exact test). A percentile
bootstrap p-value is no substitute: of 5 items on which two classifiers differ, all won by one, it makes p = 0.013 where
McNemar's test says 0.0625. Flipping signs alone, though, also tells apart models of equal means: where most items lean
a little one way and a few strongly the other, no flip looks like the data. So the mean must be far from 0 in its
standard errors too (Student's t), and the p-value is the larger of the two. It is exact for exchangeable models, and
right in large samples wherever the means agree. Skewed differences with few items in the tail remain beyond any test:
with five such items in 100, 4 of 100 equal means have p <= 0.01, and by flips alone 12.

Medians and ECE are no means, and swapping two models' values mixes the shapes of their distributions: two models of
equal medians and unequal spread would be told apart. These are held against their standard error from the paired
bootstrap, which also reaches the small p-values that a correction for many tests asks for. That of a median is itself
uncertain: its square has a relative variance of about 2 / sqrt(n) (n^-1/4 is the bootstrap's rate for quantiles, Hall &
Martin 1988; the factor by simulation), that of a variance with sqrt(n) degrees of freedom. So Student's t with as many
stands for the normal law, which told 6 to 7 of 100 equal medians apart at n = 80.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.statistics.bootstrap import Estimate

RESAMPLES = 1000
FLIPS = 9_999
_CELLS = 2_000_000  # numbers held at once: 16 MB


@dataclass(frozen=True, slots=True)
class Tested:
    """A difference with its 95 % interval and the two-sided p-value of "there is none"; `items` have a part in it."""

    difference: Estimate
    p: float
    items: int


def compare_means(differences: np.ndarray, *, seed: int = 0) -> tuple[Tested, ...]:
    """The mean of each column of differences (M, J) of per-item values; NaN where an item takes no part.

    All columns are resampled and flipped together. Percentile interval; where no item of a column differs, that of
    a share of none among so many (Clopper & Pearson 1934).
    """
    present = ~np.isnan(differences)
    filled, items = np.where(present, differences, 0.0), present.sum(axis=0)
    values = filled.sum(axis=0) / items
    low, high = np.quantile(_resampled_means(filled, present, seed), [0.025, 0.975], axis=0)
    errors = np.sqrt(((filled - values * present) ** 2).sum(axis=0) / np.maximum(items - 1, 1) / items)
    students = [student_p(*map(float, each)) for each in zip(values, errors, items - 1, strict=True)]
    p_values = np.maximum(_sign_flips(filled, seed), students)
    same = ~filled.any(axis=0)
    slack = np.where(same, 1 - 0.025 ** (1 / items), 0.0)
    return tuple(
        Tested(Estimate(float(values[j]), float(low[j] - slack[j]), float(high[j] + slack[j])), float(p), int(items[j]))
        for j, p in enumerate(p_values)
    )


def compare_draws(value: float, draws: np.ndarray, items: int, *, centred: bool = False) -> Tested:
    """A difference with its values in R paired resamples (R,), of `items` items.

    Percentile interval, or `centred`: value -+ 1.96 standard errors, where the resamples are known to be biased. The
    p-value is at least 2^(1 - items), what flipping signs could give at best.
    """
    error = float(draws.std(ddof=1))
    low, high = np.quantile(draws, [0.025, 0.975])
    if centred:
        low, high = value - 1.959964 * error, value + 1.959964 * error
    # The value of a few items may lie outside of its own resamples' middle.
    estimate = Estimate(value, min(float(low), value), max(float(high), value))
    return Tested(estimate, max(student_p(value, error, items**0.5), 2.0 ** (1 - items)), items)


def student_p(value: float, error: float, freedom: float) -> float:
    """Two-sided p-value of value / error under Student's t with `freedom` degrees; 1 for 0 / 0."""
    from scipy.special import stdtr

    if value == 0 or not freedom:
        return 1.0
    return float(2 * stdtr(freedom, -abs(value) / error)) if error else 0.0


def resample_counts(items: int, *, resamples: int = RESAMPLES, seed: int = 0) -> Iterator[np.ndarray]:
    """How often each item is drawn: (R, items) int32, a few resamples at a time, `resamples` in all."""
    rng = np.random.default_rng(seed)
    size = max(1, _CELLS // items)
    for start in range(0, resamples, size):
        rows = min(size, resamples - start)
        draws = rng.integers(items, size=(rows, items)) + items * np.arange(rows)[:, None]
        yield np.bincount(draws.ravel(), minlength=rows * items).astype(np.int32).reshape(rows, items)


def resampled_medians(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Median (R,) of values (n,), each taken counts (R, n) times: the mean of the two middle ones where they are even.

    Sorted once: then the middle is where the counts add up to half.
    """
    order = np.argsort(values, kind="stable")
    running = np.take(counts, order, axis=1).cumsum(axis=1, dtype=np.int32)
    total = running[:, -1:]
    places = [np.count_nonzero(running <= middle, axis=1) for middle in ((total - 1) // 2, total // 2)]
    ordered = values[order].astype(np.float64)
    return (ordered[places[0]] + ordered[places[1]]) / 2


def _resampled_means(filled: np.ndarray, present: np.ndarray, seed: int) -> np.ndarray:
    """(R, J) means of resampled items; a resample without any item of a column has mean 0."""
    drawn = [(counts @ filled, counts @ present) for counts in _floats(resample_counts(len(filled), seed=seed))]
    sums, items = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    return sums / np.maximum(items, 1)


def _floats(blocks: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    return (block.astype(np.float64) for block in blocks)


def _sign_flips(filled: np.ndarray, seed: int) -> np.ndarray:
    """p-values (J,): the share of sign patterns, the one observed among them, whose sum is at least as far from 0."""
    items, columns = filled.shape
    rng = np.random.default_rng((seed, 1))
    total, rows = filled.sum(axis=0), max(1, _CELLS // items)
    # What rounding does to a sum in another order must not make it smaller than itself.
    reached = np.abs(total) - 1e-12 * np.abs(filled).sum(axis=0)
    count = np.ones(columns)
    for start in range(0, FLIPS, rows):
        size = min(rows, FLIPS - start)
        bits = np.unpackbits(rng.integers(256, size=(size, (items + 7) // 8), dtype=np.uint8), axis=1, count=items)
        count += (np.abs(2 * (bits.astype(np.float64) @ filled) - total) >= reached).sum(axis=0)
    return count / (FLIPS + 1)
