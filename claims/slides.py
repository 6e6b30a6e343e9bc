"""What a claim's slide needs, at once: from what this machine computed, else from the shipped set. No run is started."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

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


def slide(name: str) -> ClaimSlide:
    """The claim of this name (see `claims.registry.CLAIMS`). LabError for an unknown one."""
    raise NotImplementedError
