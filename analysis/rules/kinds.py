"""The kinds of rules: each has its thresholds before there is a number, and says of an interval what it means.

A rule tells only where the whole interval lies on one side; else the outcome is open. So where the truth is on the
threshold itself, a 95 % interval tells falsely, one way or the other, at most 5 times in 100.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from analysis.rules.numbers import Evidence, Share
from analysis.statistics.intervals import Interval
from losses.errors import LabError


class Outcome(Enum):
    """What a rule says of one number."""

    HOLDS = "holds"
    FAILS = "does not hold"
    OPEN = "cannot be told"


class Rule(Protocol):
    """`region`: the values for which the part holds, infinite ends allowed."""

    @property
    def region(self) -> tuple[float, float]: ...

    def outcome(self, found: Evidence, level: float) -> Outcome:
        """What the number says at this level of confidence."""

    def in_words(self, unit: str) -> str:
        """The rule as a phrase: "above 0.05 nats"."""


@dataclass(frozen=True, slots=True)
class Above:
    """The number is above a threshold."""

    threshold: float

    @property
    def region(self) -> tuple[float, float]:
        return self.threshold, float("inf")

    def outcome(self, found: Evidence, level: float) -> Outcome:
        return _side(found.interval(level), *self.region)

    def in_words(self, unit: str) -> str:
        return _with_unit(f"above {self.threshold:g}", unit)


@dataclass(frozen=True, slots=True)
class Below:
    """The number is below a threshold."""

    threshold: float

    @property
    def region(self) -> tuple[float, float]:
        return float("-inf"), self.threshold

    def outcome(self, found: Evidence, level: float) -> Outcome:
        return _side(found.interval(level), *self.region)

    def in_words(self, unit: str) -> str:
        return _with_unit(f"below {self.threshold:g}", unit)


@dataclass(frozen=True, slots=True)
class Same:
    """The number is `centre` but for a margin: equivalence, by two one-sided tests (Schuirmann 1987)."""

    margin: float
    centre: float = 0.0

    def __post_init__(self) -> None:
        if not self.margin > 0:
            raise LabError("margin", "must be above 0", self.margin, "Nothing is equal to the last digit.")

    @property
    def region(self) -> tuple[float, float]:
        return self.centre - self.margin, self.centre + self.margin

    def outcome(self, found: Evidence, level: float) -> Outcome:
        return _side(found.interval(level), *self.region)

    def in_words(self, unit: str) -> str:
        return _with_unit(f"{self.centre:g} within ±{self.margin:g}", unit)


@dataclass(frozen=True, slots=True)
class Greater:
    """Of two things measured on the same seeds or items the first is greater, by more than `least`: the number is
    their paired difference."""

    least: float = 0.0

    @property
    def region(self) -> tuple[float, float]:
        return self.least, float("inf")

    def outcome(self, found: Evidence, level: float) -> Outcome:
        return _side(found.interval(level), *self.region)

    def in_words(self, unit: str) -> str:
        return _with_unit(f"a paired difference above {self.least:g}", unit)


@dataclass(frozen=True, slots=True)
class Never:
    """Something never happens: one case refutes it, and that there is none tells only where a share of `most` would
    have shown itself."""

    most: float

    @property
    def region(self) -> tuple[float, float]:
        return 0.0, self.most

    def outcome(self, found: Evidence, level: float) -> Outcome:
        if not isinstance(found, Share):
            raise LabError("number", "must be a share of trials to be never", but="is a measured value")
        if found.hits:
            return Outcome.FAILS
        return Outcome.HOLDS if found.interval(level).high < self.most else Outcome.OPEN

    def in_words(self, unit: str) -> str:
        return f"not once, in so many trials that a share of {self.most:g} would show"


def _side(found: Interval, low: float, high: float) -> Outcome:
    if low < found.low and found.high < high:
        return Outcome.HOLDS
    return Outcome.FAILS if found.high <= low or found.low >= high else Outcome.OPEN


def _with_unit(words: str, unit: str) -> str:
    return f"{words} {unit}".rstrip()
