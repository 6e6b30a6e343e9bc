"""From the parts of a claim to its verdict: computed, never typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from analysis.digits import bounded, number
from analysis.rules.kinds import Outcome, Rule
from analysis.rules.numbers import Evidence
from analysis.statistics.intervals import Interval
from losses.errors import LabError

ALPHA = 0.05


class Verdict(Enum):
    """What the numbers say of a claim."""

    HOLDS = "holds"
    IN_PART = "holds in part"
    FAILS = "does not hold"
    OPEN = "cannot be told at this scale"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a claim says: `key` of the number, what it is, its unit ("" for a bare number), and the rule."""

    key: str
    says: str
    unit: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Judged:
    """A part with its number, the interval that its rule saw, and what it made of it."""

    part: Part
    found: Evidence
    interval: Interval
    outcome: Outcome

    def in_words(self) -> str:
        """The number beside what was asked for: "0.191 nats, exact; asked for: below 0.005 nats"."""
        asked = self.part.rule.in_words(self.part.unit)
        return f"{self.value_in_words()}; asked for: {asked}"

    def value_in_words(self) -> str:
        """The number with its unit and interval."""
        unit = f" {self.part.unit}" if self.part.unit else ""
        if self.found.exact:
            return f"{number(self.found.value)}{unit}, exact"
        value, low, high = bounded(self.interval)
        return f"{value}{unit}, {low} to {high} over {self.found.over}"


def judge(parts: Sequence[Part], found: Mapping[str, Evidence]) -> tuple[Judged, ...]:
    """Each part by its rule. The intervals are so wide that with all of them together one in twenty families at most
    has a false outcome (Bonferroni)."""
    missing = [part.key for part in parts if part.key not in found]
    if missing:
        raise LabError("numbers", "must have every part of the claim", but=f"have no {', '.join(missing)}")
    level = 1 - ALPHA / len(parts)
    return tuple(_judged(part, found[part.key], level) for part in parts)


def verdict(outcomes: Sequence[Outcome]) -> Verdict:
    """A claim is all of its parts together. One part that fails, beside one that holds, leaves the claim in part;
    with none that holds the claim does not. Where no part fails but one is open, nothing can be told."""
    holds, fails = Outcome.HOLDS in outcomes, Outcome.FAILS in outcomes
    if fails:
        return Verdict.IN_PART if holds else Verdict.FAILS
    return Verdict.OPEN if Outcome.OPEN in outcomes else Verdict.HOLDS


def _judged(part: Part, found: Evidence, level: float) -> Judged:
    return Judged(part, found, found.interval(level), part.rule.outcome(found, level))
