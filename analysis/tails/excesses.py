"""How an anchor's similarity to its negatives ends: the excesses of cosines over a threshold, as a Pareto tail.

Takes any cosines: (M,) independent ones, or (A, M), a row for each anchor, NaN where there is no pair. The law of
excesses over a high threshold is generalised Pareto (Pickands 1975): xi < 0 has an endpoint, as the Weibit coordinate
assumes (Erol et al., arXiv 2606.00262), xi = 0 is exponential, as a softmax assumes. The endpoint seen is that of a fit
at one threshold: a law that is Gumbel in the limit looks like this too (`analysis.tails.of_sphere`).
"""

from dataclasses import dataclass

import numpy as np

from analysis.statistics.bootstrap import Estimate, Unavailable
from analysis.tails.fit import Fits, fit_excesses
from losses.errors import LabError

LEAST_EXCESSES = 50
LEAST_ANCHORS = 10
_NORMAL = 1.959964
_MOST_QQ = 200


@dataclass(frozen=True, slots=True, eq=False)
class TailFit:
    """A generalised Pareto law fitted to the excesses over one threshold; cosines and their unit throughout.

    `threshold` is the cosine below which a share `quantile` of `cosines` lies; excesses (n,) ascending. xi is the
    shape by maximum likelihood with its 95 % interval, sigma the scale. `endpoint` = threshold - sigma / xi, infinite
    for xi >= 0. `at_boundary`: the likelihood has no maximum above xi = -1. `exponential` is the mean excess, the
    scale of the exponential law fitted on its own; `delta_aic` = AIC of that law - AIC of this one, above 0 where the
    shape is worth its parameter (excesses taken as independent). `resampled`: what the interval resamples.
    """

    cosines: int
    quantile: float
    threshold: float
    excesses: np.ndarray
    xi: Estimate
    sigma: float
    endpoint: float
    at_boundary: bool
    exponential: float
    delta_aic: float
    resampled: str


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles:
    """Excesses against the fitted law, (P,) ascending: model, observed, and where 95 % of observations would lie.

    low and high are exact for an order statistic of the fitted law; that the law was fitted narrows them a little.
    """

    model: np.ndarray
    observed: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdScan:
    """Shapes at Q thresholds, all (Q,): xi with its 95 % interval [low, high], and the number of excesses."""

    quantile: np.ndarray
    threshold: np.ndarray
    xi: np.ndarray
    low: np.ndarray
    high: np.ndarray
    excesses: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class AnchorTails:
    """A fit for each of `anchors` (A',), those with enough negatives: shape, scale, and each one's own threshold."""

    anchors: np.ndarray
    xi: np.ndarray
    sigma: np.ndarray
    threshold: np.ndarray
    left_out: int


def fit_tail(
    cosines: np.ndarray, *, quantile: float = 0.99, resamples: int = 200, seed: int = 0
) -> TailFit | Unavailable:
    """Fit the pooled tail of cosines, (M,) or (A, M) with NaN for no pair.

    The interval is the bootstrap's, corrected for bias, with a normal shape: 2 xi - mean +- 1.96 standard deviations
    of the resampled shapes (Davison and Hinkley 1997, equation 5.5). Pairs of one anchor are dependent, so of (A, M)
    whole anchors are resampled, of (M,) excesses; the threshold stays. Unavailable with fewer than `LEAST_EXCESSES`
    excesses.
    """
    values, anchors = _pooled(cosines, quantile)
    if not len(values):
        return Unavailable("there is no pair to take a cosine of")
    cut = float(np.quantile(values, quantile))
    above = values > cut
    reason = _too_few(int(above.sum()), anchors if anchors is None else anchors[above])
    if reason:
        return Unavailable(reason)
    x, rng = values[above] - cut, np.random.default_rng(seed)
    fit = fit_excesses(x)
    shapes = fit_excesses(x, _resampled(len(x), anchors if anchors is None else anchors[above], resamples, rng)).xi
    xi, sigma, mean = float(fit.xi[0]), float(fit.sigma[0]), float(x.mean())
    return TailFit(
        cosines=len(values),
        quantile=quantile,
        threshold=cut,
        excesses=np.sort(x),
        xi=_interval(xi, shapes),
        sigma=sigma,
        endpoint=cut - sigma / xi if xi < 0 else float("inf"),
        at_boundary=bool(fit.at_boundary[0]),
        exponential=mean,
        delta_aic=float(2 * len(x) * (fit.log_likelihood[0] + np.log(mean) + 1) - 2),
        resampled="excesses" if anchors is None else "anchors",
    )


def shape_by_threshold(
    cosines: np.ndarray, quantiles: np.ndarray, *, resamples: int = 100, seed: int = 0
) -> ThresholdScan:
    """`fit_tail` at each quantile; those with too few excesses are left out."""
    fits = [fit_tail(cosines, quantile=float(q), resamples=resamples, seed=seed) for q in quantiles]
    found = [fit for fit in fits if isinstance(fit, TailFit)]
    return ThresholdScan(
        quantile=np.array([fit.quantile for fit in found]),
        threshold=np.array([fit.threshold for fit in found]),
        xi=np.array([fit.xi.value for fit in found]),
        low=np.array([fit.xi.low for fit in found]),
        high=np.array([fit.xi.high for fit in found]),
        excesses=np.array([len(fit.excesses) for fit in found]),
    )


