"""A run made small: fewer frames, and no digits that a picture does not show."""

from dataclasses import fields
from typing import Any

import numpy as np

_MOST_FRAMES = 26
_MOST_BYTES = 1 << 20
"""Of one array: a run whose arrays are larger has fewer frames."""
_GRID = 2.0**-10
_ON_GRID = {"logits", "lam", "delta_aic", "rho"}
"""Logits and evidence lie on the grid: a probability is off by a two-thousandth of itself at most."""
_WHOLE = {"positions"}
"""Whether a force on points that all but meet pulls or pushes is a matter of their last digits."""


def thin(trace: Any) -> dict[str, np.ndarray]:
    """The arrays of some frames of a trace, the first and the last among them.

    What is a mean since the frame before stays one, over all that is left out between.
    """
    whole = {field.name: getattr(trace, field.name) for field in fields(trace)}
    small = {name: _small(name, array) for name, array in whole.items() if name not in ("spec", "device")}
    places = _places(len(trace.steps), max(array[0].nbytes for array in small.values()))
    means = {name: _means(trace.steps, whole[name], places) for name in trace.SINCE_THE_FRAME_BEFORE}
    return {name: array[places] for name, array in small.items()} | means


def _small(name: str, values: np.ndarray) -> np.ndarray:
    if name in _ON_GRID:
        values = np.round(values / _GRID) * _GRID
    return values.astype(np.float32) if values.dtype == np.float64 and name not in _WHOLE else values


def _places(frames: int, frame_bytes: int) -> np.ndarray:
    """Spread evenly over the frames, which lie close together where much happens."""
    most = min(_MOST_FRAMES, _MOST_BYTES // frame_bytes)
    return np.unique(np.linspace(0, frames - 1, most).round().astype(int))


def _means(steps: np.ndarray, values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Means (T, ...) over the steps since the frame before -> over those since the frame before that is kept."""
    counts = np.diff(steps, prepend=steps[0] - 1).reshape(-1, *[1] * (values.ndim - 1))
    sums, total = np.cumsum(values * counts, axis=0)[places], np.cumsum(counts, axis=0)[places]
    found = np.diff(sums, axis=0, prepend=0) / np.diff(total, axis=0, prepend=0)
    return found.astype(np.float32)
