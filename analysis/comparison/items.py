"""Test items worth a look when models are compared."""

from collections.abc import Sequence

import numpy as np

from analysis.comparison.measured import MeasuredModel


def disagreed(models: Sequence[MeasuredModel]) -> np.ndarray:
    """Indices of the items that the nearest neighbours get right under one model and wrong under another."""
    right = np.stack([model.right for model in models])
    return np.flatnonzero(right.any(axis=0) & ~right.all(axis=0))


def wrong(models: Sequence[MeasuredModel]) -> np.ndarray:
    """Indices of the items that the nearest neighbours get wrong under every model."""
    voted = np.stack([model.voted >= 0 for model in models]).all(axis=0)
    return np.flatnonzero(voted & ~np.stack([model.right for model in models]).any(axis=0))


def moved(models: Sequence[MeasuredModel], most: int = 20) -> np.ndarray:
    """Indices of the `most` items whose margin differs most between any two models; fewer where fewer have margins."""
    chosen = np.flatnonzero(np.logical_and.reduce([model.comparable for model in models]))
    spread = np.ptp(np.stack([model.margins[chosen] for model in models]), axis=0)
    return np.sort(chosen[np.argsort(-spread, kind="stable")[:most]])
