"""`python -m claims [NAME] [--quick] [--seed N | --seeds N,N] [--json]`: measure the claims, say their verdicts.

With several seeds each has its verdict, and the last line says whether they agree (`claims.over_seeds`).
What this machine has measured with the same code is taken from its cache folder; --again measures anew. The exit status
is 0 whatever the verdict, 2 with one sentence for a mistake, and 130 after Ctrl-C.
"""

import argparse
import json
import sys
from collections.abc import Sequence

from analysis.rules.verdict import Judged
from claims.claim import Claim, Effort, Watch
from claims.kept import default_folder, find, keep
from claims.over_seeds import agreement, check_seeds, told
from claims.registry import CLAIMS, claim_of
from claims.results import Result, to_json
from claims.running import check_seed, measure
from claims.words import computed, reason, source
from commands.answers import Parser, run


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 with the verdicts on stdout, or 2 with one sentence on stderr."""
    options = _parser().parse_args(argv)
    return run(lambda: _answer(options), options)


def _answer(options: argparse.Namespace) -> int:
    check_seed(options.seed)
    chosen = [claim_of(options.chosen)] if options.chosen else list(CLAIMS.values())
    if options.list:
        print(*(f"{each.name:<24} {each.title}" for each in chosen), sep="\n")
        return 0
    effort = Effort.QUICK if options.quick else Effort.FULL
    if options.seeds is not None:
        return _over_seeds(chosen, effort, check_seeds(options.seeds), options)
    results = []
    for claim in chosen:
        results.append(_result(claim, effort, options.seed, again=options.again))
        if not options.json:
            print(_told(results[-1]) if options.chosen else _row(results[-1]), flush=True)
    if options.json:
        said = [_json(each) for each in results]
        print(json.dumps(said[0] if options.chosen else said, indent=2, allow_nan=False))
    return 0


def _over_seeds(chosen: Sequence[Claim], effort: Effort, seeds: Sequence[int], options: argparse.Namespace) -> int:
    for seed in seeds:
        check_seed(seed)
    said = []
    for claim in chosen:
        results = [_result(claim, effort, seed, again=options.again) for seed in seeds]
        found = agreement([each.verdict for each in results])
        said.append({"claim": claim.name, "agreement": found.value, "seeds": [_json(each) for each in results]})
        if not options.json:
            print(told(claim, results), flush=True)
    if options.json:
        print(json.dumps(said[0] if options.chosen else said, indent=2, allow_nan=False))
    return 0


def _result(claim: Claim, effort: Effort, seed: int, *, again: bool) -> Result:
    """From the cache folder, or measured and kept there."""
    found = None if again else find(claim, effort, seed, default_folder())
    if found is None:
        found = measure(claim, effort, seed, _progress(claim))
        keep(found, default_folder())
    return found


def _progress(claim: Claim) -> Watch:
    """A line that counts, where somebody watches."""
    seen = [-1]

    def watch(done: int, total: int) -> None:
        share = 100 * done // total
        if share != seen[0] and sys.stderr.isatty():
            seen[0] = share
            print(f"\r{claim.name}: {share} %", end="", file=sys.stderr, flush=True)

    return watch


def _row(result: Result) -> str:
    return f"{result.claim.name:<24} {result.verdict.value:<29} {reason(result)}"


def _told(result: Result) -> str:
    """One claim, a paragraph a matter."""
    claim = result.claim
    parts = [f"  {each.outcome.value:<15} {each.part.says}: {each.in_words()}" for each in result.judged]
    caveats = [f"  {each}" for each in claim.caveats]
    return "\n".join(
        [
            f"{claim.title}: {result.verdict.value}",
            claim.statement,
            f"Source: {source(claim)}",
            f"Measured: {claim.measured}",
            *parts,
            f"What would change the verdict: {claim.changes}",
            "Caveats:",
            *caveats,
            computed(result),
        ]
    )


def _json(result: Result) -> dict[str, object]:
    claim = result.claim
    said = {"title": claim.title, "statement": claim.statement, "source": source(claim), "measured": claim.measured}
    return {"verdict": result.verdict.value, **said, "parts": [_part(each) for each in result.judged]} | to_json(result)


def _part(each: Judged) -> dict[str, object]:
    ends = {"value": each.interval.value, "low": each.interval.low, "high": each.interval.high}
    rule = {"unit": each.part.unit, "asked_for": each.part.rule.in_words(each.part.unit), "over": each.found.over}
    return {"key": each.part.key, "says": each.part.says, "outcome": each.outcome.value, **ends, **rule}


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _parser() -> Parser:
    parser = Parser("python -m claims", description="Measure the papers' claims.", allow_abbrev=False)
    parser.add_argument("chosen", nargs="?", metavar="NAME", help="one of them; all, a line each, where there is none")
    parser.add_argument("--quick", action="store_true", help="the quick form, under 20 s a claim")
    seeds = parser.add_mutually_exclusive_group()
    seeds.add_argument("--seed", type=int, default=0, help="of all that is random, 0 by itself")
    seeds.add_argument("--seeds", type=_numbers, metavar="N,N,...", help="a verdict each, and whether they agree")
    parser.add_argument("--json", action="store_true", help="one JSON object, or a list of them")
    parser.add_argument("--again", action="store_true", help="measure anew what this machine has measured before")
    parser.add_argument("--list", action="store_true", help="the names alone")
    return parser


if __name__ == "__main__":
    sys.exit(main())
