"""Negative log-likelihood and Brier score, the two numbers that no binning can flatter, with their intervals."""

from dataclasses import dataclass

import numpy as np

from analysis.calibration.log_loss import minus_log
from analysis.calibration.top_label import check_probabilities
from analysis.statistics.bootstrap import Estimate, Unavailable, mean_estimate

RESAMPLES = 400


@dataclass(frozen=True, slots=True)
class ProperScores:
    """Means over `items` items: of -log p(label), in nats, and of squared errors summed over classes, 0 to 2."""

    nll: Estimate | Unavailable
    brier: Estimate | Unavailable
    items: int


def proper_scores(probabilities: np.ndarray, labels: np.ndarray, losses: np.ndarray | None = None) -> ProperScores:
    """Of class probabilities (M, K) against labels (M,); losses (M,) as `calibration` takes them."""
    exact = check_probabilities(probabilities)
    truth = exact[np.arange(len(labels)), labels]
    losses = minus_log(truth) if losses is None else losses
    impossible = int(np.isinf(losses).sum())
    nll = (
        Unavailable(f"it is infinite, since {impossible:,} labels had probability 0")
        if impossible
        else mean_estimate(losses, resamples=RESAMPLES)
    )
    return ProperScores(nll, mean_estimate((exact**2).sum(axis=1) - 2 * truth + 1, resamples=RESAMPLES), len(labels))
