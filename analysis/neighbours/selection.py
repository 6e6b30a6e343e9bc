"""The test items whose nearest similarity lies in an interval."""

from dataclasses import dataclass

import numpy as np

from analysis.neighbours.nearest import Nearest


@dataclass(frozen=True, slots=True, eq=False)
class Selected:
    """items (S,) indices in test, smallest margin first, with their target and noise similarity and noise's class.

    target_inside, noise_inside (S,) bool: which of the two lies in the interval; at least one does.
    """

    items: np.ndarray
    target: np.ndarray
    noise: np.ndarray
    noise_class: np.ndarray
    target_inside: np.ndarray
    noise_inside: np.ndarray

    def __len__(self) -> int:
        return len(self.items)


def items_between(nearest: Nearest, low: float, high: float, label: int | None = None) -> Selected:
    """Comparable items, of one class or of all, with target or noise in [low, high]."""
    target_inside = (nearest.target >= low) & (nearest.target <= high)
    noise_inside = (nearest.noise >= low) & (nearest.noise <= high)
    chosen = nearest.comparable & (target_inside | noise_inside)
    if label is not None:
        chosen = chosen & (nearest.labels == label)
    items = np.flatnonzero(chosen)
    items = items[np.argsort(nearest.target[items] - nearest.noise[items], kind="stable")]
    others = nearest.class_maxima[items].copy()
    others[np.arange(len(items)), nearest.labels[items]] = -np.inf
    return Selected(
        items,
        nearest.target[items],
        nearest.noise[items],
        others.argmax(axis=1),
        target_inside[items],
        noise_inside[items],
    )
