"""Temperature scaling (Guo et al., arXiv 1706.04599): one number that makes the probabilities less or more extreme.

It is fitted on a seeded half of the test items and judged on the other one. Any number fitted on the items that it is
judged on would look calibrated.
"""

from dataclasses import dataclass

import numpy as np

from analysis.bootstrap import Estimate, Unavailable, mean_estimate
from analysis.calibration import Calibration, Scheme, calibration
from analysis.probe import softmax

SEARCH = (-4.0, 4.0)
"""log T is sought in here."""
LEAST_ITEMS = 40
_NORMAL = 1.959964


@dataclass(frozen=True, slots=True)
class Temperature:
    """T > 0 with its 95 % interval over `items` items; above 1 the model was over-confident.

    `at_end`: the likelihood still rises at an end of the search, as where every item is right.
    """

    value: float
    low: float
    high: float
    at_end: bool
    items: int


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
    before, after = (softmax(scores[held], t) for t in (1.0, fitted.value))
    changes = [mean_estimate(loss(after, labels[held]) - loss(before, labels[held])) for loss in (_nll, _brier)]
    assert not isinstance(changes[0], Unavailable)
    assert not isinstance(changes[1], Unavailable)
    found = [calibration(each, labels[held], bins=bins, scheme=scheme) for each in (before, after)]
    return TemperatureScaling(fitted, found[0], found[1], changes[0], changes[1])


def fit_temperature(scores: np.ndarray, labels: np.ndarray) -> Temperature:
    """The T of least NLL of softmax(scores / T), by a bounded search on log T; NLL is convex in 1 / T.

    The interval is the sandwich's for 1 / T: it does not assume that the model is right.
    """
    from scipy.optimize import minimize_scalar

    finite = np.where(np.isfinite(scores), scores, 0.0)
    truth = finite[np.arange(len(labels)), labels]
    found = minimize_scalar(
        lambda t: float(_nll(softmax(scores, float(np.exp(t))), labels).mean()),
        bounds=SEARCH,
        method="bounded",
        options={"xatol": 1e-6},
    )
    # Where every item is right, the NLL falls all the way to T = 0, in floating point only until it is 0.
    log_t = SEARCH[0] if (truth >= np.max(scores, axis=1)).all() else float(found.x)
    probabilities = softmax(scores, float(np.exp(log_t)))
    mean = (probabilities * finite).sum(axis=1)
    slope = mean - truth  # of each item's NLL in 1 / T
    bend = float(((probabilities * finite**2).sum(axis=1) - mean**2).sum())
    half = _NORMAL * np.exp(log_t) * float(np.sqrt((slope**2).sum())) / bend if bend > 0 else np.inf
    ends = np.exp(np.clip([log_t - half, log_t + half], *SEARCH))
    at_end = min(log_t - SEARCH[0], SEARCH[1] - log_t) < 1e-3
    return Temperature(float(np.exp(log_t)), float(ends[0]), float(ends[1]), at_end, len(labels))


def _nll(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    truth = probabilities[np.arange(len(labels)), labels]
    return -np.log(np.maximum(truth, np.finfo(np.float64).tiny))


def _brier(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return (probabilities**2).sum(axis=1) - 2 * probabilities[np.arange(len(labels)), labels] + 1
