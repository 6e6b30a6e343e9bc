"""What a claim is: data, and one function that measures. Free of torch."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from analysis.rules.findings import Drawing, Findings
from analysis.rules.verdict import Part

MOST_SEED = 2**31 - 1


class Effort(Enum):
    """How much is measured: quick is under 20 s, full as much as ten minutes for all claims allow."""

    QUICK = "quick"
    FULL = "full"


Watch = Callable[[int, int], None]
"""Called with (steps done, of how many) while a claim is measured; it may raise to end it."""

Measure = Callable[[Effort, int, Watch], Findings]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement stands: `paper` a key of `claims.papers.PAPERS`, and the place in it, in our words."""

    paper: str
    stands: str


@dataclass(frozen=True, slots=True)
class PlayOn:
    """A page to play on: a key of the menu, what one does there, and its query, "" for its defaults."""

    page: str
    does: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement with its rule and its measurement.

    `parts` are all that it says, each with the rule that was written before the numbers; `headline` is the key of the
    one whose number a slide shows. `measured`: in which world or on which checkpoints, over which seeds. `changes`:
    what would change the verdict. `caveats`: the careful reader's. `files`: what is read beside code, from the root.
    """

    name: str
    title: str
    statement: str
    source: Source
    formula: str
    measured: str
    parts: tuple[Part, ...]
    headline: str
    drawings: tuple[Drawing, ...]
    changes: str
    caveats: tuple[str, ...]
    play_on: tuple[PlayOn, ...]
    measure: Measure
    files: tuple[str, ...] = ()
