"""What a rule judges: a number that knows how sure it is, at any level of confidence."""

from dataclasses import dataclass

import numpy as np

from analysis.statistics.intervals import Interval
from losses.errors import LabError

MOST_POINTS = 64
"""Single values that a number keeps for a picture: one a seed."""
FEWEST = 3
_NORMAL_FROM = 1e6


@dataclass(frozen=True, slots=True)
class Number:
    """A value with what its interval is made of, all in the unit of the value.

    Measured: `error` is its standard error with `freedom` degrees, above 0, and the interval is Student's. Exact:
    `freedom` is 0 and `error` bounds what arithmetic may have done, at every level. `over`: what was repeated, "8
    seeds"; points: the single values, where they are few enough to be drawn.
    """

    value: float
    error: float
    freedom: float
    over: str
    points: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not (np.isfinite([self.value, self.error, self.freedom]).all() and self.error >= 0 and self.freedom >= 0):
            raise LabError("number", "must be finite, its error and freedom not below 0", self.value)

    @property
    def exact(self) -> bool:
        return self.freedom == 0

    def interval(self, level: float = 0.95) -> Interval:
        """Two-sided at this level; an exact number's is the same at all."""
        half = self.error * (1.0 if self.exact else _student(level, self.freedom))
        return Interval(self.value, self.value - half, self.value + half)


@dataclass(frozen=True, slots=True)
class Share:
    """How often something happened: `hits` of `trials` that are independent, for an exact binomial interval."""

    hits: int
    trials: int
    over: str

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.trials or not self.trials:
            raise LabError("hits", f"must lie in 0 to {self.trials} trials, of which there is one", self.hits)

    @property
    def value(self) -> float:
        return self.hits / self.trials

    @property
    def points(self) -> tuple[float, ...]:
        return ()

    @property
    def exact(self) -> bool:
        return False

    def interval(self, level: float = 0.95) -> Interval:
        """Clopper and Pearson's (1934)."""
        from scipy.special import betaincinv

        tail = (1 - level) / 2
        low = betaincinv(self.hits, self.trials - self.hits + 1, tail) if self.hits else 0.0
        high = 1 - betaincinv(self.trials - self.hits, self.hits + 1, tail) if self.hits < self.trials else 1.0
        return Interval(self.value, float(low), float(high))


Evidence = Number | Share


def exactly(value: float, tolerance: float) -> Number:
    """A number that no sampling went into, good to `tolerance`."""
    return Number(float(value), tolerance, 0.0, "exact")


def mean_of(values: np.ndarray, over: str) -> Number:
    """The mean of independent values (n,), n >= 3; `over` names what they are: "seeds"."""
    values = np.asarray(values, dtype=np.float64)
    if len(values) < FEWEST:
        raise LabError(over, f"must number {FEWEST} or more for an interval", len(values))
    error = float(values.std(ddof=1)) / len(values) ** 0.5
    points = tuple(map(float, values)) if len(values) <= MOST_POINTS else ()
    return Number(float(values.mean()), error, len(values) - 1.0, f"{len(values):,} {over}", points)


def resampled(value: float, draws: np.ndarray, items: int, over: str) -> Number:
    """A number with its values in resamples (R,) of `items` items, as of a median: see `statistics.paired`."""
    return Number(float(value), float(draws.std(ddof=1)), items**0.5, f"{items:,} {over}")


def _student(level: float, freedom: float) -> float:
    """Two-sided quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(min(freedom, _NORMAL_FROM), (1 + level) / 2))
