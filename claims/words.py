"""A result in words: for the page, for slides and for the command, so that all say the same."""

from datetime import UTC, datetime

from analysis.rules.kinds import Outcome
from analysis.rules.verdict import Judged
from claims.claim import Claim, Effort
from claims.code_version import code_of, libraries
from claims.papers import PAPERS
from claims.results import Result

_MOST_NAMED = 3
RULE = (
    "The rule: a claim holds where all its parts do, and in part where some hold and some do not. Where none holds and"
    " one does not, it does not hold, whatever else cannot be told; with none that fails, one open part leaves it open."
)
"""`analysis.rules.verdict.verdict` in words."""


def source(claim: Claim) -> str:
    """Paper and place: "Feeney & Hughes 2023, SINCERE (arXiv 2309.14277). The abstract says ..."."""
    paper = PAPERS[claim.source.paper]
    return f"{paper.citation} (arXiv {paper.arxiv}). {claim.source.stands}"


def reason(result: Result) -> str:
    """How many parts hold, and one number with what its rule makes of it: the claim's own, or, where that holds and the
    claim does not, the first that keeps it from holding."""
    counts = {outcome: sum(each.outcome is outcome for each in result.judged) for outcome in Outcome}
    parts = len(result.judged)
    said = [f"{counts[Outcome.HOLDS]} of {parts} parts hold" if parts > 1 else "One part"]
    if counts[Outcome.FAILS]:
        said.append(f"{counts[Outcome.FAILS]} {'does' if counts[Outcome.FAILS] == 1 else 'do'} not")
    if counts[Outcome.OPEN]:
        said.append(f"{counts[Outcome.OPEN]} cannot be told")
    told = _deciding(result)
    return f"{', '.join(said)}. {_OF[told.outcome]}: {_told(told)}.{_failing(result, told)}"


def _failing(result: Result, told: Judged) -> str:
    """By name what does not hold and is not told: nobody should have to look it up."""
    names = [each.part.says for each in result.judged if each.outcome is Outcome.FAILS and each.part != told.part]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    also = "Does not hold either" if told.outcome is Outcome.FAILS else "Does not hold"
    return f" {also}: {'; '.join(names[:_MOST_NAMED])}{more}." if names else ""


def _deciding(result: Result) -> Judged:
    others = [each for outcome in (Outcome.FAILS, Outcome.OPEN) for each in result.judged if each.outcome is outcome]
    return others[0] if others and result.headline.outcome is Outcome.HOLDS else result.headline


def short(result: Result) -> str:
    """Why the verdict is what it is, in as little as possible: the parts that keep it from "holds", each with the
    threshold that it misses; where all hold, the number that stands for them."""
    parts = len(result.judged)
    held = sum(each.outcome is Outcome.HOLDS for each in result.judged)
    others = [each for outcome in (Outcome.FAILS, Outcome.OPEN) for each in result.judged if each.outcome is outcome]
    if not others:
        all_hold = f"All {parts} parts hold" if parts > 1 else "Its one part holds"
        return f"{all_hold}. {_told(result.headline)}"
    counted = [f"{held} of {parts} parts hold"] if parts > 1 else []
    return ". ".join([*counted, *(f"{_MISSES[each.outcome]}: {_told(each)}" for each in others)])


def _told(each: Judged) -> str:
    return f"{each.part.says}: {each.in_words()}"


_OF = {Outcome.HOLDS: "Holds", Outcome.FAILS: "Does not hold", Outcome.OPEN: "Cannot be told"}
_MISSES = {Outcome.FAILS: "Fails", Outcome.OPEN: "Cannot be told"}


def computed(result: Result) -> str:
    """When, how and on what: a sentence."""
    when = f"{datetime.fromtimestamp(result.ended, UTC).astimezone():%d %B %Y}"
    how = "quick form" if result.effort is Effort.QUICK else "full form"
    if not result.shipped:
        return f"Computed on this machine on {when} in {result.seconds:.0f} s ({how}, seed {result.seed})."
    text = f"Shipped with NCE Lab, computed on {when} ({how}, seed {result.seed}; {result.libraries})."
    since = [] if result.libraries == libraries() else ["this machine has other libraries"]
    if result.code != code_of(result.claim):
        since.append("the code that it uses has been worked on since")
    return f"{text} {' and '.join(since).capitalize()}: run it again to see." if since else text


def origin(result: Result) -> str:
    """The same in a line of a list. A quick form may give another verdict than the full one, so it says what it is."""
    if result.shipped:
        return "shipped"
    return f"computed on this machine{', quick form' if result.effort is Effort.QUICK else ''}"


def beside_quick(best: Result) -> str:
    """What the full form found, beside a quick one that was just measured."""
    if best.effort is Effort.QUICK:
        return "In full form nobody has measured it on this machine."
    return f"In full form ({origin(best)}): {best.verdict.value}. That is what the list of all claims goes on showing."


def command(claim: Claim, seed: int = 0, effort: Effort = Effort.FULL) -> str:
    """The line that computes it without a browser."""
    quick = " --quick" if effort is Effort.QUICK else ""
    return f"python -m claims {claim.name}{f' --seed {seed}' if seed else ''}{quick}"
