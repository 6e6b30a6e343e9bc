"""What the measured ratios say about the claim that repulsion gets worse as more images share a label."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy.special import stdtrit

from toy_models.repulsion.class_size import DESIGNS, Study

NEGLIGIBLE = 0.02
"""A change of push-to-pull from one class size to the next that is called level."""
_SILENT = 0.005
_CONFIDENCE = 0.95


class Answer(Enum):
    """Does it get worse?"""

    RISES = "yes, at every size measured"
    LEVELS_OFF = "yes, and then it levels off"
    LEVEL = "no, it stays level"
    FALLS = "no, it falls again"
    NOTHING = "no, nothing repels"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`largest`: mean ratio at the largest class; `level_from`: the class size from which no doubling adds more than
    `NEGLIGIBLE`, by the upper end of its 95 % interval over draws."""

    answer: Answer
    level_from: int
    largest: float


@dataclass(frozen=True, slots=True)
class Interval:
    """Means over draws with their 95 % t intervals, arrays of one shape."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def interval(draws: np.ndarray) -> Interval:
    """(..., draws), at least 2 -> mean and interval of the mean, (...)."""
    count, mean = draws.shape[-1], draws.mean(axis=-1)
    half = stdtrit(count - 1, 0.5 + _CONFIDENCE / 2) * draws.std(axis=-1, ddof=1) / np.sqrt(count)
    return Interval(mean, mean - half, mean + half)


def verdict(found: Study, design: str, temperature: float, spread: float) -> Verdict:
    """Of one curve over class sizes. Sizes are nested in a draw, so what a doubling adds is measured within draws."""
    ratios = curve(found, design, temperature, spread)  # (size, draw)
    mean, sizes = ratios.mean(axis=-1), found.spec.sizes
    if mean.max() < _SILENT:
        return Verdict(Answer.NOTHING, sizes[0], float(mean[-1]))
    adds = interval(np.diff(ratios, axis=0))
    rising = np.flatnonzero(adds.high > NEGLIGIBLE)
    level_from = sizes[rising[-1] + 1] if len(rising) else sizes[0]
    if (adds.high < -NEGLIGIBLE).any():
        answer = Answer.FALLS
    elif not len(rising):
        answer = Answer.LEVEL
    else:
        answer = Answer.RISES if level_from == sizes[-1] else Answer.LEVELS_OFF
    return Verdict(answer, level_from, float(mean[-1]))


def curve(found: Study, design: str, temperature: float, spread: float) -> np.ndarray:
    """push_to_pull of one setting, (size, draw)."""
    return found.push_to_pull[
        list(DESIGNS).index(design), found.spec.temperatures.index(temperature), found.spec.spreads.index(spread)
    ]