def fit_anchors(cosines: np.ndarray, *, quantile: float = 0.9) -> AnchorTails:
    """A tail for each anchor's own negatives (A, M), NaN where there is no pair; all fits at once.

    Each anchor's threshold leaves the same share above it; anchors with fewer than `LEAST_EXCESSES` there are left out.
    """
    _check(cosines, quantile)
    counts = np.floor((1 - quantile) * np.isfinite(cosines).sum(axis=1) + 1e-9).astype(int)  # excesses of each
    anchors = np.flatnonzero(counts >= LEAST_EXCESSES)
    if not len(anchors):
        return AnchorTails(anchors, np.empty(0), np.empty(0), np.empty(0), left_out=len(cosines))
    most = int(counts.max())
    top = -np.sort(-np.where(np.isfinite(cosines), cosines, -np.inf)[anchors], axis=1)[:, : most + 1]
    threshold = np.take_along_axis(top, counts[anchors, None], axis=1)
    weights = ((np.arange(most + 1) < counts[anchors, None]) & (top > threshold)).astype(float)
    enough = weights.sum(axis=1) >= LEAST_EXCESSES  # of equal cosines at the threshold none exceeds it
    anchors, weights = anchors[enough], weights[enough]
    excesses = np.where(weights > 0, (top.astype(np.float64) - threshold)[enough], 0)
    threshold = threshold[enough, 0]
    if not len(anchors):
        return AnchorTails(anchors, threshold, threshold, threshold, left_out=len(cosines))
    fits: Fits = fit_excesses(excesses, weights)
    return AnchorTails(anchors, fits.xi, fits.sigma, threshold, left_out=len(cosines) - len(anchors))


def quantiles(fit: TailFit) -> Quantiles:
    """The excesses beside the quantiles of the fitted law, thinned to 200 with the largest kept."""
    from scipy.special import betaincinv

    n = len(fit.excesses)
    rank = np.unique(np.geomspace(1, n, _MOST_QQ).round().astype(int))  # from the top
    low, high = (betaincinv(rank, n + 1 - rank, side) for side in (0.975, 0.025))
    order = np.argsort(-rank)
    columns = [_upper_quantile(fit, share)[order] for share in ((rank - 0.5) / n, low, high)]
    return Quantiles(columns[0], fit.excesses[n - rank][order], columns[1], columns[2])


def _upper_quantile(fit: TailFit, share: np.ndarray) -> np.ndarray:
    """The excess that a share of the fitted law exceeds."""
    xi = fit.xi.value
    return -fit.sigma * np.log(share) if xi == 0 else fit.sigma * np.expm1(-xi * np.log(share)) / xi


def _pooled(cosines: np.ndarray, quantile: float) -> tuple[np.ndarray, np.ndarray | None]:
    """The cosines that are there, float64, and the anchor of each where there are anchors."""
    _check(cosines, quantile)
    there = ~np.isnan(cosines)
    anchors = None if cosines.ndim == 1 else np.nonzero(there)[0]
    return cosines[there].astype(np.float64), anchors


def _check(cosines: np.ndarray, quantile: float) -> None:
    if cosines.ndim not in (1, 2):
        raise LabError("cosines", "must be (M,), or (A, M) with a row for each anchor", cosines.shape)
    if (np.abs(cosines) > 1 + 1e-5).any():
        raise LabError("cosines", "must lie in -1 to 1", float(np.nanmax(np.abs(cosines))), "Normalise the rows first.")
    if not 0 < quantile < 1:
        raise LabError("quantile", "must lie between 0 and 1", quantile)


def _too_few(excesses: int, anchors: np.ndarray | None) -> str:
    if excesses < LEAST_EXCESSES:
        return f"a tail needs at least {LEAST_EXCESSES} excesses, here {excesses}"
    if anchors is not None and len(np.unique(anchors)) < LEAST_ANCHORS:
        few = len(np.unique(anchors))
        return f"an interval needs excesses of at least {LEAST_ANCHORS} anchors, here {few}"
    return ""


def _resampled(count: int, anchors: np.ndarray | None, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """How often each of `count` excesses counts in each resample, (R, n) int; of anchors, all of an anchor together."""
    if anchors is None:
        return rng.multinomial(count, np.full(count, 1 / count), size=resamples)
    present, place = np.unique(anchors, return_inverse=True)
    draws = rng.multinomial(len(present), np.full(len(present), 1 / len(present)), size=resamples)
    return draws[:, place]


def _interval(value: float, resampled: np.ndarray) -> Estimate:
    centre, spread = 2 * value - float(resampled.mean()), _NORMAL * float(resampled.std(ddof=1))
    return Estimate(value, centre - spread, centre + spread)
