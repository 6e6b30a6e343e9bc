"""python -m checkpoints.compare A B [C ...] [--data PATH] [--k K] [--probe] [--json]: do checkpoints differ?

The first is the reference. Each number of the others less the reference's, with its interval paired by test item and a
verdict, Holm-corrected over the whole table.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from checkpoints.command_line import Parser, run
from checkpoints.content import kind_of
from checkpoints.quoting import file_name, printable
from checkpoints.safe_files import read_head
from losses.errors import LabError

if TYPE_CHECKING:
    from analysis.comparison import Comparison, Row
    from analysis.measured import Measured
    from analysis.outputs import Outputs


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 with the table on stdout, or 2 with one sentence on stderr."""
    options = _parser().parse_args(argv)
    return run(lambda: _compare(options))


def _compare(options: argparse.Namespace) -> int:
    found = compare_files(options.paths, options.data, k=options.k, bins=options.bins, probe_all=options.probe)
    print(json.dumps(_json(found), indent=2, allow_nan=False) if options.json else table(found))
    return 0


def compare_files(
    paths: Sequence[str], data: str | None = None, *, k: int = 1, bins: int = 15, probe_all: bool = False
) -> "Comparison":
    """The comparison of two to six files. LabError where one is refused or their data differ."""
    # numpy and torch only once the command line is known to be right.
    from analysis.comparison import compare
    from analysis.matching import FEWEST, MOST, matched
    from analysis.measured import common_source
    from checkpoints.opening import open_outputs

    if not FEWEST <= len(paths) <= MOST:
        raise LabError("checkpoints", f"must be {FEWEST} to {MOST} to be compared", len(paths))
    foreign = _foreign(paths, data)
    outputs = matched({name: open_outputs(path, data if path in foreign else None) for name, path in _named(paths)})
    measured = [_measured(name, each, k) for name, each in outputs.items()]
    return compare(measured, "linear probe" if probe_all else common_source(measured), bins=bins)


def _foreign(paths: Sequence[str], data: str | None) -> list[str]:
    """The files that need images. LabError where images are given and none does."""
    found = [path for path in paths if not Path(path).is_dir() and kind_of(read_head(path)) == "torch"]
    if data is not None and not found:
        raise LabError("data", "must be left out", data, "None of these checkpoints needs images.")
    return found


def table(found: "Comparison") -> str:
    """A block a measure: the reference's value, then a line a model."""
    lines = [
        f"{found.items:,} test items; reference {printable(found.models[0])}; probabilities of the {found.source}",
        f"95 % intervals paired by test item; {found.tests} tests, Holm-corrected at 5 %",
    ]
    for key in dict.fromkeys(row.measure.key for row in found.rows):
        rows = found.of(key)
        better = {"higher": "higher is better", "lower": "lower is better", None: "no direction is better"}
        lines += ["", f"{rows[0].measure.title} ({rows[0].measure.unit}; {better[rows[0].measure.better]})"]
        lines += [f"  {printable(row.model):<34} {_cells(row)}" for row in rows]
    return "\n".join(lines)


def _cells(row: "Row") -> str:
    from analysis.bootstrap import Unavailable

    found = row.found
    if isinstance(found, Unavailable):
        return f"not available: {printable(found.reason)}"
    low, high = found.difference.low, found.difference.high
    return (
        f"{found.reference:9.4f} -> {found.value:9.4f}   {found.difference.value:+.4f} [{low:+.4f}, {high:+.4f}]   "
        f"p {found.adjusted:.2g}   {found.verdict}"
    )


def _json(found: "Comparison") -> dict[str, object]:
    return {
        "reference": found.models[0],
        "models": list(found.models),
        "test_items": found.items,
        "probabilities": found.source,
        "tests": found.tests,
        "rows": found.numbers(),
    }


def _measured(name: str, outputs: "Outputs", k: int) -> "Measured":
    from analysis.item_statistics import geometry
    from analysis.measured import measure
    from analysis.probe import linear_probe
    from analysis.similarity import nearest_similarity

    nearest = nearest_similarity(outputs, k=k)
    return measure(name, outputs, nearest, linear_probe(outputs), geometry(outputs.test), k=k)


def _named(paths: Sequence[str]) -> list[tuple[str, str]]:
    """(name, path): file names where they differ, else paths; one given again is numbered."""
    short = [file_name(path) for path in paths]
    names = short if len(set(short)) == len(set(paths)) else [printable(path) for path in paths]
    return [
        (name if name not in names[:place] else f"{name} ({names[: place + 1].count(name)})", path)
        for place, (name, path) in enumerate(zip(names, paths, strict=True))
    ]


def _parser() -> Parser:
    parser = Parser("python -m checkpoints.compare", description="Compare checkpoints.", allow_abbrev=False)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="two to six checkpoints, the reference first")
    parser.add_argument("--data", help="the folder of images that foreign checkpoints need")
    parser.add_argument("--k", type=int, default=1, help="neighbours that vote")
    parser.add_argument("--bins", type=int, default=15, help="bins of the calibration error")
    parser.add_argument("--probe", action="store_true", help="probabilities by a linear probe, also for class heads")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
