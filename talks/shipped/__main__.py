"""`python -m talks.shipped [NAME ...]`: make the shipped talks again, from the claims' results and the catalogue."""

import sys
from collections.abc import Iterator
from datetime import date

from claims.registry import CLAIMS
from claims.slides import ClaimSlide
from claims.slides import slide as of_claim
from commands import answers
from losses.errors import LabError
from talks import slides
from talks.model import Slide, Talk
from talks.of_claims import claim_slide, literal
from talks.shipped import TITLES, path_of
from talks.shipped.outlines import OUTLINES, Outline
from talks.writing import write

_KEYS = "Keys: S opens the notes, D changes light and dark, Esc shows all slides."
_PLAY = (
    "- `make app` starts the lab on this machine, without a network.\n"
    "- The line below each figure leads to the page that computes it.\n"
    "- `python -m claims NAME` measures a claim again; `--seed N` with other draws.\n"
    "- What would change a verdict stands on the page Claims, beside it."
)


def main(names: list[str]) -> int:
    return answers.run(lambda: _make(names or list(OUTLINES)))


def _make(names: list[str]) -> int:
    for name in names:
        if name not in OUTLINES:
            raise LabError("talk", f"must be one of {', '.join(OUTLINES)}", repr(name))
        write(path_of(name), made(name))
        print(path_of(name).name)
    return 0


def made(name: str, on: date | None = None) -> Talk:
    """The talk of this name, with the results that are shipped."""
    return Talk(TITLES[name], tuple(_slides(TITLES[name], OUTLINES[name], on)))


def _slides(title: str, outline: Outline, on: date | None) -> Iterator[Slide]:
    yield slides.title_slide(title, outline.by, _KEYS)
    yield slides.text_slide("What is asked", outline.question)
    for loss in outline.losses:
        yield slides.formula_slide(loss)
    shown = [of_claim(claim) for claim in outline.claims]
    for each in shown:
        yield claim_slide(each, on)
        if outline.careful:
            yield _careful(each)
    if not outline.careful:
        yield slides.text_slide("All verdicts", _table())
    yield slides.end_slide("Try it yourself", _PLAY)


def _careful(claim: ClaimSlide) -> Slide:
    """Whose it is, and what a careful reader adds."""
    caveats = "\n".join(f"- {literal(each)}" for each in claim.caveats)
    formula = f"$${claim.formula}$$\n\n" if claim.formula else ""
    return slides.text_slide(f"{claim.title}: read with care", f"{formula}{literal(claim.source)}\n\n{caveats}")


def _table() -> str:
    rows = [(each.title, each.verdict) for each in map(of_claim, CLAIMS)]
    return "| claim | verdict |\n|---|---|\n" + "\n".join(f"| {title} | {verdict} |" for title, verdict in rows)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
