"""python -m checkpoints.compare A B [C ...] [--data PATH] [--k K] [--probe] [--json]: do checkpoints differ?

The first is the reference. Each number of the others less the reference's, with its interval paired by test item and a
verdict, Holm-corrected over the whole table.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from checkpoints.command_line import Parser, add_readings, array_specs, run
from checkpoints.foreign.options import add_foreign, foreign_spec
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.reading.array_spec import ArraySpec, check_no_arrays
from checkpoints.reading.quoting import file_name, printable
from losses.errors import LabError

if TYPE_CHECKING:
    from analysis.comparison.verdicts import Comparison, Row
    from analysis.outputs import Outputs

MOST_TRAININGS = 100
"""Files of settings and seeds, which are opened one after the other."""


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 with the table on stdout, or 2 with one sentence on stderr."""
    options = _parser().parse_args(argv)
    return run(lambda: _compare(options), options)


def _compare(options: argparse.Namespace) -> int:
    arrays, spec, wanted = array_specs(options), foreign_spec(options), _wanted(options.smallest)
    if options.over_seeds:
        return _print_over_seeds(_openers(options.paths, options.data, arrays, spec, most=MOST_TRAININGS), options)
    outputs = _opened(options.paths, options.data, arrays, spec)
    found = _compared(outputs, k=options.k, bins=options.bins, probe_all=options.probe).judged(wanted)
    notes = {name: str(each.provenance["notes"]) for name, each in outputs.items() if each.provenance.get("notes")}
    if options.json:
        print(json.dumps(_json(found) | {"notes": notes}, indent=2, allow_nan=False))
    else:
        print(table(found), *(f"\n{printable(name)}: {printable(said)}" for name, said in notes.items()), sep="\n")
    return 0


def _print_over_seeds(openers: "Mapping[str, Callable[[], Outputs]]", options: argparse.Namespace) -> int:
    """One file in memory at a time: a training's numbers are its own."""
    from analysis.comparison.measured import common_source, measure_outputs
    from analysis.comparison.over_seeds import over_seeds
    from checkpoints.seeds_table import as_json, as_table

    measured = [measure_outputs(name, opened(), k=options.k) for name, opened in openers.items()]
    source = "linear probe" if options.probe else common_source(measured)
    found = over_seeds(measured, source, bins=options.bins)
    print(json.dumps(as_json(found), indent=2, allow_nan=False) if options.json else as_table(found))
    return 0


def compare_files(
    paths: Sequence[str],
    data: str | None = None,
    *,
    k: int = 1,
    bins: int = 15,
    probe_all: bool = False,
    arrays: Sequence[ArraySpec] = (),
    spec: ForeignSpec | None = None,
    smallest: Sequence[str] = (),
) -> "Comparison":
    """The comparison of two to six files. LabError where one is refused or their data differ.

    `arrays`: how those that are files of arrays are read, one for each mapping. `spec`: how images go through those
    that need them. `smallest`: smallest differences of interest, each as "measure=number".
    """
    wanted = _wanted(smallest)
    return _compared(_opened(paths, data, arrays, spec), k=k, bins=bins, probe_all=probe_all).judged(wanted)


def _wanted(said: Sequence[str]) -> Mapping[str, float]:
    """The smallest difference of interest of each measure. LabError for what is no measure or no number."""
    from analysis.comparison.relevance import smallest_of_interest

    return smallest_of_interest(dict(map(_measure_and_number, said)))


def _opened(
    paths: Sequence[str], data: str | None, arrays: Sequence[ArraySpec], spec: ForeignSpec | None
) -> "dict[str, Outputs]":
    """The files' outputs by name, their test items in the order of the first."""
    # numpy and torch only once the command line is known to be right.
    from analysis.comparison.matching import MOST, matched

    return matched({name: opened() for name, opened in _openers(paths, data, arrays, spec, most=MOST).items()})


