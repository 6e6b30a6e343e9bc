"""Top-label calibration in float64: reliability bins, ECE, MCE, Brier score, NLL, and what chance alone would give.

Conventions: confidence is the largest class probability, and the label it names is right or wrong. Bins are
(a, b], the first closed at 0 and the last at 1. The ECE of a perfectly calibrated model is above 0 in any finite
sample, so the band that such a model would give stands beside it (consistency resampling, Broecker & Smith 2007:
here the confidences are kept and the outcomes are redrawn from them).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.calibration.log_loss import minus_log
from losses.errors import LabError, plural

Scheme = Literal["equal width", "equal mass"]
_CELLS = 4_000_000  # random numbers held at once: 32 MB


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Confidences in (lower, upper] bins, empty ones included: all arrays (B,).

    confidence and accuracy are means over the items of a bin; NaN stands in an empty bin and is never drawn.
    """

    scheme: Scheme
    lower: np.ndarray
    upper: np.ndarray
    count: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    @property
    def gap(self) -> np.ndarray:
        """|accuracy - confidence| of each bin, (B,); 0 in an empty one."""
        return np.where(self.count > 0, np.abs(self.accuracy - self.confidence), 0.0)

    @property
    def ece(self) -> float:
        """Expected calibration error: the gaps weighted by the share of items in their bin, in [0, 1]."""
        return float(self.gap @ self.count / self.count.sum())

    @property
    def mce(self) -> float:
        """Largest gap of any bin, in [0, 1]. A bin of one item can make it."""
        return float(self.gap.max())

    @property
    def squared(self) -> float:
        """Debiased squared calibration error (Kumar et al., arXiv 1909.10155), signed: about 0 under calibration.

        Bins of one item, which cannot be debiased, are left out.
        """
        return float(_squared(self.accuracy, self.confidence, self.count))


