"""The figures of a claim, from numbers that are there: nothing is computed here."""

from typing import TYPE_CHECKING

from claims.results import Result

if TYPE_CHECKING:
    from analysis.figures.exhibit import Exhibit

_CODE = """from claims.exhibits import exhibits
from claims.registry import claim_of
from claims.running import measure
from claims.claim import Effort

exhibit = exhibits(measure(claim_of({name!r}), Effort({effort!r}), {seed}))[{place}]
exhibit.plot.show()
"""


def exhibits(result: Result) -> "tuple[Exhibit, ...]":
    """What was asked for beside what was found, then the claim's own pictures."""
    from analysis.figures.claims.lines import drawn
    from analysis.figures.claims.parts import asked_and_found

    claim, lines = result.claim, result.findings.lines
    stem = f"claim_{claim.name}"
    found = [asked_and_found(stem, f"{claim.title}: what was asked for, and what was found?", result.judged)]
    found += [drawn(f"{stem}_{each.key}", each, lines[each.key]) for each in claim.drawings]
    return tuple(each.given_by(_code(result, place)) for place, each in enumerate(found))


def _code(result: Result, place: int) -> str:
    return _CODE.format(name=result.claim.name, effort=result.effort.value, seed=result.seed, place=place)
