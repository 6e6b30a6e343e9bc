"""`python -m claims.ship [NAME ...]`: measure claims in full and write the results that are shipped, `shipped.json`.

Numbers are rounded to eight digits, and what a machine is does not go in. Claims that are not named stay as they are.
"""

import json
import sys
from dataclasses import replace
from typing import Any

from checkpoints.reading.atomic import write_atomic
from claims import shipped
from claims.claim import Effort
from claims.registry import CLAIMS, claim_of
from claims.results import to_json
from claims.running import measure
from commands import answers

_DIGITS = 8


def main(names: list[str]) -> int:
    """Exit code 0, 2 with a sentence for an unknown name."""
    return answers.run(lambda: _ship(names))


def _ship(names: list[str]) -> int:
    for claim in [claim_of(name) for name in names] or list(CLAIMS.values()):
        result = measure(claim, Effort.FULL)
        print(f"{claim.name}: {result.verdict.value}, {result.seconds:.0f} s", file=sys.stderr, flush=True)
        day = result.ended - result.ended % 86_400  # a date, no time of day
        _write(claim.name, _rounded(to_json(replace(result, ended=day, seconds=0.0))))
    return 0


def _write(name: str, said: object) -> None:
    """One claim's result among those that are in the file now, in the order of the registry."""
    found = json.loads(shipped.FILE.read_text()) if shipped.FILE.exists() else {}
    found[name] = said
    kept = {each: found[each] for each in CLAIMS if each in found}
    write_atomic(shipped.FILE, (json.dumps(kept, indent=1, allow_nan=False) + "\n").encode())


def _rounded(said: Any) -> Any:
    if isinstance(said, float):
        return float(f"{said:.{_DIGITS}g}")
    if isinstance(said, dict):
        return {key: _rounded(each) for key, each in said.items()}
    return [_rounded(each) for each in said] if isinstance(said, list) else said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
