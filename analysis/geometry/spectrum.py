"""How many directions the embeddings use: the spectrum of their covariance and its effective rank."""

from dataclasses import dataclass

import numpy as np

from analysis.outputs import NO_EMBEDDINGS
from analysis.statistics.bootstrap import Estimate, Unavailable
from analysis.statistics.influence import influence_estimate

_NORMAL = 1.959964
LEAST_ITEMS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Shares (D,) of the variance along the principal axes, largest first, with 95 % intervals [low, high] (D,).

    effective_rank: exp of the entropy of the shares (Roy and Vetterli 2007, of the covariance matrix), from 1 to D.
    participation: 1 / sum of their squares. Both fall short in small samples: n items have no more than n - 1
    directions. Intervals by the infinitesimal jackknife over items.
    """

    shares: np.ndarray
    low: np.ndarray
    high: np.ndarray
    effective_rank: Estimate
    participation: Estimate
    items: int

    @property
    def cumulative(self) -> np.ndarray:
        return np.minimum(np.cumsum(self.shares), 1.0)

    def axes_for(self, share: float) -> int:
        """Fewest principal axes that hold this share of the variance."""
        return int(np.searchsorted(self.cumulative, share - 1e-12) + 1)


def spectrum(embeddings: np.ndarray) -> Spectrum | Unavailable:
    """Of (N, D) rows, centred at their mean, in float64."""
    items, dimensions = embeddings.shape
    if not dimensions:
        return Unavailable(NO_EMBEDDINGS)
    if items < LEAST_ITEMS:
        return Unavailable(f"a spectrum needs at least {LEAST_ITEMS} items, here {items}")
    centred = embeddings - embeddings.mean(axis=0, dtype=np.float64)
    variance, axes = np.linalg.eigh(centred.T @ centred / items)
    variance, axes = variance[::-1].clip(min=0), axes[:, ::-1]
    total = variance.sum()
    if total < 1e-12:
        return Unavailable("all embeddings are the same, so they have no variance")
    shares = variance / total
    used = int((shares > 1e-12).sum())
    # How the share of each axis moves with an item's weight, to first order: (N, used).
    moves = (centred @ axes[:, :used]) ** 2
    moves = (moves - shares[:used] * moves.sum(axis=1, keepdims=True)) / total
    half = np.zeros(dimensions)
    half[:used] = _NORMAL * moves.std(axis=0, ddof=1) / items**0.5
    return Spectrum(
        shares,
        np.maximum(shares - half, 0),
        np.minimum(shares + half, 1),
        _effective_rank(shares[:used], moves, dimensions),
        _participation(shares[:used], moves, dimensions),
        items,
    )


def _effective_rank(shares: np.ndarray, moves: np.ndarray, dimensions: int) -> Estimate:
    rank = float(np.exp(-(shares * np.log(shares)).sum()))
    return influence_estimate(rank, rank * (moves @ -np.log(shares)), low=1, high=dimensions)


def _participation(shares: np.ndarray, moves: np.ndarray, dimensions: int) -> Estimate:
    value = float(1 / (shares**2).sum())
    return influence_estimate(value, -(value**2) * (moves @ (2 * shares)), low=1, high=dimensions)
