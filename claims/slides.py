"""What a claim's slide needs, at once: from what this machine computed, else from the shipped set; nothing is run."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from claims.exhibits import exhibits
from claims.registry import claim_of
from claims.results import Result
from claims.running import known
from claims.words import command, computed, reason, source
from losses.errors import LabError

if TYPE_CHECKING:
    from analysis.figures.exhibit import Exhibit


@dataclass(frozen=True, slots=True)
class ClaimSlide:
    """title: the claim's short name; statement in our words; source: paper and where it stands; formula: LaTeX without
    dollars, "" for none; verdict: "holds in part"; number: the verdict's reason, a sentence with the number and its
    interval; computed: when and on what, a sentence; exhibit: its main figure; caveats: the careful reader's; link:
    the page's query, "claim=NAME"; command: what computes it again."""

    name: str
    title: str
    statement: str
    source: str
    formula: str
    verdict: str
    number: str
    computed: str
    exhibit: "Exhibit"
    caveats: tuple[str, ...]
    link: str
    command: str


def slide(name: str, folder: Path | None = None) -> ClaimSlide:
    """The claim of this name (see `claims.registry.CLAIMS`). LabError for an unknown one, or one without any result.

    `folder`: where this machine's results are kept (`claims.kept.default_folder()`); the shipped ones alone where None.
    """
    result = known(claim_of(name), folder=folder)
    if result is None:
        raise LabError("claim", "must have a result before it can be shown", name, f"Run python -m claims {name}.")
    return slide_of(result)


def slide_of(result: Result) -> ClaimSlide:
    """Of one result, with its seed."""
    claim, seed = result.claim, result.seed
    figures = exhibits(result)
    return ClaimSlide(
        name=claim.name,
        title=claim.title,
        statement=claim.statement,
        source=source(claim),
        formula=claim.formula,
        verdict=result.verdict.value,
        number=reason(result),
        computed=computed(result),
        exhibit=figures[1] if len(figures) > 1 else figures[0],
        caveats=claim.caveats,
        link=f"claim={claim.name}" + (f"&seed={seed}" if seed else ""),
        command=command(claim, seed),
    )