@dataclass(frozen=True, slots=True, eq=False)
class NullBand:
    """What a calibrated model with the same confidences gives in 95 % of samples: errors, and accuracy per bin (B,)."""

    ece: tuple[float, float]
    squared: tuple[float, float]
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Bins, the band of chance, and two proper scores.

    brier: mean over items of the squared error summed over classes, in [0, 2]. nll: mean of -log p(label), in nats;
    infinite where a label has probability 0, which `impossible` items have.
    """

    bins: Bins
    null: NullBand
    brier: float
    nll: float
    impossible: int
    items: int


def calibration(
    probabilities: np.ndarray,
    labels: np.ndarray,
    *,
    bins: int = 15,
    scheme: Scheme = "equal width",
    seed: int = 0,
    losses: np.ndarray | None = None,
) -> Calibration:
    """Calibration of class probabilities (M, K) against labels (M,).

    losses (M,): -log p(label) in nats of each item where logits are known (`log_loss`): a probability of 1e-400 is 0
    in any float, its logarithm is not. Else they are the logarithms of the probabilities.
    """
    probabilities = check_probabilities(probabilities)
    if len(labels) != len(probabilities) or labels.min() < 0 or labels.max() >= probabilities.shape[1]:
        rule = f"must be {len(probabilities)} integers in 0 to {probabilities.shape[1] - 1}"
        raise LabError("labels", rule, but=f"are {len(labels)} from {labels.min()} to {labels.max()}")
    confidence = probabilities.max(axis=1)
    binned = bin_confidences(confidence, probabilities.argmax(axis=1) == labels, bins=bins, scheme=scheme)
    truth = probabilities[np.arange(len(labels)), labels]
    brier = float(np.mean((probabilities**2).sum(axis=1) - 2 * truth + 1))
    losses = minus_log(truth) if losses is None else losses
    impossible, nll = int(np.isinf(losses).sum()), float(losses.mean())
    return Calibration(binned, null_band(confidence, binned, seed=seed), brier, nll, impossible, len(labels))


def check_probabilities(probabilities: np.ndarray) -> np.ndarray:
    """The same as float64; refused unless every entry is in [0, 1] and every row sums to 1 within 1e-3."""
    exact = np.asarray(probabilities, dtype=np.float64)
    if exact.ndim != 2 or exact.size == 0:
        raise LabError("probabilities", "must be (M, K) with M >= 1 and K >= 1", exact.shape)
    outside = ~((exact >= 0) & (exact <= 1)).all(axis=1)
    if outside.any():
        raise LabError(
            "probabilities",
            "must lie in [0, 1]",
            f"not so in {plural(outside.sum(), 'row')}",
            "Logits are no probabilities.",
        )
    off = np.abs(exact.sum(axis=1) - 1) > 1e-3
    if off.any():
        raise LabError(
            "probabilities", "must sum to 1 within 0.001 in each row", f"not so in {plural(off.sum(), 'row')}"
        )
    return exact


def bin_confidences(
    confidence: np.ndarray, correct: np.ndarray, *, bins: int = 15, scheme: Scheme = "equal width"
) -> Bins:
    """Sort confidences (M,) in [0, 1] and whether each was right (M,) into bins."""
    if not 1 <= bins <= 1000:
        raise LabError("bins", "must lie in 1 to 1000", bins)
    edges = np.linspace(0, 1, bins + 1) if scheme == "equal width" else _equal_mass_edges(confidence, bins)
    index = _bin_index(confidence, edges)
    count = np.bincount(index, minlength=len(edges) - 1)
    with np.errstate(invalid="ignore"):
        means = [np.bincount(index, values, len(count)) / count for values in (confidence, correct)]
    return Bins(scheme, edges[:-1], edges[1:], count, *means)


def null_band(confidence: np.ndarray, bins: Bins, *, resamples: int = 1000, seed: int = 0) -> NullBand:
    """Redraw every outcome from its own confidence, `resamples` times, in the bins as they are."""
    rng = np.random.default_rng(seed)
    order = np.argsort(confidence, kind="stable")
    filled = bins.count > 0
    count, mean = bins.count[filled], bins.confidence[filled]
    starts = np.cumsum(count) - count
    rows = max(1, _CELLS // len(confidence))
    parts = []
    for start in range(0, resamples, rows):
        outcomes = rng.random((min(rows, resamples - start), len(confidence))) < confidence[order]
        parts.append(np.add.reduceat(outcomes, starts, axis=1, dtype=np.float64) / count)
    accuracy = np.vstack(parts)
    ece = np.quantile(np.abs(accuracy - mean) @ count / count.sum(), [0.025, 0.975])
    lower, upper = np.full((2, len(filled)), np.nan)
    lower[filled], upper[filled] = np.quantile(accuracy, [0.025, 0.975], axis=0)
    squared = np.quantile(_squared(accuracy, mean, count), [0.025, 0.975])
    return NullBand((float(ece[0]), float(ece[1])), (float(squared[0]), float(squared[1])), lower, upper)


def _squared(accuracy: np.ndarray, confidence: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Sum over bins of share x (gap^2 - accuracy (1 - accuracy) / (n - 1)); accuracy (..., B) -> (...)."""
    many = count > 1
    accuracy, confidence, count = accuracy[..., many], confidence[many], count[many]
    excess = (accuracy - confidence) ** 2 - accuracy * (1 - accuracy) / (count - 1)
    return excess @ count / max(count.sum(), 1)


def _bin_index(confidence: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Bin of each confidence: an edge belongs to the bin below it, except the lowest, which opens the first."""
    return np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, len(edges) - 2)


def _equal_mass_edges(confidence: np.ndarray, bins: int) -> np.ndarray:
    """Edges that part the *distinct* values into bins of about equal numbers of items, from the least to the largest.

    Equal confidences never end in two bins, so there may be fewer bins than asked for.
    """
    distinct, count = np.unique(confidence, return_counts=True)
    middle = np.cumsum(count) - count / 2
    group = (middle * bins / len(confidence)).astype(np.int64)
    last = np.flatnonzero(np.diff(group))
    return np.concatenate([distinct[:1], distinct[last], distinct[-1:]])
