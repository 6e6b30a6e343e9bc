"""Batches small enough to be looked at candidate by candidate, drawn by a seed."""

import numpy as np

from analysis.anatomy.heads import HeadBatch
from analysis.anatomy.points import CLASSES, PointBatch

_SAMPLES, _HEAD_CLASSES = 6, 4
_SPREAD = 25.0
"""Degrees: the standard deviation of a class around its centre."""


def tiny_points(seed: int) -> PointBatch:
    """3 classes of 3 points each."""
    return _points(3, 3, seed)


def tiny_views(seed: int) -> PointBatch:
    """6 samples in 2 views each: the points of one letter."""
    return _points(6, 2, seed)


def tiny_head(seed: int) -> HeadBatch:
    """Logits and soft targets of 6 samples over 4 classes; the last class has no weight in any target."""
    rng = np.random.default_rng(seed)
    weights = rng.random((_SAMPLES, _HEAD_CLASSES - 1)) ** 2
    targets = np.pad(weights / weights.sum(axis=1, keepdims=True), ((0, 0), (0, 1)))
    logits = rng.standard_normal((_SAMPLES, _HEAD_CLASSES))
    return HeadBatch(tuple(map(tuple, logits.tolist())), tuple(map(tuple, targets.tolist())))


def _points(classes: int, per_class: int, seed: int) -> PointBatch:
    rng = np.random.default_rng(seed)
    centres = np.repeat(np.arange(classes) * 360 / classes, per_class) - 180
    degrees = (centres + _SPREAD * rng.standard_normal(len(centres))).clip(-360, 360)
    return PointBatch(tuple(np.repeat(list(CLASSES[:classes]), per_class).tolist()), tuple(degrees.tolist()))
