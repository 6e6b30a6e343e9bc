"""Intervals of smooth statistics from what each item does to them: the infinitesimal jackknife.

A statistic of n independent items moves by influence_i / n when item i gains weight; its standard error is then
sd(influence) / sqrt(n) (Efron, The Jackknife, the Bootstrap and Other Resampling Plans, 1982). One pass over the
items stands for a thousand resamples, which for spectra and sums over pairs would each cost as much as the statistic.
"""

import numpy as np

from analysis.statistics.bootstrap import Estimate

_NORMAL = 1.959964  # two-sided 95 % of a normal law


def influence_estimate(value: float, influence: np.ndarray, *, low: float = -np.inf, high: float = np.inf) -> Estimate:
    """`value` with its normal 95 % interval, cut to the statistic's range [low, high].

    influence (n,), n >= 2: n times the derivative of the statistic in each item's weight, of mean 0 or centred here.

    >>> influence_estimate(2.0, np.array([1.0, -1.0, 1.0, -1.0])).low < 1.0
    True
    """
    value = min(max(value, low), high)  # rounding may have left the range
    half = _NORMAL * float(influence.std(ddof=1)) / len(influence) ** 0.5
    return Estimate(value, max(low, value - half), min(high, value + half))
