"""One claim measured with several seeds: a verdict a seed, and whether the seeds agree.

The rule was written before any numbers. Each seed is judged alone, by the claim's own rules; nothing is pooled and no
verdict is formed over seeds, for a seed's interval is already over what the claim says (pairs, batches, trainings).
*The seeds agree* where all have one verdict. *They agree where it can be told* where some cannot tell and the others
have one verdict. *They disagree* where two that can tell differ. *None can tell* where none can.
"""

from collections.abc import Sequence
from enum import Enum

import pandas as pd

from analysis.rules.verdict import Verdict
from claims.claim import Claim
from claims.results import Result
from losses.errors import LabError

MOST_SEEDS = 20


class Agreement(Enum):
    """What several seeds say of one claim together."""

    AGREE = "the seeds agree"
    WHERE_TOLD = "the seeds agree where it can be told"
    DISAGREE = "the seeds disagree"
    OPEN = "no seed can tell"


def check_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    """The seeds, which are several and differ; each is checked where it is used."""
    if not 2 <= len(set(seeds)) == len(seeds) <= MOST_SEEDS:
        rule = f"must be 2 to {MOST_SEEDS} different whole numbers with commas between"
        raise LabError("seeds", rule, ",".join(map(str, seeds)))
    return tuple(seeds)


def agreement(verdicts: Sequence[Verdict]) -> Agreement:
    """Of one verdict a seed, by the rule above.

    >>> agreement([Verdict.HOLDS, Verdict.OPEN]).value
    'the seeds agree where it can be told'
    """
    told = {verdict for verdict in verdicts if verdict is not Verdict.OPEN}
    if not told:
        return Agreement.OPEN
    if len(told) > 1:
        return Agreement.DISAGREE
    return Agreement.AGREE if Verdict.OPEN not in verdicts else Agreement.WHERE_TOLD


def sentence(results: Sequence[Result]) -> str:
    """Whether they agree, how many say what, and the ends of the headline number."""
    verdicts = [result.verdict for result in results]
    counts = ", ".join(f"{each.value} {verdicts.count(each)}" for each in Verdict if each in verdicts)
    least, most = (
        pick(results, key=lambda each: each.headline.interval.value).headline.value_in_words() for pick in (min, max)
    )
    spread = f"from {least} to {most}" if least != most else least
    said = agreement(verdicts).value
    return f"{said.capitalize()}, {len(results)} of them: {counts}. {results[0].headline.part.says}: {spread}."


def seeds_table(results: Sequence[Result]) -> pd.DataFrame:
    """One row a seed."""
    return pd.DataFrame(
        [
            {
                "seed": each.seed,
                "verdict": each.verdict.value,
                each.headline.part.says: each.headline.value_in_words(),
                "form": each.effort.value,
                "computed": "shipped" if each.shipped else "on this machine",
            }
            for each in results
        ]
    )


def told(claim: Claim, results: Sequence[Result]) -> str:
    """For a terminal: a line a seed, then whether they agree."""
    lines = [f"  seed {each.seed:<6} {each.verdict.value:<29} {each.headline.value_in_words()}" for each in results]
    return "\n".join(
        [f"{claim.title}: {agreement([each.verdict for each in results]).value}", *lines, sentence(results)]
    )