def _openers(
    paths: Sequence[str], data: str | None, arrays: Sequence[ArraySpec], spec: ForeignSpec | None, *, most: int
) -> "dict[str, Callable[[], Outputs]]":
    """What opens each file, by name. LabError where they are too few or more than `most`."""
    from analysis.comparison.matching import FEWEST
    from checkpoints.arrays.forms import is_of_arrays
    from checkpoints.arrays.opening import specs_of
    from checkpoints.opening import open_outputs

    if not FEWEST <= len(paths) <= most:
        raise LabError("checkpoints", f"must number {FEWEST} to {most} to be compared", len(paths))
    foreign = _foreign(paths, data)
    of_arrays = specs_of([path for path in paths if path not in foreign and is_of_arrays(Path(path))], arrays)
    if not of_arrays:
        check_no_arrays(arrays[0] if arrays else None, "these checkpoints")
    return {
        name: partial(open_outputs, path, data if path in foreign else None, spec=spec, arrays=of_arrays.get(path))
        for name, path in _named(paths)
    }


def _compared(outputs: "dict[str, Outputs]", *, k: int, bins: int, probe_all: bool) -> "Comparison":
    from analysis.comparison.measured import common_source, measure_outputs
    from analysis.comparison.verdicts import compare

    measured = [measure_outputs(name, each, k=k) for name, each in outputs.items()]
    return compare(measured, "linear probe" if probe_all else common_source(measured), bins=bins)


def _measure_and_number(said: str) -> tuple[str, float]:
    name, equals, value = said.partition("=")
    try:
        return name.strip().replace("-", "_"), float(value if equals else "")
    except ValueError:
        raise LabError("smallest", "must be measure=number, as margin=0.01", said) from None


def _foreign(paths: Sequence[str], data: str | None) -> list[str]:
    """The files that need images. LabError where images are given and none does."""
    from checkpoints.opening import needs_images

    found = [path for path in paths if needs_images(path) is not None]
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
        about = f"{rows[0].measure.unit}; {better[rows[0].measure.better]}{_smallest(rows)}"
        lines += ["", f"{rows[0].measure.title} ({about})"]
        lines += [f"  {printable(row.model):<34} {_cells(row, found.items)}" for row in rows]
    return "\n".join(lines)


def _smallest(rows: "Sequence[Row]") -> str:
    from analysis.statistics.bootstrap import Unavailable

    found = [row.found.smallest for row in rows if not isinstance(row.found, Unavailable)]
    return f"; differences below {found[0]:g} do not matter" if found and found[0] else ""


def _cells(row: "Row", items: int) -> str:
    from analysis.comparison.relevance import in_words, shown_values
    from analysis.digits import bounded
    from analysis.statistics.bootstrap import Unavailable

    found = row.found
    if isinstance(found, Unavailable):
        return f"not available: {printable(found.reason)}"
    reference, value = shown_values(found.reference, found.value, found.difference, found.verdict, found.smallest)
    difference, low, high = bounded(found.difference, signed=True)
    of = "" if found.items == items else f"   n {found.items:,}"
    return (
        f"{reference:>9} -> {value:>9}   {difference} [{low}, {high}]   p {found.adjusted:.2g}{of}   "
        f"{in_words(found.verdict, reference, value, found.smallest)}"
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
    parser.add_argument("--data", help="the images that foreign checkpoints need, as inspect takes them")
    add_foreign(parser)
    add_readings(parser)
    parser.add_argument("--k", type=int, default=1, help="neighbours that vote")
    parser.add_argument("--bins", type=int, default=15, help="bins of the calibration error")
    parser.add_argument("--probe", action="store_true", help="probabilities by a linear probe, also for class heads")
    parser.add_argument(
        "--smallest",
        action="append",
        default=[],
        metavar="MEASURE=NUMBER",
        help="the smallest difference of interest of a measure, as margin=0.01; 0 asks for significance alone",
    )
    parser.add_argument(
        "--over-seeds", action="store_true", help="files whose names differ in their seed alone are one setting"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
