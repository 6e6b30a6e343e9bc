"""A claim as a slide: its statement, the verdict, the number behind it and its main figure; its source in the notes."""

from datetime import date

from claims.slides import ClaimSlide
from talks import slides
from talks.freezing import frozen
from talks.model import Slide


def claim_slide(claim: ClaimSlide, on: date | None = None) -> Slide:
    """`on`: the day that the figure is dated, today where None."""
    figure = frozen(claim.exhibit, link=f"/Claims?{claim.link}&v=1", command=claim.command, on=on)
    said = f"{literal(claim.statement)} **{literal(claim.number)}**"
    notes = "\n\n".join((literal(claim.source), literal(claim.computed), *map(literal, claim.caveats)))
    return slides.claim_slide(claim.title, claim.verdict, said, figures=[figure], notes=notes)


def literal(text: str) -> str:
    """A sentence that is no Markdown."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>$|~" else letter for letter in text)
