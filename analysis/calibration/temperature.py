"""Temperature scaling (Guo et al., arXiv 1706.04599): one number that makes the probabilities less or more extreme.

It is fitted on a seeded half of the test items and judged on the other one. Any number fitted on the items that it is
judged on would look calibrated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.accuracy.probe import softmax
from analysis.calibration.log_loss import gaps_to_label, log_loss
from analysis.calibration.top_label import Calibration, Scheme, calibration
from analysis.statistics.bootstrap import Estimate, Unavailable, mean_estimate

LEAST_ITEMS = 40
_NORMAL = 1.959964
_FAR = 1e4  # times the scores' scale: there the softmax is uniform, or a step, to four digits
_NOTHING = 1e-9  # a mean gap, as a share of the gaps, that is no more than rounding
_LARGEST = 690.0  # log b: beyond it exp overflows
Limit = Literal["none", "zero", "infinity", "any"]


@dataclass(frozen=True, slots=True)
class Temperature:
    """T > 0 with its 95 % interval over `items` items; above 1 the model was over-confident.

    `limit`: "none" where T is the best one. Else none is: the likelihood rises all the way to "zero" (every item is
    right) or to "infinity" (the scores say nothing about the labels), or "any" T is as good (equal scores). `value` is
    then a stand-in, far out on the scale of the scores, and the interval open on that side.
    """

    value: float
    low: float
    high: float
    limit: Limit
    items: int

    @property
    def at_end(self) -> bool:
        """Whether no temperature is the best one."""
        return self.limit != "none"


@dataclass(frozen=True, slots=True, eq=False)
class TemperatureScaling:
    """Calibration of the half that the temperature was not fitted on, before and after.

    The paired changes in NLL (nats) and Brier score are negative where the temperature helps.
    """

    fitted: Temperature
    before: Calibration
    after: Calibration
    nll_change: Estimate
    brier_change: Estimate


def temperature_scaling(
    scores: np.ndarray, labels: np.ndarray, *, bins: int = 15, scheme: Scheme = "equal width", seed: int = 0
) -> TemperatureScaling | Unavailable:
    """Of scores (M, K), whose softmax are the probabilities, and labels (M,). Halves are drawn by `seed`."""
    items = len(labels)
    if items < LEAST_ITEMS:
        return Unavailable(f"two halves need at least {LEAST_ITEMS} test items, here {items}")
    impossible = int(np.isneginf(scores[np.arange(items), labels]).sum())
    if impossible:
        return Unavailable(f"no temperature gives {impossible:,} labels a probability above 0")
    order = np.random.default_rng(seed).permutation(items)
    fit, held = order[: items // 2], order[items // 2 :]
    fitted = fit_temperature(scores[fit], labels[fit])
    if fitted.limit == "any":
        return Unavailable("the scores of all classes are equal for every item, so no temperature changes anything")
    before, after = (softmax(scores[held], t) for t in (1.0, fitted.value))
    losses = [log_loss(scores[held], labels[held], t) for t in (1.0, fitted.value)]
    nll = mean_estimate(losses[1] - losses[0])
    brier = mean_estimate(_brier(after, labels[held]) - _brier(before, labels[held]))
    assert not isinstance(nll, Unavailable)
    assert not isinstance(brier, Unavailable)
    found = [
        calibration(each, labels[held], bins=bins, scheme=scheme, losses=loss)
        for each, loss in zip((before, after), losses, strict=True)
    ]
    return TemperatureScaling(fitted, found[0], found[1], nll, brier)


def fit_temperature(scores: np.ndarray, labels: np.ndarray) -> Temperature:
    """The T of least NLL of softmax(scores / T); scores (M, K), -inf but for the labels' own allowed.

    NLL is convex in b = 1 / T, and its slopes at b = 0 and at infinity say whether there is a least one in between.
    It is bracketed from the scores' own scale outwards, however far it lies: T of c * scores is c times T of scores.
    The interval is the sandwich's for 1 / T: it does not assume that the model is right.
    """
    from scipy.optimize import brentq

    items, gaps = len(labels), gaps_to_label(scores, labels)
    possible = np.isfinite(gaps)
    largest = float(np.abs(gaps[possible]).max())
    if largest == 0:
        return Temperature(1.0, 0.0, np.inf, "any", items)
    gaps /= largest
    finite = np.where(possible, gaps, 0.0)
    spread = float(np.sqrt((finite**2).sum() / possible.sum()))
    scale = largest * spread
    if (finite.sum(axis=1) / possible.sum(axis=1)).mean() >= -_NOTHING * spread:
        return Temperature(scale * _FAR, scale, np.inf, "infinity", items)

    def slope(log_b: float) -> float:
        return float(_moments(gaps, finite, float(np.exp(log_b)))[0].mean())

    if not (finite > 0).any() or slope(_LARGEST) <= 0:
        return Temperature(scale / _FAR, 0.0, scale, "zero", items)
    log_b = float(brentq(slope, *_bracket(slope), xtol=1e-12))
    mean, variance = _moments(gaps, finite, float(np.exp(log_b)))
    bend = float(variance.sum()) * np.exp(log_b)
    half = _NORMAL * float(np.sqrt((mean**2).sum())) / bend if bend > 0 else np.inf
    value = largest * float(np.exp(-log_b))
    known = half < np.log(_FAR)
    low, high = (value * float(np.exp(-half)), value * float(np.exp(half))) if known else (0.0, np.inf)
    return Temperature(value, low, high, "none", items)


def _moments(gaps: np.ndarray, finite: np.ndarray, b: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance (M,) of each item's gaps under softmax(b * gaps): first and second derivative of its NLL."""
    probabilities = softmax(gaps, 1 / b)
    mean = (probabilities * finite).sum(axis=1)
    return mean, (probabilities * (finite - mean[:, None]) ** 2).sum(axis=1)


def _bracket(slope: Callable[[float], float]) -> tuple[float, float]:
    """Two log b, a step apart, between which the slope turns from below 0 to above."""
    low, high, step = 0.0, 0.0, 1.0
    while slope(high) < 0:
        low, high, step = high, min(high + step, _LARGEST), 1.5 * step
    while slope(low) > 0:
        low, high, step = low - step, low, 1.5 * step
    return low, high


def _brier(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return (probabilities**2).sum(axis=1) - 2 * probabilities[np.arange(len(labels)), labels] + 1
