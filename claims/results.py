"""A claim's numbers with when and by what they were computed, as one JSON text; verdicts are never written down."""

import json
from dataclasses import dataclass
from typing import Any

from analysis.rules.findings import Findings, Line
from analysis.rules.numbers import Evidence, Number, Share
from analysis.rules.verdict import Judged, Verdict, judge, verdict
from checkpoints.reading.strict_json import parse
from claims.claim import MOST_SEED, Claim, Effort
from losses.errors import LabError

SCHEMA = 1
MOST_BYTES = 1 << 20
MOST_NUMBERS, MOST_LINES, LONGEST = 64, 64, 80
_BRACKETS = 2000


@dataclass(frozen=True, slots=True)
class Result:
    """Findings of a claim: `ended` in Unix time, `seconds` of computing, the digest of the code, libraries in a line.

    `shipped`: it came with NCE Lab, and this machine computed none of it.
    """

    claim: Claim
    effort: Effort
    seed: int
    findings: Findings
    ended: float
    seconds: float
    code: str
    libraries: str
    shipped: bool = False

    @property
    def judged(self) -> tuple[Judged, ...]:
        """What the rules say of the numbers now."""
        return judge(self.claim.parts, self.findings.numbers)

    @property
    def verdict(self) -> Verdict:
        return verdict([each.outcome for each in self.judged])

    @property
    def headline(self) -> Judged:
        """The part whose number stands beside the verdict."""
        return next(each for each in self.judged if each.part.key == self.claim.headline)


def to_json(result: Result) -> dict[str, object]:
    """Plain values; `from_json` reads them."""
    return {
        "schema": SCHEMA,
        "claim": result.claim.name,
        "effort": result.effort.value,
        "seed": result.seed,
        "ended": result.ended,
        "seconds": result.seconds,
        "code": result.code,
        "libraries": result.libraries,
        "numbers": {key: _of_evidence(each) for key, each in result.findings.numbers.items()},
        "lines": {key: [_of_line(line) for line in lines] for key, lines in result.findings.lines.items()},
    }


def dumps(result: Result) -> str:
    return json.dumps(to_json(result), sort_keys=True, allow_nan=False)


def loads(text: str, claim: Claim, *, name: str) -> Result:
    """What `dumps` wrote, of this claim. LabError for anything else, `name` says of what."""
    return from_json(parse(text, name=name, brackets=_BRACKETS), claim, name=name)


def from_json(said: object, claim: Claim, *, name: str, shipped: bool = False) -> Result:
    """A result from plain values that may be anything. LabError where they are not one of this claim."""
    try:
        return _result(_dict(said), claim, shipped)
    except (KeyError, TypeError, ValueError) as error:
        raise LabError(name, f"must be a result of the claim {claim.name}") from error


def _result(said: dict[str, Any], claim: Claim, shipped: bool) -> Result:
    if said["schema"] != SCHEMA or said["claim"] != claim.name:
        raise ValueError
    numbers = {_text(key): _evidence(_dict(each)) for key, each in _dict(said["numbers"], MOST_NUMBERS).items()}
    drawn = {_text(key): _list(each) for key, each in _dict(said["lines"], MOST_LINES).items()}
    lines = {key: tuple(_line(_dict(each)) for each in parts) for key, parts in drawn.items()}
    result = Result(
        claim=claim,
        effort=Effort(said["effort"]),
        seed=_whole(said["seed"]),
        findings=Findings(numbers, lines),
        ended=_number(said["ended"]),
        seconds=_number(said["seconds"]),
        code=_text(said["code"]),
        libraries=_text(said["libraries"], 200),
        shipped=shipped,
    )
    if not {drawing.key for drawing in claim.drawings} <= lines.keys():
        raise ValueError
    assert result.judged  # LabError where a part has no number
    return result


def _of_evidence(found: Evidence) -> dict[str, object]:
    if isinstance(found, Share):
        return {"hits": found.hits, "trials": found.trials, "over": found.over}
    points = list(found.points)
    return {"value": found.value, "error": found.error, "freedom": found.freedom, "over": found.over, "points": points}


def _evidence(said: dict[str, Any]) -> Evidence:
    over = _text(said["over"])
    if "trials" in said:
        return Share(_whole(said["hits"], 2**53), _whole(said["trials"], 2**53), over)
    value, error, freedom = (_number(said[name]) for name in ("value", "error", "freedom"))
    return Number(value, error, freedom, over, _numbers(said["points"]))


def _of_line(line: Line) -> dict[str, object]:
    ends = {"low": list(line.low), "high": list(line.high)} if line.low else {}
    return {"name": line.name, "style": line.style, "x": list(line.x), "y": list(line.y), "exact": line.exact} | ends


def _line(said: dict[str, Any]) -> Line:
    low, high = _numbers(said.get("low", [])), _numbers(said.get("high", []))
    return Line(
        _text(said["name"]), _text(said["style"]), _numbers(said["x"]), _numbers(said["y"]), low, high,
        said["exact"] is True,
    )  # fmt: skip


def _dict(said: object, most: int = 64) -> dict[str, Any]:
    if not isinstance(said, dict) or len(said) > most:
        raise TypeError
    return said


def _list(said: object) -> list[object]:
    if not isinstance(said, list) or len(said) > MOST_LINES:
        raise TypeError
    return said


def _text(said: object, longest: int = LONGEST) -> str:
    if not isinstance(said, str) or len(said) > longest or not said.isprintable():
        raise TypeError
    return said


def _number(said: object) -> float:
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise TypeError
    return float(said)


def _numbers(said: object) -> tuple[float, ...]:
    if not isinstance(said, list):
        raise TypeError
    return tuple(map(_number, said))


def _whole(said: object, most: int = MOST_SEED) -> int:
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said <= most:
        raise TypeError
    return said
