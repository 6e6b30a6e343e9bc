"""The variance that no temperature changes: three ways to fit a softmax to the winners, each around its own limit.

The world asks how far a link ends from the truth. These statements (WEINCE, arXiv 2606.00262: first three experiments
of the released synthetic notebook) ask how much an estimate scatters, whatever it tends to, and one of them fits a
utility to every score, which is no slope on a coordinate; so they stand beside the world's links and not among them.
Fitting softmax(u / tau) scales the utilities u by tau and their variance by tau^2, and leaves u / tau as it is. They
smooth or clip counts of 0; here such estimates are infinite, counted and left out.

Letters: K scores, Q values n, R repetitions, E estimates in the order of `ESTIMATES`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from toy_models.noise_floor.maximum_likelihood import coordinate, fit_slopes
from toy_models.noise_floor.spec import LINKS, NoiseFloorSpec
from toy_models.noise_floor.theory import winners

FREE = "free"
ESTIMATES: Mapping[str, str] = {
    FREE: "Unrestricted softmax, a utility a score",
    "weibit": "Weibit link, one slope on -log(1 - s)",
    "softmax": "Restricted softmax, one slope on s",
}
"""Name -> title; the last two are the world's `LINKS`."""
TEMPERATURES = (0.25, 0.5, 1.0, 2.0)
_TABLES = 20_000  # fitted at once


@dataclass(frozen=True, slots=True)
class VarianceRate:
    """What an estimate tends to in its own unit (the slope of a link; the log-odds themselves of the free softmax), n
    times its variance there, and both for the log-odds of the last score against the first, nats."""

    limit: float
    rate: float
    log_odds: float
    log_odds_rate: float


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredVariances:
    """n times the variance of the estimated log-odds (E, Q), its standard_error (E, Q) by the fourth moment, and how
    many of the repetitions are infinite (E, Q), which are left out. NaN with fewer than two."""

    value: np.ndarray
    standard_error: np.ndarray
    infinite: np.ndarray


def variance_rates(spec: NoiseFloorSpec) -> tuple[VarianceRate, ...]:
    """Exact, as n grows: the variance over winners of what one winner does to the estimate (its influence).

    The free log-odds give 1/p_K + 1/p_1, for two scores 1/(p (1 - p)); a slope on x gives Var_p(x) / Var_q(x)^2, the
    sandwich, where q is the link at its limit, and 1 / Var_p(x) where q is p.

    >>> round(variance_rates(NoiseFloorSpec(scores=(0.25, 0.75), exponent=1.0))[0].log_odds_rate, 6)
    5.333333
    """
    probs, scores = winners(spec), np.array(spec.scores)
    influence = np.zeros(len(probs))
    influence[-1], influence[0] = 1 / probs[-1], -1 / probs[0]
    free = float(probs @ influence**2)
    slopes = (_slope_rate(coordinate(link, scores), probs) for link in LINKS)
    return VarianceRate(spec.log_odds, free, spec.log_odds, free), *slopes


def measured_variances(spec: NoiseFloorSpec) -> MeasuredVariances:
    """From the winners of the world's own run of this spec."""
    found = log_odds_estimates(spec)
    finite = np.isfinite(found)
    count = finite.sum(axis=2)
    mean = _mean(found, finite, count)
    off = np.where(finite, found - mean[..., None], 0.0)
    second, fourth = (_mean(off**power, finite, count) for power in (2, 4))
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.where(count > 1, second * count / (count - 1), np.nan)
        error = np.sqrt(np.maximum(fourth - second**2, 0) / count)
    draws = np.array(spec.draws)
    return MeasuredVariances(draws * variance, draws * error, spec.repetitions - count)


def log_odds_estimates(spec: NoiseFloorSpec) -> np.ndarray:
    """Log-odds of the last score against the first (E, Q, R), from the same winners; infinite where one never won."""
    rng, probs, scores = np.random.default_rng(spec.seed), winners(spec), np.array(spec.scores)
    tables = rng.multinomial(spec.draws, probs, size=(spec.repetitions, len(spec.draws)))  # (R, Q, K)
    with np.errstate(divide="ignore", invalid="ignore"):
        free = np.log(tables[..., -1]) - np.log(tables[..., 0])
    slopes = [_fitted(coordinate(link, scores), tables) for link in LINKS]
    return np.stack([free, *slopes]).transpose(0, 2, 1)


def _fitted(x: np.ndarray, tables: np.ndarray) -> np.ndarray:
    flat = tables.reshape(-1, tables.shape[-1])
    parts = [fit_slopes(x, flat[start : start + _TABLES]) for start in range(0, len(flat), _TABLES)]
    return (x[-1] - x[0]) * np.concatenate(parts).reshape(tables.shape[:-1])


def _slope_rate(x: np.ndarray, probs: np.ndarray) -> VarianceRate:
    slope, reach = float(fit_slopes(x, probs)), float(x[-1] - x[0])
    fitted = np.exp(slope * x - np.logaddexp.reduce(slope * x))
    curvature = fitted @ (x - fitted @ x) ** 2
    influence = (x - probs @ x) / curvature
    rate = float(probs @ influence**2)
    return VarianceRate(slope, rate, slope * reach, rate * reach**2)


def _mean(values: np.ndarray, kept: np.ndarray, count: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        found: np.ndarray = np.where(kept, values, 0.0).sum(axis=2) / np.where(count > 0, count, np.nan)
    return found
